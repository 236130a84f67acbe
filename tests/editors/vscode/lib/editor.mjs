// A real editor: code-server with the packaged extension, in a real browser, driven as a person does.
import { spawn, spawnSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { chromium } from "playwright-core";
import { SCRUBBED, artefacts, codeServer, home, node, python, vsix } from "./paths.mjs";

const QUIET = {
  "telemetry.telemetryLevel": "off",
  "workbench.startupEditor": "none",
  "workbench.tips.enabled": false,
  "workbench.colorTheme": "Default Light Modern",
  "workbench.secondarySideBar.defaultVisibility": "hidden",
  "chat.disableAIFeatures": true,
  "chat.commandCenter.enabled": false,
  "extensions.autoCheckUpdates": false,
  "extensions.autoUpdate": false,
  "extensions.ignoreRecommendations": true,
  "security.workspace.trust.enabled": false,
  "git.enabled": false,
  "remote.autoForwardPorts": false,
  "task.autoDetect": "off",
  "files.autoSave": "off",
  "editor.accessibilitySupport": "off",
  "editor.minimap.enabled": false,
  "terminal.integrated.gpuAcceleration": "off",
  "terminal.integrated.enablePersistentSessions": false,
  "terminal.integrated.defaultProfile.linux": "bash",
  "terminal.integrated.profiles.linux": { bash: { path: "/bin/bash" } },
  "terminal.integrated.suggest.enabled": false,
  "terminal.integrated.initialHint": false,
  "terminal.integrated.stickyScroll.enabled": false,
  "unstuck.trace.server": "off",
};

const BROWSER = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** Waits until `probe` gives something true, and returns that. */
export async function until(what, probe, timeout = Number(process.env.PATIENCE ?? 90_000)) {
  const end = Date.now() + timeout;
  let problem;
  for (;;) {
    try {
      const found = await probe();
      if (found) return found;
      problem = undefined;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end) throw new Error(`waited ${timeout / 1000} s for ${what}${problem ? ` (${problem.message})` : ""}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export class Editor {
  /**
   * Starts an editor on a fresh workspace.
   *   files      name -> content, put into the workspace
   *   settings   user settings besides the quiet ones
   *   locale     the display language; a language pack must be among `extensions`
   *   extensions further .vsix files
   *   env        the editor's environment besides the process's own; null removes
   *   terminal   environment variables of its terminals; null removes
   *   server     false: the extension makes its own server environment; true: it is taken from an earlier editor
   *   ours       false: without our extension
   */
  static async start(name, options = {}) {
    const editor = new Editor(name, options);
    await editor.launch();
    return editor;
  }

  constructor(name, options) {
    this.name = name;
    this.options = options;
    this.root = mkdtempSync(path.join(os.tmpdir(), `unstuck-${name}-`));
    for (const folder of ["home", "work", "user", "extensions"]) mkdirSync(path.join(this.root, folder));
    this.home = path.join(this.root, "home");
    this.work = path.join(this.root, "work");
    for (const [file, content] of Object.entries(options.files ?? {})) {
      const target = path.join(this.work, file);
      mkdirSync(path.dirname(target), { recursive: true });
      writeFileSync(target, content);
    }
    this.pictures = 0;
  }

  async launch() {
    const { settings = {}, extensions = [], terminal = {}, env = {}, ours = true, server = true, locale } = this.options;
    const hidden = Object.fromEntries(SCRUBBED.map((variable) => [variable, null]));
    const paths = [path.dirname(python), "/usr/local/bin", "/usr/bin", "/bin"].join(":");
    this.write("user/User/settings.json", {
      ...QUIET,
      "terminal.integrated.env.linux": { ...hidden, PATH: paths, PIP_DISABLE_PIP_VERSION_CHECK: "1", ...terminal },
      ...settings,
    });
    // Settings that belong to a machine count from there only.
    this.write("user/Machine/settings.json", settings);
    // Whoever runs the tests, the prompt is the same; history goes nowhere.
    this.write("home/.bashrc", "PS1='$ '\nunset HISTFILE\n");
    // One Python and nothing else that a developer may have installed: not an `unstuck` of another origin.
    mkdirSync(this.path("bin"));
    const real = spawnSync(python, ["-c", "import sys, os; print(os.path.realpath(sys.executable))"], { encoding: "utf8" });
    symlinkSync(real.stdout.trim(), this.path("bin/python3"));
    const environment = { ...process.env, HOME: this.home, PATH: `${this.path("bin")}:/usr/bin:/bin`, ...env };
    for (const [variable, value] of Object.entries(environment)) if (value === null) delete environment[variable];
    for (const variable of ["XDG_CONFIG_HOME", "XDG_DATA_HOME", "VSCODE_IPC_HOOK_CLI", "NODE_OPTIONS"]) {
      delete environment[variable];
    }
    this.environment = environment;
    this.install(...(ours ? [vsix()] : []), ...extensions);
    if (ours && server && existsSync(Editor.cache)) cpSync(Editor.cache, this.storage, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
    if (locale) this.speak(locale);
    this.port = await freePort();
    const flags = ["--auth", "none", "--bind-addr", `127.0.0.1:${this.port}`, "--disable-telemetry", "--disable-update-check"];
    if (locale) flags.push("--locale", locale);
    this.process = spawn(node, [codeServer, ...this.folders, ...flags], { env: environment, stdio: ["ignore", "pipe", "pipe"], detached: true });
    this.output = "";
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on("data", (data) => (this.output += data));
    await until("the editor's server", async () => (await fetch(`http://127.0.0.1:${this.port}/healthz`)).ok);
    this.browser = await chromium.launch({ executablePath: "/usr/bin/chromium", headless: true, args: BROWSER });
    const context = await this.browser.newContext({
      viewport: { width: 1280, height: 800 },
      ...(locale ? { locale } : {}),
      permissions: ["clipboard-read", "clipboard-write"],
    });
    this.page = await context.newPage();
    this.page.setDefaultTimeout(45_000);
    await this.page.goto(`http://127.0.0.1:${this.port}/?folder=${this.work}`);
    await this.page.locator(".monaco-workbench .explorer-folders-view, .monaco-workbench .part.sidebar").first().waitFor({ timeout: 150_000 });
    if (ours && !this.options.broken) await this.waitForServer();
  }

  path(...parts) {
    return path.join(this.root, ...parts);
  }

  get folders() {
    return ["--user-data-dir", this.path("user"), "--extensions-dir", this.path("extensions")];
  }

  /** Installs extensions; a window that is open has to be loaded again. */
  install(...files) {
    for (const file of files) {
      const made = spawnSync(node, [codeServer, ...this.folders, "--install-extension", file], { env: this.environment, encoding: "utf8" });
      if (made.status !== 0) throw new Error(`${file} was not installed:\n${made.stdout}${made.stderr}`);
    }
  }

  /** Changes the user's settings while the editor runs; needs the extension `settings`. */
  async set(settings) {
    this.write("wanted.json", settings);
    await this.command("Tests: Take the Settings");
    await until("the settings to be taken", () => !existsSync(this.path("wanted.json")));
  }

  write(file, content) {
    mkdirSync(path.dirname(this.path(file)), { recursive: true });
    writeFileSync(this.path(file), typeof content === "string" ? content : JSON.stringify(content, null, 2));
  }

  /** Tells the editor of a language pack, as installing one in its window would. */
  speak(locale) {
    const folder = readdirSync(this.path("extensions")).find((name) => name.startsWith("tests.chinese"));
    const translations = { vscode: this.path("extensions", folder, "translations/main.i18n.json") };
    const extensions = [{ extensionIdentifier: { id: "tests.chinese" }, version: "1.0.0" }];
    this.write("user/languagepacks.json", { [locale]: { hash: "tests", extensions, translations, label: locale } });
  }

  /** Where the extension keeps the server's environment. */
  get storage() {
    return this.path("user/User/globalStorage/unstuck.unstuck/server");
  }

  static get cache() {
    return path.join(home, "server-environment");
  }

  /** Keeps the environment that the extension has made, for the editors of later scenes. */
  keepServer() {
    rmSync(Editor.cache, { recursive: true, force: true });
    cpSync(this.storage, Editor.cache, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true });
  }

  status() {
    return this.page.locator('.statusbar-item[id="unstuck.unstuck.unstuck"], .statusbar-item[id^="unstuck.unstuck"]').first();
  }

  async waitForServer(timeout = 300_000) {
    await until("the language server", async () => /^\s*\d/.test(await this.status().innerText()), timeout);
  }

  /** The number of live diagnoses in the status bar. */
  async count() {
    return Number.parseInt(await this.status().innerText(), 10);
  }

  async waitForCount(wanted, timeout = 60_000) {
    let seen;
    await until(`${wanted} diagnoses in the status bar`, async () => (seen = await this.count()) === wanted, timeout).catch((error) => {
      throw new Error(`${error.message}; last seen ${seen}`);
    });
  }

  /** Runs a command of the palette by its title: the row is waited for and clicked. */
  async command(title) {
    const input = this.page.locator(".quick-input-widget input").first();
    await until(
      `the palette to offer "${title}"`,
      async () => {
        // No Escape first: a palette that is just closing leaves the key to the program in the terminal.
        await this.page.keyboard.press("F1");
        await input.waitFor({ state: "visible", timeout: 6000 });
        await input.fill(`>${title}`);
        const row = this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: title }).first();
        await row.click({ timeout: 8000 });
        return true;
      },
      90_000,
    );
  }

  async open(file) {
    const input = this.page.locator(".quick-input-widget input").first();
    await until(`${file} to open`, async () => {
      await this.page.keyboard.press("Control+P");
      await input.waitFor({ state: "visible", timeout: 6000 });
      await input.fill(file);
      await this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: path.basename(file) }).first().click({ timeout: 8000 });
      await this.page.locator(`.tab.active[data-resource-name="${path.basename(file)}"]`).waitFor({ timeout: 8000 });
      return true;
    });
  }

  /** Opens a terminal and waits for its prompt. */
  async terminal() {
    await this.command("Terminal: Create New Terminal");
    await until("the terminal's prompt", async () => /\$\s*$/.test((await this.screen()).trimEnd() + " "));
    // The decoration beside the prompt says that shell integration works.
    await new Promise((resolve) => setTimeout(resolve, 500));
  }

  /** What the terminal shows. */
  async screen() {
    const rows = await this.page.locator(".terminal-wrapper.active .xterm-rows > div").allInnerTexts();
    return rows.map((row) => row.replaceAll("\u00a0", " ").trimEnd()).join("\n").trimEnd();
  }

  async focusTerminal() {
    await this.page.locator(".terminal-wrapper.active .xterm-screen").click({ position: { x: 300, y: 5 } });
  }

  /** Types a command line into the terminal, checks that it is there, and presses Enter. */
  async type(line, { enter = true } = {}) {
    await this.focusTerminal();
    await this.page.keyboard.type(line);
    await until(`the terminal to echo "${line}"`, async () => (await this.screen()).replaceAll("\n", "").includes(line));
    if (enter) await this.page.keyboard.press("Enter");
  }

  /** Rows of the Problems panel. */
  async problems() {
    const panel = this.page.locator(".markers-panel");
    if (!(await panel.isVisible())) await this.command("Focus on Problems View");
    await panel.waitFor();
    return (await panel.locator(".monaco-list-row").allInnerTexts()).map((row) => row.replace(/\s+/g, " ").trim());
  }

  /** Brings the terminal to the front of the panel. */
  async focusTerminalView() {
    await this.command("Terminal: Focus Terminal");
    await this.page.locator(".terminal-wrapper.active .xterm-rows").waitFor();
  }

  /** Waits until the terminal shows `text`. One that was hidden while its program printed no longer follows its end. */
  async shows(text, timeout) {
    await until(`the terminal to show ${text}`, async () => {
      if (text.test(await this.screen())) return true;
      await this.command("Terminal: Scroll to Bottom");
      await new Promise((resolve) => setTimeout(resolve, 1000));
      return text.test(await this.screen());
    }, timeout);
  }

  /** A diagnostic's row of the Problems panel. */
  row(text) {
    return this.page.locator(".markers-panel .monaco-list-row").filter({ hasText: text }).filter({ has: this.page.locator(".marker-icon") }).first();
  }

  /** Opens the document of a Problems row at its place. */
  async openProblem(text) {
    await this.problems();
    await until("the document to open", async () => {
      await this.row(text).click({ position: { x: 160, y: 8 } });
      await this.page.keyboard.press("Enter");
      await this.page.locator(".editor-instance .view-lines").first().waitFor({ timeout: 5000 });
      return true;
    });
  }

  /** Puts the pointer on the first marked place of the editor. */
  async hoverSquiggle() {
    const mark = this.page.locator(".editor-instance .squiggly-error, .editor-instance .squiggly-warning, .editor-instance .squiggly-info").first();
    await until("the hover", async () => {
      await this.page.mouse.move(700, 20);
      const box = await mark.boundingBox();
      await this.page.mouse.move(box.x + 40, box.y + 8, { steps: 4 });
      await this.page.locator(".monaco-hover:not(.hidden) .hover-contents, .monaco-resizable-hover .hover-contents").first().waitFor({ timeout: 6000 });
      return true;
    });
  }

  async hoverText() {
    return until("the hover's text", async () => {
      const parts = await this.page.locator(".monaco-resizable-hover .hover-row").allInnerTexts();
      const text = parts.join("\n");
      return /Loading/.test(text) ? "" : text;
    });
  }

  /** Opens the menu of the lightbulb at the marked place. */
  async lightbulb() {
    await this.page.keyboard.press("Escape");
    const mark = this.page.locator(".editor-instance .squiggly-error, .editor-instance .squiggly-warning, .editor-instance .squiggly-info").first();
    const box = await until("a marked place", () => mark.boundingBox());
    await this.page.mouse.click(box.x + 20, box.y + 8);
    const bulb = this.page.locator(".editor-instance [class*='gutter-lightbulb'], .editor-instance .lightBulbWidget[class*='codicon']").first();
    await bulb.click();
    await this.page.locator(".action-widget").first().waitFor();
  }

  /** The entries of the open quick-fix menu. */
  async actions() {
    return (await this.page.locator(".action-widget .monaco-list-row.action").allInnerTexts()).map((row) => row.trim());
  }

  /** Opens the quick-fix menu of a Problems row, by its light bulb. */
  async quickFixOfProblem(text) {
    await this.problems();
    await until("the quick-fix menu", async () => {
      const row = this.row(text);
      await row.click({ position: { x: 120, y: 8 } });
      await row.hover();
      await row.locator(".codicon-light-bulb, .codicon-lightbulb, .codicon-lightbulb-autofix, [class*='lightbulb']").first().click({ timeout: 6000 });
      await this.page.locator(".action-widget, .context-view .monaco-menu").first().waitFor({ timeout: 6000 });
      return true;
    });
  }

  async choose(text) {
    const entry = this.page.locator(".action-widget .monaco-list-row.action, .context-view .monaco-menu .action-item").filter({ hasText: text }).first();
    // A menu that has just opened takes the end of the click that opened it for none of its own.
    await entry.hover();
    await new Promise((resolve) => setTimeout(resolve, 300));
    await entry.click({ delay: 60 });
  }

  /** Says yes to the question before an edit that gives something up; returns its text. */
  async confirm(button = "Apply") {
    const dialog = this.page.locator(".monaco-dialog-box");
    const text = await dialog.innerText();
    await this.picture("confirmation");
    await dialog.locator(".monaco-button", { hasText: button }).click();
    return text;
  }

  /** A message with `text` in the corner of the window. */
  toast(text) {
    return this.page.locator(".notifications-toasts .notification-list-item").filter({ hasText: text }).first();
  }

  /** Waits for a message, presses one of its buttons, and returns its text. */
  async answer(text, button) {
    const toast = this.toast(text);
    await toast.waitFor();
    const said = await toast.innerText();
    await toast.hover();
    await toast.locator(".monaco-button", { hasText: button }).click();
    return said;
  }

  /** What the explanation says, once that is `text`. */
  async explains(text) {
    return until(`an explanation with ${text}`, async () => {
      const shown = await this.explanation();
      return text.test(shown) && shown;
    });
  }

  /** The row of the open list that has `text`. */
  choice(text) {
    return this.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: text }).first();
  }

  /** Waits until the tooltip of the status bar item says `text`. */
  async tooltip(text) {
    await until(`the tooltip ${text}`, async () => {
      await this.page.mouse.move(700, 300);
      await this.status().hover();
      await this.page.locator(".hover-contents, .workbench-hover").getByText(text).first().waitFor({ timeout: 3000 });
      return true;
    });
  }

  /** The document inside the explanation's page. */
  async explanationFrame() {
    return until("the explanation's page", async () => {
      for (const frame of this.page.frames()) {
        if (frame === this.page.mainFrame() || frame.isDetached()) continue;
        if (await frame.locator("style[nonce]").count().catch(() => 0)) {
          if (await frame.locator("ul.fixes, h1, h2, h3, p").count()) return frame;
        }
      }
      return undefined;
    }, 5000);
  }

  async explanation() {
    return (await (await this.explanationFrame()).locator("body").innerText()).trim();
  }

  async picture(what) {
    this.pictures += 1;
    // Menus and messages fade in.
    await new Promise((resolve) => setTimeout(resolve, 400));
    const file = path.join(artefacts, `${this.name}-${this.pictures}-${what}.png`);
    await this.page.screenshot({ path: file });
    return file;
  }

  /** What the extension has logged. */
  log() {
    const folder = this.path("user/logs");
    if (!existsSync(folder)) return "";
    const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith("unstuck.unstuck/Unstuck.log"));
    return files.sort().map((name) => readFileSync(path.join(folder, name), "utf8")).join("");
  }

  /** Keeps the extension's log beside the pictures. */
  keepLog() {
    writeFileSync(path.join(artefacts, `${this.name}.log`), this.log());
  }

  async stop() {
    await this.browser?.close().catch(() => undefined);
    if (this.process?.pid) {
      try {
        process.kill(-this.process.pid, "SIGTERM");
      } catch {
        // It has ended already.
      }
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    rmSync(this.root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}
