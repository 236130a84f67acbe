// Which documents the server reads.
import type { DocumentSelector, TextDocument } from "vscode";
import type { LanguageClientOptions } from "vscode-languageclient/node";
import { SCHEME } from "./protocol";

const PATTERNS = [
  "**/*.{log,LOG}",
  "**/*{requirements,REQUIREMENTS}*.{txt,in}",
  "**/requirements/**/*.{txt,in}",
  "**/*constraints*.{txt,in}",
  "**/{pip.conf,pip.ini,.pip.conf,uv.toml,pyproject.toml}",
];

export const documentSelector: NonNullable<LanguageClientOptions["documentSelector"]> & DocumentSelector = [
  { scheme: SCHEME },
  { scheme: "output" },
  ...["file", "untitled", "vscode-remote"].flatMap((scheme) => [
    { scheme, language: "log" },
    { scheme, language: "pip-requirements" },
  ]),
  ...PATTERNS.map((pattern) => ({ scheme: "file", pattern })),
];

/** Our own extension's id, which its channels have in their path. */
const EXTENSION = "unstuck.unstuck";

/** Our own log: reading it would make the server talk about itself without end. */
export function isOwn(document: Pick<TextDocument, "uri">): boolean {
  return document.uri.scheme === "output" && document.uri.path.includes(EXTENSION);
}
