// A pip that fails in the terminal: seen in Problems while it runs, explained, fixed, run again, gone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import path from "node:path";
import { Editor, until } from "../lib/editor.mjs";
import { startIndex } from "../lib/index.mjs";
import { scene } from "../lib/scene.mjs";

let editor;
let index;
const step = scene(() => editor);
const TITLE = /certificate|TLS/i;

before(async () => {
  index = await startIndex();
  // The first editor: its extension has to make the server's environment.
  editor = await Editor.start("1-terminal", { server: Boolean(process.env.QUICK) });
});
after(async () => {
  index?.stop();
  await editor?.stop();
});

step("the extension makes the server's environment by itself", async () => {
  editor.keepServer();
  assert.equal(await editor.count(), 0);
});

step("the failure is in Problems while pip still runs", async () => {
  await editor.terminal();
  await editor.type(`pip install --no-cache-dir --target site --index-url ${index.url} unstuck-demo`);
  await editor.waitForCount(1);
  assert.doesNotMatch(await editor.screen(), /No matching distribution/, "pip had ended already");
  const rows = await editor.problems();
  assert.ok(rows.some((row) => TITLE.test(row)), rows.join("\n"));
  await editor.picture("problems-while-running");
});

step("the transcript opens at the telling line, and its hover explains", async () => {
  await editor.focusTerminalView();
  await editor.shows(/No matching distribution/, 120_000);
  await editor.waitForCount(1);
  await editor.openProblem(TITLE);
  await editor.hoverSquiggle();
  const hover = await editor.hoverText();
  assert.match(hover, /certificate/i);
  await editor.picture("hover");
});

step("the lightbulb offers the fixes", async () => {
  await editor.lightbulb();
  const actions = await editor.actions();
  await editor.picture("lightbulb");
  assert.ok(actions.some((action) => /Trust localhost/.test(action)), actions.join("\n"));
  await editor.page.keyboard.press("Escape");
});

step("the quick fix from Problems asks, and writes pip.conf", async () => {
  await editor.quickFixOfProblem(TITLE);
  await editor.picture("quick-fix");
  await editor.choose(/Trust localhost.*your user/);
  assert.match(await editor.confirm(), /certificate/);
  const file = path.join(editor.home, ".config/pip/pip.conf");
  const content = await until("pip.conf on disk", () => readFileSync(file, "utf8"));
  assert.match(content, /^\[(global|install)\]\r?\n(.*\r?\n)*trusted-host\s*=\s*/);
  assert.ok(content.includes(index.host.split(":")[0]), content);
  await editor.picture("fixed");
});

step("run again from the prompt, it succeeds and Problems is empty", async () => {
  await editor.page.locator(".notifications-toasts .monaco-button", { hasText: "Run It Again" }).click();
  await editor.shows(/No matching distribution[^]*pip install/);
  await until("the command at the prompt", async () => {
    const lines = (await editor.screen()).replaceAll("\n", "");
    return lines.lastIndexOf("pip install --no-cache-dir") > lines.lastIndexOf("No matching distribution");
  });
  await editor.picture("at-the-prompt");
  assert.doesNotMatch(await editor.screen(), /Successfully installed/);
  await editor.focusTerminal();
  await editor.page.keyboard.press("Enter");
  await editor.shows(/Successfully installed unstuck-demo/, 120_000);
  await editor.waitForCount(0);
  const rows = await editor.problems();
  assert.deepEqual(rows, []);
  await editor.picture("empty");
});
