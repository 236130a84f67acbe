// The debug console: what a program under the debugger prints is read like a terminal of its own.
import * as vscode from "vscode";
import { SCHEME } from "./protocol";
import type { Session } from "./session";
import { Transcript } from "./transcript";

interface OutputEvent {
  type: string;
  event: string;
  body?: { category?: string; output?: string };
}

export class DebugConsole implements vscode.Disposable {
  /** By the session's id; a debugger may have sessions below the one that was started. */
  private readonly transcripts = new Map<string, Transcript>();
  /** The name of the configuration that each of them belongs to, and whether it has ended. */
  private readonly runs = new Map<string, { name: string; ended: boolean }>();
  private number = 0;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly session: Session) {
    this.subscriptions = [
      vscode.debug.registerDebugAdapterTrackerFactory("*", {
        createDebugAdapterTracker: (debugged) => ({
          onDidSendMessage: (message: OutputEvent) => this.received(debugged, message),
          onExit: () => this.ended(debugged.id),
        }),
      }),
      vscode.debug.onDidTerminateDebugSession((debugged) => this.ended(debugged.id)),
      // What an earlier run printed stays until the same configuration runs again.
      vscode.debug.onDidStartDebugSession((debugged) => this.forget(rootOf(debugged).name)),
      session.onDidChangePhase((phase) => {
        if (phase === "running") this.transcripts.forEach((transcript) => transcript.replay());
      }),
    ];
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
    this.transcripts.forEach((transcript) => transcript.close());
  }

  private received(debugged: vscode.DebugSession, message: OutputEvent): void {
    if (message.type !== "event" || message.event !== "output") return;
    const { category = "console", output = "" } = message.body ?? {};
    if (category === "telemetry" || !output) return;
    if (!vscode.workspace.getConfiguration("unstuck").get("debugConsole.enabled", true)) return;
    let transcript = this.transcripts.get(debugged.id);
    if (!transcript) {
      this.number += 1;
      const title = debugged.name.replace(/[/\\?#]/g, " ").trim() || "debug";
      const uri = vscode.Uri.from({ scheme: SCHEME, path: `/debug-${this.number}/${title}` });
      const cwd = debugged.workspaceFolder?.uri.fsPath;
      transcript = new Transcript(this.session, { uri: uri.toString(), title, ...(cwd ? { cwd } : {}) });
      this.transcripts.set(debugged.id, transcript);
      this.runs.set(debugged.id, { name: rootOf(debugged).name, ended: false });
      transcript.start(debugged.name, cwd);
    }
    transcript.write(output);
  }

  private ended(id: string): void {
    const run = this.runs.get(id);
    if (!run || run.ended) return;
    run.ended = true;
    this.transcripts.get(id)?.end(undefined);
  }

  private forget(name: string): void {
    for (const [id, run] of this.runs) {
      if (run.name !== name || !run.ended) continue;
      this.transcripts.get(id)?.close();
      this.transcripts.delete(id);
      this.runs.delete(id);
    }
  }
}

function rootOf(debugged: vscode.DebugSession): vscode.DebugSession {
  return debugged.parentSession ? rootOf(debugged.parentSession) : debugged;
}
