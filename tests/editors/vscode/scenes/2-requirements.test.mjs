// A requirement that pip refuses: marked in its file by the terminal's failure, corrected there, gone after a rerun.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import path from "node:path";
import { Editor, until } from "../lib/editor.mjs";
import { startIndex } from "../lib/index.mjs";
import { scene } from "../lib/scene.mjs";

const TITLE = /not a requirement|is not/i;
let editor;
let index;
const step = scene(() => editor);

before(async () => {
  index = await startIndex();
  editor = await Editor.start("2-requirements", {
    files: { "requirements.txt": "# what the service needs\nunstuck-demo=>1.0  # the demo\n" },
    // The certificate is not this scene's matter.
    terminal: { PIP_CERT: index.ca, PIP_INDEX_URL: index.url },
  });
});
after(async () => {
  index?.stop();
  await editor?.stop();
});

step("the failure in the terminal marks the line of requirements.txt", async () => {
  await editor.terminal();
  await editor.type("pip install --no-cache-dir --target site -r requirements.txt");
  const rows = await until("a row for requirements.txt", async () => {
    const found = await editor.problems();
    return found.some((row) => /^requirements\.txt/.test(row)) && found;
  }, 120_000);
  assert.ok(rows.some((row) => TITLE.test(row)), rows.join("\n"));
  await editor.picture("problems");
});

step("its hover explains, and its quick fix corrects the line", async () => {
  await editor.open("requirements.txt");
  await editor.hoverSquiggle();
  await editor.picture("hover");
  await editor.lightbulb();
  await editor.picture("lightbulb");
  await editor.choose(/Correct/);
  const file = path.join(editor.work, "requirements.txt");
  await until("the corrected line on disk", () => /^unstuck-demo>=1\.0 {2}# the demo$/m.test(readFileSync(file, "utf8")));
});

step("a rerun clears both", async () => {
  await editor.page.locator(".notifications-toasts .monaco-button", { hasText: "Run It Again" }).click();
  await until("the command at the prompt", async () => /\$ pip install[^$]*\$ pip install/.test((await editor.screen()).replaceAll("\n", "")));
  await editor.focusTerminal();
  await editor.page.keyboard.press("Enter");
  await until("pip to succeed", async () => /Successfully installed unstuck-demo/.test(await editor.screen()), 120_000);
  await editor.waitForCount(0);
  assert.deepEqual(await editor.problems(), []);
  await editor.picture("empty");
});
