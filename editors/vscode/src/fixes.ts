// Fixes: listing and applying them outside the lightbulb, and what comes after one was applied.
import * as vscode from "vscode";
import type { CodeAction as ProtocolCodeAction, Command as ProtocolCommand } from "vscode-languageclient/node";
import type { Live } from "./live";
import type { InsertCommand } from "./protocol";
import type { Session } from "./session";
import { familyOf, inFolder, isSafe, sameFolder } from "./shells";
import { shellOf, type Terminals } from "./terminals";

/** The arguments of `unstuck.afterFix`. */
export interface AfterFix {
  /** The document whose failure was fixed. */
  uri: string;
  /** The files that the fix changed and that had no unsaved changes of the user's before. */
  save: string[];
  /** The command that the server attached to the fix. */
  then?: vscode.Command;
}

/** The arguments of `unstuck.confirmFix`. */
export interface Question {
  title: string;
  consequence: string;
  edit?: vscode.WorkspaceEdit;
  after?: AfterFix;
}

type Found = NonNullable<ReturnType<Terminals["find"]>>;

export class Fixes {
  constructor(
    private readonly session: Session,
    private readonly live: Live,
    private readonly terminals: Terminals,
  ) {}

  /** What the server offers for a place, in its order. */
  async list(uri: vscode.Uri, range: vscode.Range): Promise<(vscode.CodeAction | vscode.Command)[]> {
    const client = this.session.running;
    if (!client) return [];
    const diagnostics = this.live.of(uri).filter((one) => one.range.intersection(range));
    const answer = await this.session.request<(ProtocolCodeAction | ProtocolCommand)[]>("textDocument/codeAction", {
      textDocument: { uri: uri.toString() },
      range: client.code2ProtocolConverter.asRange(range),
      context: { diagnostics: client.code2ProtocolConverter.asDiagnosticsSync(diagnostics), triggerKind: 1 },
    });
    return (await client.protocol2CodeConverter.asCodeActionResult(answer ?? [])) ?? [];
  }

  /** Does what the lightbulb would do with `action`. */
  async apply(action: vscode.CodeAction | vscode.Command, uri: vscode.Uri): Promise<void> {
    if (!(action instanceof vscode.CodeAction)) {
      await vscode.commands.executeCommand(action.command, ...(action.arguments ?? []));
      return;
    }
    const whole = action.edit || action.command ? action : await this.resolve(action);
    if (whole.disabled) {
      void vscode.window.showWarningMessage(whole.disabled.reason);
      return;
    }
    this.follow(whole, uri);
    if (whole.edit && !(await vscode.workspace.applyEdit(whole.edit))) return;
    const { command } = whole;
    if (command) await vscode.commands.executeCommand(command.command, ...(command.arguments ?? []));
  }

  /** Makes an action with an edit ask where it must, and end in `after`, whoever applies it. */
  follow(action: vscode.CodeAction, uri: vscode.Uri): void {
    const { edit, command } = action;
    if (!edit || command?.command === AFTER) return;
    const dirty = new Set(vscode.workspace.textDocuments.filter((one) => one.isDirty).map((one) => one.uri.toString()));
    const save = edit.entries().map(([target]) => target.toString());
    const after: AfterFix = { uri: uri.toString(), save: save.filter((target) => !dirty.has(target)) };
    if (command?.command === CONFIRM) {
      const question: Question = { ...(command.arguments?.[0] as Question), edit, after };
      action.command = { ...command, arguments: [question] };
      delete action.edit;
      return;
    }
    if (command) after.then = command;
    action.command = { command: AFTER, title: "", arguments: [after] };
  }

  /** Asks before an edit that gives something up, and says what. */
  async confirm({ title, consequence, edit, after }: Question): Promise<void> {
    if (!edit || !after) return;
    const apply = vscode.l10n.t("Apply");
    const files = edit.entries().map(([target]) => target.fsPath);
    const detail = [consequence, ...files].filter(Boolean).join("\n\n");
    const answer = await vscode.window.showWarningMessage(`${title}?`, { modal: true, detail }, apply);
    if (answer === apply && (await vscode.workspace.applyEdit(edit))) await this.after(after);
  }

