// The server's own Python environment, made from the wheel that the extension carries.
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import * as fs from "node:fs/promises";
import * as path from "node:path";
import * as vscode from "vscode";
import { OLDEST, candidates, interpreterOf, isNewEnough } from "./interpreters";
import { probe, run, selected, type Interpreter } from "./python";

/** Something that a person has to put right. */
export class Trouble extends Error {
  constructor(
    message: string,
    readonly cure: "python" | "log",
  ) {
    super(message);
  }
}

export class OwnEnvironment {
  constructor(
    private readonly extension: vscode.ExtensionContext,
    private readonly log: vscode.LogOutputChannel,
  ) {}

  /** The environment that belongs to the wheel of this extension; makes it where it is missing or no longer works. */
  async interpreter(): Promise<Interpreter> {
    const wheel = await this.wheel();
    const folder = path.join(this.root, await nameOf(wheel));
    const python = interpreterOf(folder);
    let found = existsSync(path.join(folder, READY)) ? await probe([python]) : undefined;
    if (!found?.unstuck) {
      // The Python that it was made from may have been removed.
      await fs.rm(path.join(folder, READY), { force: true });
      await this.makeWithProgress(await this.base(), wheel, folder);
      found = await probe([python]);
    }
    if (!found?.unstuck) throw new Trouble(vscode.l10n.t("The environment at {0} is broken: remove it and restart Unstuck.", folder), "log");
    const now = new Date();
    await fs.utimes(path.join(folder, READY), now, now).catch(() => undefined);
    void this.removeOthers(folder);
    return found;
  }

  private async makeWithProgress(base: Interpreter, wheel: string, folder: string): Promise<void> {
    await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: vscode.l10n.t("Unstuck: installing its server"),
        cancellable: true,
      },
      (progress, token) => this.make(base, wheel, folder, progress, token),
    );
  }

  private get root(): string {
    return path.join(this.extension.globalStorageUri.fsPath, "server");
  }

  private async wheel(): Promise<string> {
    const folder = this.extension.asAbsolutePath("server");
    const names = existsSync(folder) ? await fs.readdir(folder) : [];
    const wheel = names.find((name) => name.endsWith(".whl"));
    if (!wheel) {
      throw new Trouble(
        vscode.l10n.t("This copy of the extension has no server inside. Install the packaged extension, or set unstuck.server.path."),
        "log",
      );
    }
    return path.join(folder, wheel);
  }

  /** A Python that is new enough, to make the environment with. */
  private async base(): Promise<Interpreter> {
    const wanted = vscode.workspace.getConfiguration("unstuck").get<string>("server.python", "").trim();
    const oldest = OLDEST.join(".");
    if (wanted) {
      const found = await probe([wanted]);
      if (found && isNewEnough(found)) return found;
      throw new Trouble(
        found
          ? vscode.l10n.t("Unstuck needs Python {0} or later; unstuck.server.python is {1}, which is {2}.", oldest, wanted, found.version.join("."))
          : vscode.l10n.t("Unstuck needs Python {0} or later; unstuck.server.python is {1}, which does not run.", oldest, wanted),
        "python",
      );
    }
    const tooOld: string[] = [];
    const commands = [...candidates()];
    const active = vscode.workspace.isTrusted ? await selected(this.log) : undefined;
    if (active) commands.unshift([active]);
    for (const command of commands) {
      const found = await probe(command);
      if (!found) continue;
      if (isNewEnough(found)) {
        this.log.info(`Python ${found.version.join(".")} at ${found.executable}`);
        return found;
      }
      const line = `${command.join(" ")} (${found.version.join(".")})`;
      if (!tooOld.includes(line)) tooOld.push(line);
    }
    throw new Trouble(
      tooOld.length
        ? vscode.l10n.t("Unstuck needs Python {0} or later; found only {1}.", oldest, tooOld.slice(0, 3).join(", "))
        : vscode.l10n.t("Unstuck needs Python {0} or later; none was found.", oldest),
      "python",
    );
  }

  private async make(
    base: Interpreter,
    wheel: string,
    folder: string,
    progress: vscode.Progress<{ message: string }>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    // Made beside its place and renamed when it is whole: another window may be doing the same.
    await fs.mkdir(this.root, { recursive: true });
    const draft = await fs.mkdtemp(path.join(this.root, "draft-"));
    const say = (line: string): void => {
      this.log.info(line);
      progress.report({ message: line.slice(0, 80) });
    };
    try {
      say(vscode.l10n.t("making a Python environment"));
      await this.step(base.executable, ["-I", "-m", "venv", draft], token);
      const python = interpreterOf(draft);
      say(vscode.l10n.t("installing packages"));
      const options = ["--disable-pip-version-check", "--no-input", "--progress-bar", "off"];
      await this.step(python, ["-I", "-m", "pip", "install", ...options, wheel], token, (line) => {
        if (/^(Collecting|Installing|Downloading)/.test(line)) say(line);
      });
      const made = await probe([python]);
      if (!made?.unstuck) throw new Trouble(vscode.l10n.t("The server was installed but cannot be imported."), "log");
      await fs.writeFile(path.join(draft, READY), made.unstuck.version);
      if (existsSync(path.join(folder, READY))) return;
      await fs.rm(folder, { recursive: true, force: true });
      await patiently(() => fs.rename(draft, folder));
    } finally {
      await fs.rm(draft, { recursive: true, force: true }).catch(() => undefined);
    }
  }

  private async step(
    file: string,
    args: string[],
    token: vscode.CancellationToken,
    onLine?: (line: string) => void,
  ): Promise<void> {
    this.log.info(`$ ${[file, ...args].join(" ")}`);
    const outcome = await run(file, args, 600_000, token, onLine);
    if (token.isCancellationRequested) throw new vscode.CancellationError();
    if (outcome.code !== 0) {
      const output = `${outcome.stdout}\n${outcome.stderr}`.trim();
      this.log.error(output);
      const last = output.split(/\r?\n/).filter((line) => /error/i.test(line)).at(-1) ?? output.split(/\r?\n/).at(-1) ?? "";
      throw new Trouble(vscode.l10n.t("Unstuck's server could not be installed: {0}", last.slice(0, 200)), "log");
    }
  }

  /** Removes environments of earlier versions that no window has used for a day, and drafts that nobody finished. */
  private async removeOthers(current: string): Promise<void> {
    for (const name of await fs.readdir(this.root).catch(() => [])) {
      const folder = path.join(this.root, name);
      if (folder === current) continue;
      const used = await fs.stat(path.join(folder, READY)).catch(() => fs.stat(folder)).catch(() => undefined);
      if (!used || Date.now() - used.mtimeMs < UNUSED) continue;
      await fs.rm(folder, { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Windows refuses to rename a folder while a virus scanner reads in it. */
async function patiently(action: () => Promise<void>): Promise<void> {
  for (let attempt = 0; attempt < 10; attempt += 1) {
    try {
      return await action();
    } catch (error) {
      if (!/^(EPERM|EACCES|EBUSY)$/.test((error as NodeJS.ErrnoException).code ?? "")) throw error;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
  }
  return action();
}

/** Another window may still run the server of an older version; milliseconds. */
const UNUSED = 86_400_000;
const READY = ".ready";

/** The wheel's version and a piece of its digest: a rebuilt wheel of the same version is another server. */
async function nameOf(wheel: string): Promise<string> {
  const digest = createHash("sha256").update(await fs.readFile(wheel)).digest("hex").slice(0, 12);
  return `${path.basename(wheel).split("-")[1] ?? "server"}-${digest}`;
}
