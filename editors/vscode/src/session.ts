// The running server: found, started, restarted, and asked.
import * as vscode from "vscode";
import { LanguageClient, RevealOutputChannelOn, State, type LanguageClientOptions } from "vscode-languageclient/node";
import { documentSelector } from "./documents";
import { Crashes, MOST } from "./server/crashes";
import { Trouble } from "./server/environment";
import { locate, type Server } from "./server/locate";
import { CLIENT_COMMANDS, VERSION } from "./protocol";

export type Phase = "starting" | "running" | "stopped" | "failed";

type Middleware = NonNullable<LanguageClientOptions["middleware"]>;

/** Milliseconds after which a server that was started again should run. */
const RECOVERY = 20_000;

/** The client with its messages kept to the log: what a person is told, the session says, once and with a cure. */
class Client extends LanguageClient {
  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  override warn(message: string, data?: unknown): void {
    super.warn(message, data, false);
  }
}

export class Session implements vscode.Disposable {
  private client: LanguageClient | undefined;
  private server: Server | undefined;
  private problem: string | undefined;
  private current: Phase = "stopped";
  private attempt: Promise<void> | undefined;
  /** Whether the client is about to start a crashed server again. */
  private recovering = false;
  private waitingForPython = 0;
  private readonly phases = new vscode.EventEmitter<Phase>();
  private readonly subscriptions: vscode.Disposable[] = [this.phases];

  /** Fires with each change; "running" also after the client has restarted a crashed server. */
  readonly onDidChangePhase = this.phases.event;

