// Where interpreters are on each platform. Pure: nothing here knows the editor.
import { existsSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

/** The oldest Python that runs the server. */
export const OLDEST: readonly [number, number] = [3, 11];
/** The minor versions that are looked for by name, the likeliest first. */
const MINORS = [14, 13, 12, 11];

export function isNewEnough({ version: [major, minor] }: { version: readonly [number, number, number] }): boolean {
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

/** The programs that may be a Python for the server's own environment, the likeliest first. */
export function* candidates(
  platform: NodeJS.Platform = process.platform,
  home: string = os.homedir(),
  exists: (file: string) => boolean = existsSync,
): Generator<string[]> {
  if (platform === "win32") {
    yield ["py", "-3"];
    yield ["python"];
    for (const minor of MINORS) yield ["py", `-3.${minor}`];
    yield ["python3"];
    return;
  }
  yield ["python3"];
  for (const minor of MINORS) yield [`python3.${minor}`];
  yield ["python"];
  // An editor that was started from a desktop may have a shorter PATH than the shells of its user.
  const folders = ["/opt/homebrew/bin", "/usr/local/bin", "/usr/bin", path.posix.join(home, ".local/bin")];
  if (platform === "darwin") {
    for (const minor of MINORS) folders.push(`/Library/Frameworks/Python.framework/Versions/3.${minor}/bin`);
  }
  for (const folder of folders) {
    for (const name of [...MINORS.map((minor) => `python3.${minor}`), "python3"]) {
      const file = path.posix.join(folder, name);
      if (exists(file)) yield [file];
    }
  }
}

/** The interpreter of an environment's folder. */
export function interpreterOf(folder: string, platform: NodeJS.Platform = process.platform): string {
  return platform === "win32"
    ? path.win32.join(folder, "Scripts", "python.exe")
    : path.posix.join(folder, "bin", "python");
}

/** Whether a program is a Python, by its name. */
export function isPython(file: string): boolean {
  return /(^|[/\\])(python|pypy)[\d.]*w?(\.exe)?$/i.test(file);
}

/** A program on PATH. Relative entries are left out: they would mean the folder that is open. */
export function onPath(
  name: string,
  search: string,
  platform: NodeJS.Platform = process.platform,
  isFile: (file: string) => boolean = existsSync,
): string | undefined {
  const flavour = platform === "win32" ? path.win32 : path.posix;
  const file = platform === "win32" && !/\.exe$/i.test(name) ? `${name}.exe` : name;
  return search
    .split(flavour.delimiter)
    // Windows lets an entry stand in quotes.
    .map((folder) => (platform === "win32" ? folder.replace(/^"(.*)"$/, "$1") : folder))
    .filter((folder) => flavour.isAbsolute(folder))
    .map((folder) => flavour.join(folder, file))
    .find(isFile);
}
