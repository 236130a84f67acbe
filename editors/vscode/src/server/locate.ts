// Which server to start: the setting, an environment of the workspace, PATH, or the extension's own environment.
import { existsSync, statSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { OwnEnvironment, Trouble } from "./environment";
import { interpreterOf, isNewEnough, probe, run, selected, type Interpreter } from "./python";

export interface Server {
  command: string;
  args: string[];
  /** Where it was found, for the log and the status bar. */
  origin: string;
  /** The folder of the package `unstuck`, where it is known: the shipped records are below it. */
  folder?: string;
}

export async function locate(extension: vscode.ExtensionContext, log: vscode.LogOutputChannel): Promise<Server> {
  const wanted = vscode.workspace.getConfiguration("unstuck").get<string>("server.path", "").trim();
  if (wanted) return fromSetting(expand(wanted));
  // A workspace that is not trusted must not choose what is run.
  if (vscode.workspace.isTrusted) {
    for await (const python of environments()) {
      const found = await probe([python]);
      if (found?.unstuck && isNewEnough(found)) return fromInterpreter(found, python);
    }
  }
  const onPath = find("unstuck");
  if (onPath && (await run(onPath, ["--version"], 15_000)).stdout.startsWith("unstuck ")) {
    return { command: onPath, args: ["serve"], origin: onPath };
  }
  const python = await new OwnEnvironment(extension, log).interpreter();
  const own = await probe([python]);
  if (!own?.unstuck) throw new Trouble(vscode.l10n.t("The environment at {0} is broken: remove it and restart Unstuck.", python), "log");
  return fromInterpreter(own, python);
}

async function fromSetting(file: string): Promise<Server> {
  const trouble = (text: string): Trouble => new Trouble(text, "log");
  const setting = "unstuck.server.path";
  const program = path.isAbsolute(file) ? file : find(file);
  if (!program || !existsSync(program)) throw trouble(vscode.l10n.t("{0} is {1}, which does not exist.", setting, file));
  if (statSync(program).isDirectory()) {
    const python = interpreterOf(program);
    if (existsSync(python)) return fromSetting(python);
    throw trouble(vscode.l10n.t("{0} is {1}, a folder without a Python environment.", setting, file));
  }
  if (!/^(python|pypy)[\d.]*(\.exe)?$/i.test(path.basename(program))) {
    return { command: program, args: ["serve"], origin: setting };
  }
  // -P keeps the current folder out of the search path; unlike -I it lets PYTHONPATH name a checkout.
  const answer = await run(program, ["-P", "-c", "import unstuck; print(unstuck.__file__)"], 15_000);
  if (answer.code !== 0) throw trouble(vscode.l10n.t("{0} is {1}, a Python that has no unstuck.", setting, file));
  return { command: program, args: ["-P", "-m", "unstuck", "serve"], origin: setting, folder: path.dirname(answer.stdout.trim()) };
}

function fromInterpreter(found: Interpreter, python: string): Server {
  return { command: python, args: ["-I", "-m", "unstuck", "serve"], origin: python, folder: found.unstuck!.folder };
}

/** The interpreters of the workspace: the one that is selected, then the usual folders. */
async function* environments(): AsyncGenerator<string> {
  const chosen = await selected();
  if (chosen) yield chosen;
  for (const folder of vscode.workspace.workspaceFolders ?? []) {
    if (folder.uri.scheme !== "file") continue;
    for (const name of [".venv", "venv", "env"]) {
      const python = interpreterOf(path.join(folder.uri.fsPath, name));
      if (existsSync(python)) yield python;
    }
  }
}

function expand(value: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
  return value.replace(/^~(?=[/\\]|$)/, os.homedir()).replaceAll("${workspaceFolder}", folder).replaceAll("${userHome}", os.homedir());
}

/** A program on PATH. Relative entries are left out: they would mean the folder that is open. */
function find(name: string): string | undefined {
  const names = process.platform === "win32" ? [`${name}.exe`] : [name];
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter)) {
    if (!path.isAbsolute(folder)) continue;
    for (const file of names) {
      const full = path.join(folder, file);
      if (existsSync(full) && statSync(full).isFile()) return full;
    }
  }
  return undefined;
}
