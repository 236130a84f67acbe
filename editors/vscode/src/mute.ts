// Muting a signature or a whole domain, for the user or for this workspace.
import * as vscode from "vscode";
import type { Mute } from "./protocol";

export async function mute({ id, domain }: Mute): Promise<void> {
  const entry = id ?? domain;
  if (!entry) return;
  const target = await where(entry);
  if (target === undefined) return;
  const configuration = vscode.workspace.getConfiguration("unstuck");
  const known = configuration.inspect<string[]>("mute");
  const list = (target === vscode.ConfigurationTarget.Global ? known?.globalValue : known?.workspaceValue) ?? [];
  // A workspace's list takes the place of the user's: it starts with what the user muted.
  const base = target === vscode.ConfigurationTarget.Global ? list : [...new Set([...(known?.globalValue ?? []), ...list])];
  if (!base.includes(entry)) await configuration.update("mute", [...base, entry], target);
}

async function where(entry: string): Promise<vscode.ConfigurationTarget | undefined> {
  if (!vscode.workspace.workspaceFolders?.length) return vscode.ConfigurationTarget.Global;
  const choices = [
    { label: vscode.l10n.t("Everywhere"), description: vscode.l10n.t("your settings"), target: vscode.ConfigurationTarget.Global },
    { label: vscode.l10n.t("In this workspace"), description: ".vscode/settings.json", target: vscode.ConfigurationTarget.Workspace },
  ];
  const chosen = await vscode.window.showQuickPick(choices, { title: vscode.l10n.t("Mute {0}", entry) });
  return chosen?.target;
}
