// Which server to start: the setting, an environment of the workspace, PATH, or the extension's own environment.
import { existsSync, statSync } from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import * as vscode from "vscode";
import { OwnEnvironment, Trouble } from "./environment";
import { interpreterOf, isNewEnough, isPython, onPath } from "./interpreters";
import { probe, run, selected, type Interpreter } from "./python";

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
    for await (const python of environments(log)) {
      const found = await probe([python]);
      log.info(`${python}: ${found ? `Python ${found.version.join(".")}, unstuck ${found.unstuck?.version ?? "is not there"}` : "does not run"}`);
      if (found?.unstuck && isNewEnough(found)) return fromInterpreter(found, python);
    }
  }
  const program = find("unstuck");
  if (program && (await run(program, ["--version"], 15_000)).stdout.startsWith("unstuck ")) {
    return { command: program, args: ["serve"], origin: program };
  }
  const own = await new OwnEnvironment(extension, log).interpreter();
  return fromInterpreter(own, own.command[0]!);
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
  if (!isPython(program)) {
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
async function* environments(log: vscode.LogOutputChannel): AsyncGenerator<string> {
  const chosen = await selected(log);
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

function find(name: string): string | undefined {
  const isFile = (file: string): boolean => statSync(file, { throwIfNoEntry: false })?.isFile() ?? false;
  return onPath(name, process.env["PATH"] ?? "", process.platform, isFile);
}
