// The telling line in a terminal is a link: its tooltip names the cause, its click opens the explanation.
import * as vscode from "vscode";
import type { ExplanationPanel } from "./explanation";
import type { Live } from "./live";
import type { Link } from "./protocol";
import type { Session } from "./session";
import type { Terminals } from "./terminals";

interface TellingLink extends vscode.TerminalLink {
  uri: string;
  link: Link;
}

export class Links implements vscode.TerminalLinkProvider<TellingLink> {
  constructor(
    private readonly session: Session,
    private readonly terminals: Terminals,
    private readonly live: Live,
    private readonly panel: ExplanationPanel,
  ) {}

  async provideTerminalLinks(
    { line, terminal }: vscode.TerminalLinkContext,
    token: vscode.CancellationToken,
  ): Promise<TellingLink[]> {
    const uri = this.terminals.uriOf(terminal);
    // Every row under the pointer comes here: without a failure in this terminal there is nothing to ask.
    if (!uri || !line.trim() || !this.live.has(uri)) return [];
    const links = (await this.session.request<Link[]>("unstuck/terminal/links", { uri, line }, token)) ?? [];
    return links.map((link) => ({
      startIndex: link.start,
      length: link.end - link.start,
      tooltip: link.tooltip || link.title,
      uri,
      link,
    }));
  }

  async handleTerminalLink({ uri, link }: TellingLink): Promise<void> {
    const position = link.range?.start;
    await this.panel.show(position ? { uri: vscode.Uri.parse(uri), position } : { id: link.id });
  }
}
