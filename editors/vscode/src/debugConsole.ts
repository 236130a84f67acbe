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
  private readonly transcripts = new Map<string, Transcript>();
  private number = 0;
  private readonly subscriptions: vscode.Disposable[];

  constructor(private readonly session: Session) {
    this.subscriptions = [
      vscode.debug.registerDebugAdapterTrackerFactory("*", {
        createDebugAdapterTracker: (debugged) => ({
          onDidSendMessage: (message: OutputEvent) => this.received(debugged, message),
          onExit: () => this.transcripts.get(debugged.id)?.end(undefined),
        }),
      }),
      vscode.debug.onDidTerminateDebugSession((debugged) => this.transcripts.get(debugged.id)?.end(undefined)),
      // What an earlier run printed stays until the same configuration runs again.
      vscode.debug.onDidStartDebugSession((debugged) => this.forget(debugged.name, debugged.id)),
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
      transcript.start(debugged.name, cwd);
    }
    transcript.write(output);
  }

  private forget(name: string, except: string): void {
    const title = name.replace(/[/\\?#]/g, " ").trim() || "debug";
    for (const [id, transcript] of this.transcripts) {
      if (id === except || transcript.params.title !== title) continue;
      transcript.close();
      this.transcripts.delete(id);
    }
  }
}
