// Where the extension starts: its parts, and who knows whom.
import * as fs from "node:fs/promises";
import * as vscode from "vscode";
import { BigLogs } from "./bigLogs";
import { registerCommands } from "./commands";
import { DebugConsole } from "./debugConsole";
import { ExplanationPanel } from "./explanation";
import { Fixes } from "./fixes";
import { Links } from "./links";
import { Live } from "./live";
import { middleware } from "./middleware";
import { notifications } from "./notify";
import { Session } from "./session";
import { Status } from "./status";
import { Terminals } from "./terminals";

let session: Session | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  await fs.mkdir(context.globalStorageUri.fsPath, { recursive: true });
  const log = vscode.window.createOutputChannel("Unstuck", { log: true });
  const live = new Live();
  const bigLogs = new BigLogs();
  const running: Session = new Session(context, log, middleware(live, bigLogs, () => fixes));
  const terminals = new Terminals(running, log);
  const fixes: Fixes = new Fixes(running, live, terminals);
  const panel = new ExplanationPanel(running, fixes);
  session = running;
  context.subscriptions.push(
    log,
    live,
    bigLogs,
    running,
    terminals,
    panel,
    new DebugConsole(running),
    new Status(running, live),
    vscode.window.registerTerminalLinkProvider(new Links(running, terminals, live, panel)),
    registerCommands({ log, session: running, live, fixes, panel, terminals, bigLogs }),
    notifications(live, panel),
    running.onDidChangePhase((phase) => {
      if (phase !== "running") live.clear();
    }),
    bigLogs.onDidChange(() => void running.notify("workspace/didChangeConfiguration", { settings: null })),
  );
  // Not awaited: the first start installs the server, and what terminals print meanwhile is kept for it.
  void running.start();
}

export async function deactivate(): Promise<void> {
  await session?.stop();
}
