// A failure in another extension's output channel, and a terminal that cannot be read.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before } from "node:test";
import path from "node:path";
import { Editor, until } from "../lib/editor.mjs";
import { failing, packed } from "../lib/fixtures.mjs";
import { startIndex } from "../lib/index.mjs";
import { SCRUBBED, python } from "../lib/paths.mjs";
import { scene } from "../lib/scene.mjs";

let editor;
let index;
const step = scene(() => editor);

before(async () => {
  index = await startIndex();
  const line = `env PIP_DISABLE_PIP_VERSION_CHECK=1 PATH=${path.dirname(python)}:$PATH ${failing(index)}`;
  editor = await Editor.start("4-output", {
    extensions: [packed("output")],
    settings: { "buildOutput.command": line, "terminal.integrated.shellIntegration.enabled": false },
    // What the build sees is what the editor has.
    env: Object.fromEntries(SCRUBBED.map((name) => [name, null])),
  });
});
after(async () => {
  index?.stop();
  await editor?.stop();
});

step("the failure is counted, and the pane's hover explains it", async () => {
  await editor.command("Build Output: Run the Build");
  await editor.waitForCount(1, 120_000);
  const line = editor.page.locator(".output-view .view-line", { hasText: "certificate" }).first();
  await until("the hover in the pane", async () => {
    const box = await line.boundingBox();
    await editor.page.mouse.move(700, 20);
    await editor.page.mouse.move(box.x + 60, box.y + 8, { steps: 4 });
    await editor.page.locator(".monaco-resizable-hover .hover-contents, .monaco-hover:not(.hidden) .hover-contents").first().waitFor({ timeout: 3000 });
    return true;
  });
  await editor.picture("hover");
  await editor.page.keyboard.press("Escape");
});

step("its quick fix in Problems writes pip.conf", async () => {
  // Problems keeps the fixes of a row that it has shown once: the host is known when pip has given up.
  const end = editor.page.locator(".output-view .view-line", { hasText: /ended.with.code/ });
  await end.first().waitFor({ timeout: 120_000 });
  const rows = await editor.problems();
  assert.ok(rows.some((row) => /certificate/.test(row)), rows.join("\n"));
  await editor.picture("problems");
  await editor.quickFixOfProblem(/certificate/);
  await editor.choose(/Trust localhost.*your user/);
  await editor.confirm();
  const file = path.join(editor.home, ".config/pip/pip.conf");
  await until("pip.conf on disk", () => existsSync(file) && /trusted-host\s*=\s*localhost/.test(readFileSync(file, "utf8")));
});

step("our own log is not read", async () => {
  await editor.command("Unstuck: Show Log");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  const rows = await editor.problems();
  assert.ok(!rows.some((row) => /Unstuck\.log|unstuck\.unstuck/i.test(row)), rows.join("\n"));
});

step("a terminal without shell integration is said to be unread, in the status bar alone", async () => {
  const mark = editor.status().locator(".codicon-circle-slash");
  assert.equal(await mark.count(), 0);
  const messages = editor.page.locator(".notifications-toasts .notification-list-item");
  const before = await messages.count();
  await editor.terminal();
  await mark.waitFor({ timeout: 20_000 });
  await editor.tooltip(/has\sno\sshell\sintegration/);
  assert.ok((await messages.count()) <= before, "a message appeared");
  await editor.picture("no-integration");
});
