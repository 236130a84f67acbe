// What the server understands beyond LSP; its server/README.md is the contract. Positions are LSP's own.
import type { Position, Range } from "vscode-languageclient/node";

export const VERSION = 1;
export const SCHEME = "unstuck-terminal";
export const SOURCE = "unstuck";

export const CLIENT_COMMANDS = ["unstuck.insertCommand", "unstuck.mute"];

/** The environment variables of a terminal that decide what pip and uv read. */
export const ENVIRONMENT = [
  "PIP_CONFIG_FILE",
  "PIP_CERT",
  "REQUESTS_CA_BUNDLE",
  "CURL_CA_BUNDLE",
  "SSL_CERT_FILE",
  "VIRTUAL_ENV",
  "UV_CONFIG_FILE",
  "XDG_CONFIG_HOME",
] as const;

export interface DidOpen {
  uri: string;
  title?: string;
  shell?: string;
  cwd?: string;
  environment?: Record<string, string | null>;
}

export interface DidStartCommand {
  uri: string;
  commandLine: string;
  cwd?: string;
}

export interface Explanation {
  markdown: string;
  id: string;
  range?: Range;
}

export interface Listed {
  uri: string;
  range: Range;
  id: string;
  title: string;
  severity: string | number;
  command?: string;
  occurrences: number;
}

export interface Link {
  start: number;
  end: number;
  id: string;
  title: string;
  tooltip: string;
  range?: Range;
}

export type ExplainParams = { uri: string; position: Position } | { id: string };

export interface InsertCommand {
  uri?: string;
  command: string;
  cwd?: string;
}

export interface Mute {
  id?: string;
  domain?: string;
}
