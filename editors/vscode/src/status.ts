// The status bar: how many diagnoses are alive, and, where it matters, why there can be none.
import * as vscode from "vscode";
import type { Live } from "./live";
import type { Session } from "./session";

/** How long a shell may take to say that it is integrated, in milliseconds. */
const PATIENCE = 5000;

export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem("unstuck", vscode.StatusBarAlignment.Left, 1);
  private readonly born = new WeakMap<vscode.Terminal, number>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly session: Session,
    private readonly live: Live,
  ) {
    this.item.name = "Unstuck";
    const draw = (): void => this.draw();
    const watch = (terminal: vscode.Terminal): void => {
      this.born.set(terminal, Date.now());
      setTimeout(draw, PATIENCE + 100);
    };
    vscode.window.terminals.forEach(watch);
    this.subscriptions = [
      this.item,
      live.onDidChange(draw),
      session.onDidChangePhase(draw),
      vscode.window.onDidOpenTerminal(watch),
      vscode.window.onDidChangeActiveTerminal(draw),
      vscode.window.onDidChangeTerminalShellIntegration(draw),
      vscode.window.onDidCloseTerminal(draw),
    ];
    this.draw();
    this.item.show();
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private draw(): void {
    const { item, session } = this;
    const count = this.live.count;
    const unread = this.unreadTerminal();
    item.command = "unstuck.showAll";
    item.backgroundColor = undefined;
    switch (session.phase) {
      case "starting":
        item.text = "$(sync~spin) Unstuck";
        item.tooltip = vscode.l10n.t("Unstuck is starting");
        item.command = "unstuck.showLog";
        break;
      case "failed":
      case "stopped":
        item.text = "$(error) Unstuck";
        item.tooltip = session.trouble ?? vscode.l10n.t("Unstuck's server has stopped. Click to restart it.");
        item.command = "unstuck.restart";
        item.backgroundColor = new vscode.ThemeColor("statusBarItem.warningBackground");
        break;
      case "running":
        item.text = `$(lightbulb${count ? "-sparkle" : ""}) ${count}${unread ? " $(circle-slash)" : ""}`;
        item.tooltip = this.tooltip(count, unread);
        break;
    }
    item.accessibilityInformation = {
      label: `Unstuck: ${session.phase === "running" ? String(count) : session.phase}`,
    };
  }

  private tooltip(count: number, unread: vscode.Terminal | undefined): vscode.MarkdownString {
    const text = new vscode.MarkdownString("", true);
    text.appendMarkdown(
      count === 1
        ? vscode.l10n.t("Unstuck: 1 failure explained. Click to see it.")
        : count
          ? vscode.l10n.t("Unstuck: {0} failures explained. Click to see them.", count)
          : vscode.l10n.t("Unstuck: no failures."),
    );
    if (unread) {
      text.appendMarkdown("\n\n$(circle-slash) ");
      text.appendText(
        vscode.l10n.t("The terminal \"{0}\" has no shell integration: Unstuck cannot read it.", unread.name),
      );
      text.appendMarkdown(
        ` [${vscode.l10n.t("Set it up")}](https://code.visualstudio.com/docs/terminal/shell-integration)`,
      );
    }
    return text;
  }

  /** The terminal that is shown, if it is old enough to be integrated and is not. */
  private unreadTerminal(): vscode.Terminal | undefined {
    const terminal = vscode.window.activeTerminal;
    if (!terminal || terminal.shellIntegration || terminal.exitStatus) return undefined;
    if ("pty" in terminal.creationOptions) return undefined;
    return Date.now() - (this.born.get(terminal) ?? 0) > PATIENCE ? terminal : undefined;
  }
}