  constructor(
    private readonly extension: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
    private readonly middleware: Middleware,
  ) {
    this.subscriptions.push(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration("unstuck.server")) void this.restart();
      }),
      // A Python that was missing may have been installed meanwhile, in another window.
      vscode.window.onDidChangeWindowState(({ focused }) => {
        if (focused && this.waitingForPython && Date.now() - this.waitingForPython > 30_000) void this.restart(true);
      }),
      vscode.workspace.onDidGrantWorkspaceTrust(() => {
        if (this.current === "failed") void this.restart();
      }),
    );
  }

  get phase(): Phase {
    return this.current;
  }

  /** Why the server does not run, where the phase is "failed". */
  get trouble(): string | undefined {
    return this.problem;
  }

  /** The client, while its server runs. */
  get running(): LanguageClient | undefined {
    return this.current === "running" ? this.client : undefined;
  }

  get packageFolder(): string | undefined {
    return this.server?.folder;
  }

  get origin(): string | undefined {
    return this.server?.origin;
  }

  /** Finds and starts the server. `quietly`: a failure that the user has seen already is not shown again. */
  start(quietly = false): Promise<void> {
    this.attempt ??= this.tryToStart(quietly).finally(() => (this.attempt = undefined));
    return this.attempt;
  }

  async restart(quietly = false): Promise<void> {
    await this.attempt?.catch(() => undefined);
    await this.stop();
    await this.start(quietly);
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    this.recovering = false;
    if (client) await client.dispose(3000).catch((error: unknown) => this.log.warn(String(error)));
    this.become("stopped");
  }

  /** Sends a notification; resolves when it is on its way, false where no server runs. */
  async notify(method: string, params: object): Promise<boolean> {
    const client = this.running;
    if (!client) return false;
    try {
      await client.sendNotification(method, params);
      return true;
    } catch (error) {
      this.log.debug(`${method}: ${String(error)}`);
      return false;
    }
  }

  /** Writes a line into the extension's log. */
  note(line: string): void {
    this.log.info(line);
  }

  /** Asks the server; undefined where none runs or it has no answer. */
  async request<Result>(method: string, params: object, token?: vscode.CancellationToken): Promise<Result | undefined> {
    const client = this.running;
    if (!client) return undefined;
    try {
      return (await client.sendRequest<Result | null>(method, params, token)) ?? undefined;
    } catch (error) {
      if (!token?.isCancellationRequested) this.log.warn(`${method}: ${String(error)}`);
      return undefined;
    }
  }

  dispose(): void {
    vscode.Disposable.from(...this.subscriptions).dispose();
    void this.client?.dispose();
  }

  private async tryToStart(quietly: boolean): Promise<void> {
    const asked = Date.now();
    this.problem = undefined;
    this.become("starting");
    try {
      this.server = await locate(this.extension, this.log);
      this.log.info(`server: ${[this.server.command, ...this.server.args].join(" ")}`);
      this.client = this.create(this.server);
      await this.client.start();
      this.checkVersion(this.client);
      this.waitingForPython = 0;
      this.log.info(`the server runs, ${Date.now() - asked} ms after it was asked for`);
      this.become("running");
    } catch (error) {
      if (error instanceof vscode.CancellationError) {
        this.problem = vscode.l10n.t("The installation was cancelled.");
        this.become("failed");
        return;
      }
      const text = error instanceof Error ? error.message : String(error);
      this.problem = error instanceof Trouble ? text : this.whyNot(text);
      this.log.error(this.problem);
      this.waitingForPython = error instanceof Trouble && error.cure === "python" ? Date.now() : 0;
      this.become("failed");
      if (!quietly) void this.report(this.problem, Boolean(this.waitingForPython));
    }
  }

  private create(server: Server): LanguageClient {
    const client: LanguageClient = new Client(
      "unstuck",
      "Unstuck",
      {
        command: server.command,
        args: server.args,
        // Not the workspace: what a program is started in must not be the folder that is open.
        options: { cwd: this.extension.globalStorageUri.fsPath },
      },
      {
        documentSelector,
        diagnosticCollectionName: "unstuck",
        outputChannel: this.log,
        revealOutputChannelOn: RevealOutputChannelOn.Never,
        initializationOptions: () => ({
          settings: vscode.workspace.getConfiguration().get("unstuck"),
          clientCommands: CLIENT_COMMANDS,
        }),
        middleware: this.middleware,
        // Without it the client shows its own message where a server dies while it starts.
        initializationFailedHandler: () => false,
        errorHandler: new Crashes({
          starting: () => this.attempt !== undefined,
          again: () => this.recover(client),
          gaveUp: () => {
            if (client === this.client) void this.crashed();
          },
        }),
        markdown: { isTrusted: false, supportHtml: false },
      },
    );
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client || this.attempt) return;
      if (newState === State.Running && this.recovering) {
        this.recovering = false;
        this.become("running");
      } else if (newState !== State.Running && this.current === "running") {
        this.become(this.recovering ? "starting" : "stopped");
      } else if (newState === State.StartFailed && !this.recovering) {
        this.become("stopped");
      }
    });
    return client;
  }

  private checkVersion(client: LanguageClient): void {
    const told = client.initializeResult?.capabilities.experimental as { unstuck?: { version?: number } } | undefined;
    const version = told?.unstuck?.version;
    if (version !== VERSION) {
      this.log.warn(`the server speaks version ${version ?? "0"} of the protocol, this extension version ${VERSION}`);
    }
  }

  private whyNot(text: string): string {
    // What the pipe of a program that has ended says explains nothing.
    return /EPIPE|ECONNRESET|disposed|closed/.test(text) && this.server
      ? vscode.l10n.t("Unstuck's server did not start: {0} ended before it answered. The log says why.", this.server.command)
      : vscode.l10n.t("Unstuck's server did not start: {0}", text);
  }

  /** The client starts its server again. A server that dies while it starts can leave the client with none: then we do. */
  private recover(client: LanguageClient): void {
    if (client !== this.client) return;
    this.recovering = true;
    setTimeout(() => {
      if (client === this.client && this.recovering) void this.restart();
    }, RECOVERY);
  }

  /** The server was started again and again, and crashed each time. */
  private async crashed(): Promise<void> {
    this.recovering = false;
    this.problem = vscode.l10n.t(
      "Unstuck's server crashed {0} times within three minutes and was not started again. The log says why.",
      MOST + 1,
    );
    this.log.error(this.problem);
    this.become("failed");
    await this.report(this.problem, false);
  }

  private async report(message: string, python: boolean): Promise<void> {
    const again = vscode.l10n.t("Try Again");
    const choose = vscode.l10n.t("Choose Python…");
    const get = vscode.l10n.t("Get Python");
    const log = vscode.l10n.t("Show Log");
    const buttons = python ? [choose, get, again] : [again, log];
    const answer = await vscode.window.showErrorMessage(message, ...buttons);
    if (answer === again) await this.restart();
    if (answer === log) this.log.show();
    if (answer === get) await vscode.env.openExternal(vscode.Uri.parse("https://www.python.org/downloads/"));
    if (answer === choose) await this.choosePython();
  }

  private async choosePython(): Promise<void> {
    const chosen = await vscode.window.showOpenDialog({
      title: vscode.l10n.t("Choose a Python interpreter (3.11 or later)"),
      canSelectMany: false,
    });
    const file = chosen?.[0]?.fsPath;
    if (!file) return;
    // The change of the setting starts the server again.
    await vscode.workspace
      .getConfiguration("unstuck")
      .update("server.python", file, vscode.ConfigurationTarget.Global);
  }

  private become(phase: Phase): void {
    if (phase === this.current) return;
    this.current = phase;
    this.phases.fire(phase);
  }
}
