// Terminals: what shell integration tells about them goes to the server.
import * as vscode from "vscode";
import { ENVIRONMENT, SCHEME } from "./protocol";
import type { Session } from "./session";
import { runsOneCommand } from "./shells";
import { Transcript } from "./transcript";

export class Terminals implements vscode.Disposable {
  private readonly transcripts = new Map<vscode.Terminal, Transcript>();
  private readonly reads = new Map<vscode.TerminalShellExecution, Promise<void>>();
  private number = 0;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly session: Session,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscriptions = [
      vscode.window.onDidStartTerminalShellExecution((event) => this.started(event)),
      vscode.window.onDidEndTerminalShellExecution((event) => void this.ended(event)),
      vscode.window.onDidCloseTerminal((terminal) => this.close(terminal)),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("unstuck.terminal.enabled") && !enabled()) this.closeAll();
      }),
      session.onDidChangePhase((phase) => {
        if (phase === "running") this.transcripts.forEach((transcript) => transcript.replay());
      }),
    ];
  }

  /** The URI of a terminal's transcript, where anything was read from it. */
  uriOf(terminal: vscode.Terminal): string | undefined {
    return this.transcripts.get(terminal)?.uri;
  }

  find(uri: string): { terminal: vscode.Terminal; transcript: Transcript } | undefined {
    for (const [terminal, transcript] of this.transcripts) {
      if (transcript.uri === uri) return { terminal, transcript };
    }
    return undefined;
  }

  /** Whether a terminal waits for a command line, as far as one can know. */
  hasPrompt(terminal: vscode.Terminal): boolean {
    return terminal.exitStatus === undefined && !this.transcripts.get(terminal)?.busy && !isTask(terminal);
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
    this.closeAll();
  }

  private started({ terminal, execution, shellIntegration }: vscode.TerminalShellExecutionStartEvent): void {
    if (!enabled()) return;
    const cwd = (execution.cwd ?? shellIntegration.cwd)?.fsPath;
    const transcript = this.open(terminal, cwd);
    transcript.task = isTask(terminal) ? taskOf(terminal) : undefined;
    transcript.start(execution.commandLine.value, cwd);
    this.reads.set(execution, this.read(execution, transcript));
  }

  private async read(execution: vscode.TerminalShellExecution, transcript: Transcript): Promise<void> {
    try {
      for await (const text of execution.read()) transcript.write(text);
    } catch (error) {
      this.log.debug(`terminal: ${String(error)}`);
    }
  }

  private async ended({ terminal, execution, exitCode }: vscode.TerminalShellExecutionEndEvent): Promise<void> {
    const transcript = this.transcripts.get(terminal);
    // The last output may arrive after the end; a command that never closes its stream must not hold it for ever.
    const read = this.reads.get(execution);
    if (read) await Promise.race([read, new Promise((resolve) => setTimeout(resolve, 2000))]);
    this.reads.delete(execution);
    transcript?.end(exitCode);
  }

  private open(terminal: vscode.Terminal, cwd: string | undefined): Transcript {
    const known = this.transcripts.get(terminal);
    if (known) return known;
    this.number += 1;
    // The name changes with the program that runs; what it was made with stays.
    const title = terminal.creationOptions.name || terminal.name || "terminal";
    // The folder is what gives the document its language; see filenamePatterns in package.json.
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/terminal-${this.number}/${title.replace(/[/\\?#]/g, " ").trim()}` });
    const shell = shellOf(terminal);
    const transcript = new Transcript(this.session, {
      uri: uri.toString(),
      title,
      environment: environmentOf(terminal),
      ...(shell ? { shell } : {}),
      ...(cwd ? { cwd } : {}),
    });
    this.transcripts.set(terminal, transcript);
    return transcript;
  }

  private close(terminal: vscode.Terminal): void {
    this.transcripts.get(terminal)?.close();
    this.transcripts.delete(terminal);
  }

  private closeAll(): void {
    for (const terminal of [...this.transcripts.keys()]) this.close(terminal);
  }
}

function enabled(): boolean {
  return vscode.workspace.getConfiguration("unstuck").get("terminal.enabled", true);
}

/** The shell's program; empty where nobody knows it. */
export function shellOf(terminal: vscode.Terminal): string {
  const options = terminal.creationOptions;
  return ("shellPath" in options ? options.shellPath : undefined) ?? vscode.env.shell;
}

function isTask(terminal: vscode.Terminal): boolean {
  const options = terminal.creationOptions;
  return "shellArgs" in options && runsOneCommand(options.shellArgs);
}

/** The task that has just started in a terminal: the editor says which tasks run, not where. */
function taskOf(terminal: vscode.Terminal): vscode.Task | undefined {
  const running = vscode.tasks.taskExecutions.map((execution) => execution.task);
  const named = running.filter((task) => task.name === terminal.name || task.name === terminal.creationOptions.name);
  return named.at(-1) ?? (running.length === 1 ? running[0] : undefined);
}

/** What a terminal's environment holds of the variables that matter, as far as one can know from outside: the
 * editor's own, changed by the setting terminal.integrated.env and by whoever made the terminal. */
export function environmentOf(terminal: vscode.Terminal): Record<string, string | null> {
  const platform = process.platform === "win32" ? "windows" : process.platform === "darwin" ? "osx" : "linux";
  const configured = vscode.workspace
    .getConfiguration("terminal.integrated")
    .get<Record<string, string | null>>(`env.${platform}`, {});
  const options = terminal.creationOptions;
  const own = ("env" in options ? options.env : undefined) ?? {};
  const found: Record<string, string | null> = {};
  for (const name of ENVIRONMENT) {
    let value: string | null | undefined = process.env[name];
    if (name in configured) value = configured[name];
    if (name in own) value = own[name];
    // Null tells that the terminal has no such variable, whatever the server's own environment has.
    found[name] = value?.replace(/\$\{env:([^}]+)\}/g, (_all, other: string) => process.env[other] ?? "") ?? null;
  }
  return found;
}
