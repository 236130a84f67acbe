// Takes the pictures of the README and of the walkthrough from what the tests saw (tests/editors/vscode/run).
import { copyFileSync, readdirSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const extension = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const artefacts = path.resolve(extension, "../../artefacts/vscode");
const LIMIT = 200_000;
const PICTURES = {
  "problems.png": /^5-link-\d-tooltip/,
  "hover.png": /^1-terminal-\d-hover/,
  "fix.png": /^1-terminal-\d-lightbulb/,
  "explanation.png": /^5-link-\d-explanation/,
};

let wrong = 0;
for (const [name, pattern] of Object.entries(PICTURES)) {
  const found = readdirSync(artefacts).find((file) => pattern.test(file));
  const size = found ? statSync(path.join(artefacts, found)).size : 0;
  if (!found || size > LIMIT) {
    console.error(found ? `${found} has ${size} bytes; ${LIMIT} are allowed` : `no picture for ${name}: run the tests first`);
    wrong = 1;
    continue;
  }
  copyFileSync(path.join(artefacts, found), path.join(extension, "media", name));
  console.log(`media/${name}: ${size} bytes, from ${found}`);
}
process.exit(wrong);
