// A requirement that pip refuses: marked in its file by the terminal's failure, corrected there, gone after a rerun.
// Then a command line that is wrong: corrected at the prompt of its terminal, without Enter.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { after, before } from "node:test";
import path from "node:path";
import { Editor, until } from "../lib/editor.mjs";
import { startIndex } from "../lib/index.mjs";
import { scene } from "../lib/scene.mjs";

const TITLE = /not a requirement|is not/i;
const COMMAND = "pip install --no-cache-dir --target site2 requirements.txt";
const CORRECTED = "pip install --no-cache-dir --target site2 -rrequirements.txt";
const DASH = /pip needs -r before it/;
let editor;
let index;
const step = scene(() => editor);

before(async () => {
  index = await startIndex();
  editor = await Editor.start("2-requirements", {
    files: { "requirements.txt": "# what the service needs\nunstuck-demo=>1.0  # the demo\n", "sub/note": "a folder to be in\n" },
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
  await editor.choose(/^(Correct|Write) unstuck-demo/);
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

/** What the terminal shows behind the last time that `text` occurs in it, as one line. */
async function behind(text) {
  const shown = (await editor.screen()).replaceAll("\n", "");
  return shown.slice(shown.lastIndexOf(text) + text.length);
}

step("the corrected command goes to the prompt and waits for Enter", async () => {
  await editor.terminal();
  await editor.type(COMMAND);
  await editor.waitForCount(1);
  // Another terminal is in front: the command belongs to the one that failed.
  await editor.page.locator(".terminal-tabs-entry").first().click();
  await editor.quickFixOfProblem(DASH);
  await editor.picture("quick-fix");
  await editor.choose(/Read the file with -r/);
  await editor.shows(/-rrequirements\.txt$/);
  assert.ok((await editor.screen()).replaceAll("\n", "").endsWith(`$ ${CORRECTED}`));
  assert.match(await editor.screen(), /No matching distribution/, "it is another terminal");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.ok(!existsSync(path.join(editor.work, "site2")), "the command was run");
  await editor.picture("at-the-prompt");
});

step("Enter runs it, and it succeeds", async () => {
  await editor.focusTerminal();
  await editor.page.keyboard.press("Enter");
  await editor.shows(/Successfully installed unstuck-demo/);
});

step("from another folder, the command goes back to its own", async () => {
  await editor.type("cd sub");
  await until("the shell to be there", async () => /^\$ cd sub\n\$$/m.test(await editor.screen()));
  await editor.quickFixOfProblem(DASH);
  await editor.choose(/Read the file with -r/);
  await until("the command with its folder", async () => (await behind("$ cd sub")).includes(`$ cd '${editor.work}' && ${CORRECTED}`));
  await editor.picture("from-another-folder");
});

step("while another command runs in that terminal, it is copied", async () => {
  await editor.focusTerminal();
  await editor.page.keyboard.press("Control+U");
  await editor.type("sleep 60");
  await editor.quickFixOfProblem(DASH);
  await editor.choose(/Read the file with -r/);
  await editor.toast(`Copied: ${CORRECTED}`).waitFor();
  assert.equal(await editor.page.evaluate(() => navigator.clipboard.readText()), CORRECTED);
  assert.doesNotMatch(await behind("sleep 60"), /pip/);
  await editor.picture("copied");
});
