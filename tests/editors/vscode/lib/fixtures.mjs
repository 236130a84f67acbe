// What scenes need besides the editor: other extensions, and what a real pip prints.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { SCRUBBED, here, home, node, python, repository, vsix } from "./paths.mjs";

/** The environment of a pip that must see nothing of this machine's package indexes. */
export function scrubbed(extra = {}) {
  const environment = { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: "1", ...extra };
  for (const name of SCRUBBED) delete environment[name];
  return { ...environment, ...extra };
}

/** A .vsix of the extension in extensions/<name>. */
export function packed(name) {
  const folder = path.join(home, "extensions");
  const file = path.join(folder, `${name}.vsix`);
  mkdirSync(folder, { recursive: true });
  const vsce = path.join(repository, "editors/vscode/node_modules/@vscode/vsce/vsce");
  const flags = ["--allow-missing-repository", "--skip-license", "--no-dependencies", "--out", file];
  const made = spawnSync(node, [vsce, "package", ...flags], { cwd: path.join(here, "extensions", name), encoding: "utf8" });
  if (made.status !== 0 || !existsSync(file)) throw new Error(`${name} was not packed:\n${made.stdout}${made.stderr}`);
  return file;
}

/** A command line that makes pip fail against `index`, without most of the retries it waits for. */
export function failing(index) {
  return `pip install --no-cache-dir --retries 2 --target site --index-url ${index.url} unstuck-demo`;
}

/** What the real pip prints when it fails against `index`. */
export function printed(index, folder) {
  const [, ...args] = failing(index).split(" ");
  const ran = spawnSync(python, ["-m", "pip", ...args], { cwd: folder, env: scrubbed({ HOME: folder }), encoding: "utf8" });
  if (ran.status === 0) throw new Error("pip did not fail");
  return ran.stdout + ran.stderr;
}

/** A later version of the packaged extension, whose wheel is another one; written to `file`. */
export function upgraded(file) {
  const script = `
import io, re, sys, zipfile
source, target = zipfile.ZipFile(sys.argv[1]), zipfile.ZipFile(sys.argv[2], "w", zipfile.ZIP_DEFLATED)
for item in source.infolist():
    data = source.read(item)
    if item.filename.endswith(".whl"):
        wheel = io.BytesIO(data)
        with zipfile.ZipFile(wheel, "a") as archive:
            archive.comment = b"a later build"
        data = wheel.getvalue()
    elif item.filename == "extension/package.json":
        data = re.sub(rb'"version": *"[^"]+"', b'"version": "99.0.0"', data, count=1)
    elif item.filename == "extension.vsixmanifest":
        data = re.sub(rb'(<Identity [^>]*Version=)"[^"]+"', rb'\\1"99.0.0"', data)
    target.writestr(item, data)
target.close()
`;
  const made = spawnSync(python, ["-c", script, vsix(), file], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`no later version was made:\n${made.stderr}`);
  return file;
}
