// Where things are, and the environment of what the tests start.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const here = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
export const repository = path.resolve(here, "../../..");
export const home = process.env.UNSTUCK_EDITORS_HOME ?? path.join(repository, ".lab/editors");
export const codeServer = path.join(home, "code/node_modules/code-server/out/node/entry.js");
export const node = path.join(home, "bin/node");
export const python = path.join(home, "python/bin/python");
export const artefacts = path.join(repository, "artefacts/vscode");
mkdirSync(artefacts, { recursive: true });

/** The packaged extension. */
export function vsix() {
  const folder = path.join(repository, "editors/vscode");
  const found = readdirSync(folder).filter((name) => /^unstuck-.*\.vsix$/.test(name));
  if (found.length !== 1) throw new Error(`expected one .vsix in ${folder}, found ${found.length}`);
  return path.join(folder, found[0]);
}

/** Variables that decide which certificates and indexes pip uses: the extension needs them to install its server on a
 * machine behind a proxy, the pip that has to fail in a terminal must not see them. */
export const SCRUBBED = Object.keys(process.env).filter((name) =>
  /^(PIP_|UV_|REQUESTS_CA_BUNDLE$|CURL_CA_BUNDLE$|SSL_CERT_|VIRTUAL_ENV$|PYTHON)/.test(name),
);

if (!existsSync(codeServer)) throw new Error(`no editor in ${home}: run tests/editors/vscode/install.sh`);
