// Files beyond the size at which the editor stops telling extensions about their text: the server reads them from disk.
import * as path from "node:path";
import * as vscode from "vscode";

/** The editor's limit for the text of a document, in bytes. */
const LIMIT = 50 * 1024 * 1024;

export class BigLogs implements vscode.Disposable {
  private readonly files = new Set<string>();
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[] = [this.changes];
  readonly onDidChange = this.changes.event;

  constructor() {
    this.subscriptions.push(
      vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
        for (const tab of opened) if (tab.input instanceof vscode.TabInputText) void this.consider(tab.input.uri);
      }),
    );
    for (const tab of vscode.window.tabGroups.all.flatMap((group) => group.tabs)) {
      if (tab.input instanceof vscode.TabInputText) void this.consider(tab.input.uri);
    }
  }

  /** The files to be watched besides those of the setting. */
  get watched(): string[] {
    // The setting holds globs: what would be one in a path stands in brackets.
    return [...this.files].map((file) => file.replaceAll("\\", "/").replace(/[*?[\]{}]/g, "[$&]"));
  }

  /** Watches `uri` if it is too big for the editor; `anyName`: also where it is not named like a log. */
  async consider(uri: vscode.Uri, anyName = false): Promise<boolean> {
    if (uri.scheme !== "file" || !(anyName || path.extname(uri.fsPath).toLowerCase() === ".log")) return false;
    const size = (await Promise.resolve(vscode.workspace.fs.stat(uri)).catch(() => undefined))?.size ?? 0;
    if (size <= LIMIT) return false;
    if (!this.files.has(uri.fsPath)) {
      this.files.add(uri.fsPath);
      this.changes.fire();
    }
    return true;
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
  }
}
