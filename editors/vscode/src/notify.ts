// A message for each new failure, for those who have asked for it (unstuck.notify).
import * as vscode from "vscode";
import type { ExplanationPanel } from "./explanation";
import type { Live } from "./live";

/** A flood of failures is one message in this many milliseconds. */
const PAUSE = 3000;

export function notifications(live: Live, panel: ExplanationPanel): vscode.Disposable {
  let quietUntil = 0;
  return live.onDidArrive(async ({ uri, diagnostic }) => {
    if (!vscode.workspace.getConfiguration("unstuck").get("notify", false) || Date.now() < quietUntil) return;
    quietUntil = Date.now() + PAUSE;
    const explain = vscode.l10n.t("Explain");
    const show =
      diagnostic.severity === vscode.DiagnosticSeverity.Error
        ? vscode.window.showErrorMessage
        : vscode.window.showWarningMessage;
    if ((await show(diagnostic.message, explain)) === explain) {
      await panel.show({ uri, position: diagnostic.range.start });
    }
  });
}
