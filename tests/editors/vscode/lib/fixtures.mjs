// What scenes need besides the editor: other extensions, and what a real pip prints.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import path from "node:path";
import { SCRUBBED, here, home, node, python, repository } from "./paths.mjs";

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

/** A command line that makes pip fail against `index`. */
export function failing(index) {
  return `pip install --no-cache-dir --target site --index-url ${index.url} unstuck-demo`;
}

/** What the real pip prints when it fails against `index`. */
export function printed(index, folder) {
  const [, ...args] = failing(index).split(" ");
  const ran = spawnSync(python, ["-m", "pip", ...args], { cwd: folder, env: scrubbed({ HOME: folder }), encoding: "utf8" });
  if (ran.status === 0) throw new Error("pip did not fail");
  return ran.stdout + ran.stderr;
}