  /** A fix was applied: its files are saved, and the command that failed is offered again. */
  async after({ uri, save, then }: AfterFix): Promise<void> {
    const saved: string[] = [];
    for (const target of save) {
      const document = vscode.workspace.textDocuments.find((one) => one.uri.toString() === target);
      if (!document?.isDirty) continue;
      if (await document.save()) saved.push(vscode.workspace.asRelativePath(document.uri));
    }
    if (then) await vscode.commands.executeCommand(then.command, ...(then.arguments ?? []));
    const failed = this.terminals.find(uri) ?? this.lastFailed();
    if (failed?.transcript.commandLine) await this.offerAgain(failed, failed.transcript.commandLine, saved);
  }

  private async offerAgain({ transcript }: Found, commandLine: string, saved: string[]): Promise<void> {
    const run = vscode.l10n.t("Run It Again");
    const text = saved.length
      ? vscode.l10n.t("Saved {0}. Run the command again? {1}", saved.join(", "), commandLine)
      : vscode.l10n.t("Run the command again? {0}", commandLine);
    if ((await vscode.window.showInformationMessage(text, run)) !== run) return;
    // A task has no prompt: it is the user's own, and runs as it did.
    if (transcript.task) await vscode.tasks.executeTask(transcript.task);
    else await this.insert({ uri: transcript.uri, command: commandLine });
  }

  /** Puts a command line at a terminal's prompt, without Enter; copies it where there is no prompt for it. */
  async insert({ uri, command, cwd }: InsertCommand): Promise<void> {
    if (!isSafe(command)) {
      void vscode.window.showWarningMessage(vscode.l10n.t("This command holds control characters and was not used."));
      return;
    }
    const found = uri ? this.terminals.find(uri) : undefined;
    const terminal = found?.terminal ?? (uri?.startsWith("unstuck-terminal:") ? undefined : this.idle());
    const line = terminal && this.terminals.hasPrompt(terminal) ? this.inFolder(command, cwd, terminal) : undefined;
    if (terminal && line !== undefined) {
      terminal.show(false);
      terminal.sendText(line, false);
      return;
    }
    await vscode.env.clipboard.writeText(command);
    void vscode.window.showInformationMessage(vscode.l10n.t("Copied: {0}", command));
  }

  /** `command`, preceded by a change of folder where the terminal has left the one that it is meant for. */
  private inFolder(command: string, cwd: string | undefined, terminal: vscode.Terminal): string | undefined {
    const here = terminal.shellIntegration?.cwd?.fsPath;
    if (!cwd || !here || sameFolder(cwd, here)) return command;
    return inFolder(command, cwd, familyOf(shellOf(terminal)));
  }

  private idle(): vscode.Terminal | undefined {
    const terminal = vscode.window.activeTerminal;
    return terminal?.shellIntegration && this.terminals.hasPrompt(terminal) ? terminal : undefined;
  }

  /** The terminal whose failure a requirements file's diagnosis stands for: the one of the newest diagnosis. */
  private lastFailed(): Found | undefined {
    const active = vscode.window.activeTerminal;
    const uri = active && this.terminals.uriOf(active);
    return uri && this.live.has(uri) ? this.terminals.find(uri) : undefined;
  }

  private async resolve(action: vscode.CodeAction): Promise<vscode.CodeAction> {
    const client = this.session.running;
    const provider = client?.initializeResult?.capabilities.codeActionProvider;
    if (!client || typeof provider !== "object" || !provider.resolveProvider) return action;
    const params = client.code2ProtocolConverter.asCodeActionSync(action);
    const answer = await this.session.request<ProtocolCodeAction>("codeAction/resolve", params);
    return (answer && (await client.protocol2CodeConverter.asCodeAction(answer))) ?? action;
  }
}

export const AFTER = "unstuck.afterFix";
export const CONFIRM = "unstuck.confirmFix";

/**
 * An edit whose annotations ask for a confirmation gets a question of ours in place of the editor's preview: the
 * preview shows each such change unticked and does not say what it gives up. Called with the server's answer, before
 * it is converted.
 */
export function ask(raw: unknown): void {
  for (const action of Array.isArray(raw) ? raw : [raw]) {
    const { title, edit, command } = (action ?? {}) as Partial<ProtocolCodeAction>;
    const annotations = Object.values(edit?.changeAnnotations ?? {}).filter((one) => one.needsConfirmation);
    if (!annotations.length || command) continue;
    for (const annotation of annotations) annotation.needsConfirmation = false;
    const consequence = [...new Set(annotations.map((one) => one.description ?? one.label))].join("\n");
    const question: Question = { title: title ?? "", consequence };
    (action as ProtocolCodeAction).command = { title: title ?? "", command: CONFIRM, arguments: [question] };
  }
}
