// The commands of the palette.
import { existsSync } from "node:fs";
import * as path from "node:path";
import * as vscode from "vscode";
import type { BigLogs } from "./bigLogs";
import { documentSelector } from "./documents";
import { openAt, type ExplanationPanel } from "./explanation";
import { AFTER, CONFIRM, type Fixes } from "./fixes";
import type { Live } from "./live";
import { idOf } from "./live";
import { mute } from "./mute";
import type { Listed } from "./protocol";
import type { Session } from "./session";
import type { Terminals } from "./terminals";

export interface Parts {
  log: vscode.LogOutputChannel;
  session: Session;
  live: Live;
  fixes: Fixes;
  panel: ExplanationPanel;
  terminals: Terminals;
  bigLogs: BigLogs;
}

export function registerCommands(parts: Parts): vscode.Disposable {
  const { log, session, fixes } = parts;
  const commands: Record<string, (...args: never[]) => unknown> = {
    "unstuck.explainLast": () => explainLast(parts),
    "unstuck.showAll": () => showAll(parts),
    "unstuck.checkFile": (uri?: vscode.Uri) => checkFile(parts, uri),
    "unstuck.openTranscript": () => openTranscript(parts),
    "unstuck.openRecord": () => openRecord(parts),
    "unstuck.restart": () => session.restart(),
    "unstuck.showLog": () => log.show(),
    "unstuck.insertCommand": fixes.insert.bind(fixes),
    "unstuck.mute": mute,
    [AFTER]: fixes.after.bind(fixes),
    [CONFIRM]: fixes.confirm.bind(fixes),
  };
  return vscode.Disposable.from(
    ...Object.entries(commands).map(([name, run]) => vscode.commands.registerCommand(name, run)),
  );
}

async function explainLast({ live, panel }: Parts): Promise<void> {
  const last = live.last;
  if (!last) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Unstuck: no failures."));
    return;
  }
  await panel.show({ uri: last.uri, position: last.diagnostic.range.start });
}

async function showAll({ session, panel }: Parts): Promise<void> {
  const all = (await session.request<Listed[]>("unstuck/diagnoses", {})) ?? [];
  if (!all.length) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Unstuck: no failures."));
    return;
  }
  const explain: vscode.QuickInputButton = {
    iconPath: new vscode.ThemeIcon("lightbulb"),
    tooltip: vscode.l10n.t("Explain"),
  };
  const pick = vscode.window.createQuickPick<vscode.QuickPickItem & { listed: Listed }>();
  pick.title = "Unstuck";
  pick.placeholder = vscode.l10n.t("Choose a failure to go to it");
  pick.matchOnDescription = pick.matchOnDetail = true;
  pick.items = all.map((listed) => ({
    label: listed.title,
    description: listed.occurrences > 1 ? `${listed.id} ×${listed.occurrences}` : listed.id,
    detail: [nameOf(listed.uri), listed.command].filter(Boolean).join(" · "),
    buttons: [explain],
    listed,
  }));
  const show = (listed: Listed): Promise<void> =>
    panel.show({ uri: vscode.Uri.parse(listed.uri), position: listed.range.start });
  pick.onDidTriggerItemButton(({ item }) => {
    pick.hide();
    void show(item.listed);
  });
  pick.onDidAccept(() => {
    const chosen = pick.selectedItems[0]?.listed;
    pick.hide();
    if (!chosen) return;
    const { start, end } = chosen.range;
    void openAt(
      vscode.Uri.parse(chosen.uri),
      new vscode.Range(start.line, start.character, end.line, end.character),
    );
  });
  pick.onDidHide(() => pick.dispose());
  pick.show();
}

function nameOf(uri: string): string {
  const parsed = vscode.Uri.parse(uri);
  return parsed.scheme === "file" ? vscode.workspace.asRelativePath(parsed) : path.posix.basename(parsed.path);
}

/** Reads a file of any name: as a log, where it is not something more special. */
async function checkFile({ bigLogs, live, panel }: Parts, uri?: vscode.Uri): Promise<void> {
  const target = uri ?? vscode.window.activeTextEditor?.document.uri;
  if (!target) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Open the file that Unstuck should check."));
    return;
  }
  if (await bigLogs.consider(target, true)) {
    void vscode.window.showInformationMessage(
      vscode.l10n.t("{0} is too big for the editor to share: Unstuck reads it from disk.", nameOf(target.toString())),
    );
    return;
  }
  let document = await vscode.workspace.openTextDocument(target);
  if (!vscode.languages.match(documentSelector, document)) {
    document = await vscode.languages.setTextDocumentLanguage(document, "log");
  }
  await vscode.window.showTextDocument(document, { preview: false });
  const diagnostic = live.of(target)[0] ?? (await arrival(live, target, 3000));
  if (diagnostic) await panel.show({ uri: target, position: diagnostic.range.start });
  else void vscode.window.showInformationMessage(vscode.l10n.t("Unstuck knows no failure in {0}.", nameOf(target.toString())));
}

function arrival(live: Live, uri: vscode.Uri, patience: number): Promise<vscode.Diagnostic | undefined> {
  return new Promise((resolve) => {
    const end = (diagnostic?: vscode.Diagnostic): void => {
      clearTimeout(timer);
      listener.dispose();
      resolve(diagnostic);
    };
    const timer = setTimeout(end, patience);
    const listener = live.onDidArrive((one) => one.uri.toString() === uri.toString() && end(one.diagnostic));
  });
}

async function openTranscript({ terminals, live }: Parts): Promise<void> {
  const terminal = vscode.window.activeTerminal;
  const uri = terminal && terminals.uriOf(terminal);
  if (!uri) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Unstuck has read nothing from this terminal yet."));
    return;
  }
  const parsed = vscode.Uri.parse(uri);
  await openAt(parsed, live.of(parsed).at(-1)?.range ?? new vscode.Range(0, 0, 0, 0));
}

/** Opens the record behind a failure: of the place in the editor, else of the last one. */
async function openRecord({ live, session, panel }: Parts): Promise<void> {
  const editor = vscode.window.activeTextEditor;
  const here = editor && live.of(editor.document.uri).find((one) => one.range.contains(editor.selection.active));
  const id = here ? idOf(here) : live.last?.id;
  if (!id) {
    void vscode.window.showInformationMessage(vscode.l10n.t("Unstuck: no failures."));
    return;
  }
  const file = recordOf(id, session.packageFolder);
  if (file) await vscode.window.showTextDocument(vscode.Uri.file(file), { preview: true });
  else await panel.show({ id });
}

function recordOf(id: string, packageFolder: string | undefined): string | undefined {
  // An id comes from the server, but a path must stay below its folder whatever it says.
  if (!/^[a-z0-9][a-z0-9_.+-]*(\/[a-z0-9][a-z0-9_.+-]*)+$/.test(id) || id.includes("..")) return undefined;
  const roots = vscode.workspace.getConfiguration("unstuck").get<string[]>("catalogs", []).filter(path.isAbsolute);
  if (packageFolder) roots.push(path.join(packageFolder, "seeds"), path.resolve(packageFolder, "../../seeds"));
  return roots.map((root) => path.join(root, `${id}.json`)).find((file) => existsSync(file));
}
