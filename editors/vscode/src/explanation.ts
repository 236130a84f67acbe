// The explanation: a page beside the terminal with the cause, the fixes as buttons, and the way to the transcript.
import { randomBytes } from "node:crypto";
import * as vscode from "vscode";
import type { Position } from "vscode-languageclient/node";
import type { Fixes } from "./fixes";
import type { Explanation, ExplainParams } from "./protocol";
import type { Session } from "./session";

/** The commands that a link of the page may run; each takes an index or nothing, never text from a log. */
const COMMANDS = ["unstuck.panel.fix", "unstuck.panel.transcript"];

interface Shown {
  uri: vscode.Uri;
  range: vscode.Range;
  fixes: (vscode.CodeAction | vscode.Command)[];
}

export class ExplanationPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private shown: Shown | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly session: Session,
    private readonly fixes: Fixes,
  ) {
    this.subscriptions = [
      vscode.commands.registerCommand("unstuck.panel.fix", (index: number) => this.apply(index)),
      vscode.commands.registerCommand("unstuck.panel.transcript", () => this.reveal()),
    ];
  }

  /** Explains what stands at a place, or a record by its id. */
  async show(at: { uri: vscode.Uri; position: Position } | { id: string }): Promise<void> {
    const params: ExplainParams = "uri" in at ? { uri: at.uri.toString(), position: at.position } : at;
    const explanation = await this.session.request<Explanation>("unstuck/explain", params);
    if (!explanation) {
      void vscode.window.showInformationMessage(vscode.l10n.t("There is no explanation: the failure is gone."));
      return;
    }
    this.shown = "uri" in at ? await this.place(at.uri, explanation, at.position) : undefined;
    const panel = this.open();
    panel.title = explanation.id.split("/").at(-1) ?? explanation.id;
    panel.webview.html = await this.page(explanation);
  }

  dispose(): void {
    this.panel?.dispose();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async place(uri: vscode.Uri, { range }: Explanation, { line, character }: Position): Promise<Shown> {
    const { start, end } = range ?? { start: { line, character }, end: { line, character } };
    const marked = new vscode.Range(start.line, start.character, end.line, end.character);
    return { uri, range: marked, fixes: await this.fixes.list(uri, marked) };
  }

  private open(): vscode.WebviewPanel {
    if (this.panel) {
      this.panel.reveal(undefined, true);
      return this.panel;
    }
    const column = vscode.window.activeTextEditor ? vscode.ViewColumn.Beside : vscode.ViewColumn.Active;
    this.panel = vscode.window.createWebviewPanel(
      "unstuck.explanation",
      "Unstuck",
      { viewColumn: column, preserveFocus: true },
      { enableScripts: false, enableCommandUris: COMMANDS, localResourceRoots: [], enableFindWidget: true },
    );
    this.panel.onDidDispose(() => (this.panel = undefined));
    return this.panel;
  }

  private async page({ markdown }: Explanation): Promise<string> {
    const nonce = randomBytes(16).toString("base64");
    const policy = `default-src 'none'; style-src 'nonce-${nonce}'; form-action 'none'; base-uri 'none'`;
    const shown = this.shown;
    const fixes: string[] = [];
    const mutes: string[] = [];
    for (const [index, fix] of (shown?.fixes ?? []).entries()) {
      const reason = fix instanceof vscode.CodeAction ? fix.disabled?.reason : undefined;
      const href = `command:unstuck.panel.fix?${index}`;
      if (isMute(fix)) mutes.push(`<a href="${href}">${escape(fix.title)}</a>`);
      else if (reason) fixes.push(`<li class="off">${escape(fix.title)}<br><small>${escape(reason)}</small></li>`);
      else fixes.push(`<li><a class="button" href="${href}">${escape(fix.title)}</a></li>`);
    }
    const transcript = shown
      ? `<p><a href="command:unstuck.panel.transcript">${escape(
          shown.uri.scheme === "unstuck-terminal"
            ? vscode.l10n.t("Open the transcript at this line")
            : vscode.l10n.t("Open the file at this line"),
        )}</a></p>`
      : "";
    return `<!DOCTYPE html>
<html lang="${escape(vscode.env.language)}"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<style nonce="${nonce}">
  body { max-width: 52rem; line-height: 1.5; padding: 0 1.5rem 2rem; }
  code { font-family: var(--vscode-editor-font-family); color: var(--vscode-textPreformat-foreground);
    background: var(--vscode-textPreformat-background); padding: 0 .25em; border-radius: 3px; }
  pre { background: var(--vscode-textCodeBlock-background); padding: .75rem; overflow: auto; }
  pre code { background: none; padding: 0; }
  ul.fixes { list-style: none; padding: 0; }
  ul.fixes li { margin: .4rem 0; }
  a.button { display: inline-block; padding: .35rem .8rem; border-radius: 3px; text-decoration: none;
    color: var(--vscode-button-foreground); background: var(--vscode-button-background); }
  a.button:hover { background: var(--vscode-button-hoverBackground); }
  p.quiet { margin-top: 2rem; font-size: .9em; }
  .off { color: var(--vscode-disabledForeground); }
</style></head><body>
${await render(markdown)}
${fixes.length ? `<h3>${escape(vscode.l10n.t("Fixes"))}</h3><ul class="fixes">${fixes.join("\n")}</ul>` : ""}
${transcript}
${mutes.length ? `<p class="quiet">${mutes.join(" · ")}</p>` : ""}
</body></html>`;
  }

  private async apply(index: number): Promise<void> {
    const fix = this.shown?.fixes[index];
    if (fix && this.shown) await this.fixes.apply(fix, this.shown.uri);
  }

  /** Opens the document that is explained, at its telling line. */
  private async reveal(): Promise<void> {
    if (this.shown) await openAt(this.shown.uri, this.shown.range);
  }
}

/** Opens a document at the start of `range`; a log too, of which the editor does not give its text to extensions. */
export async function openAt(uri: vscode.Uri, { start }: vscode.Range): Promise<void> {
  const options: vscode.TextDocumentShowOptions = { preview: true, selection: new vscode.Range(start, start) };
  await vscode.commands.executeCommand("vscode.open", uri, options);
}

function isMute(fix: vscode.CodeAction | vscode.Command): boolean {
  const command = typeof fix.command === "string" ? fix.command : fix.command?.command;
  return command === "unstuck.mute";
}

async function render(markdown: string): Promise<string> {
  try {
    return await vscode.commands.executeCommand<string>("markdown.api.render", markdown);
  } catch {
    // The editor's own Markdown extension is switched off.
    return `<pre>${escape(markdown)}</pre>`;
  }
}

function escape(text: string): string {
  const names: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return text.replace(/[&<>"']/g, (character) => names[character] ?? "");
}
