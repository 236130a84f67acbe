// The telling line in the terminal is a link.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { Editor, until } from "../lib/editor.mjs";
import { failing } from "../lib/fixtures.mjs";
import { startIndex } from "../lib/index.mjs";
import { scene } from "../lib/scene.mjs";

let editor;
let index;
const step = scene(() => editor);

before(async () => {
  index = await startIndex();
  editor = await Editor.start("5-link");
});
after(async () => {
  index?.stop();
  await editor?.stop();
});

/** The middle of the first row of the terminal that shows `text`. */
async function place(text) {
  const row = editor.page.locator(".terminal-wrapper.active .xterm-rows > div", { hasText: text }).last();
  const box = await row.boundingBox();
  return { x: box.x + 200, y: box.y + box.height / 2 };
}

step("the line has a tooltip with the title", async () => {
  await editor.terminal();
  await editor.type(failing(index));
  await until("pip to end", async () => /No matching distribution/.test(await editor.screen()), 120_000);
  await editor.waitForCount(1);
  await until("the tooltip", async () => {
    const { x, y } = await place("WARNING: Retrying");
    await editor.page.mouse.move(x, y - 200);
    await editor.page.mouse.move(x, y, { steps: 5 });
    const tooltip = editor.page.locator(".xterm-hover, .terminal-hover, .workbench-hover").filter({ hasText: /certificate/ }).first();
    await tooltip.waitFor({ timeout: 3000 });
    return true;
  });
  await editor.picture("tooltip");
});

step("its click opens the explanation with the fixes", async () => {
  const { x, y } = await place("WARNING: Retrying");
  await editor.page.keyboard.down("Control");
  await editor.page.mouse.move(x + 5, y, { steps: 3 });
  await new Promise((resolve) => setTimeout(resolve, 500));
  await editor.page.mouse.click(x + 5, y);
  await editor.page.keyboard.up("Control");
  const text = await until("the explanation", async () => {
    const shown = await editor.explanation();
    return /certificate/i.test(shown) && shown;
  });
  assert.match(text, /Trust localhost/);
  await editor.picture("explanation");
});

step("a fix of the explanation is applied", async () => {
  const frame = await editor.explanationFrame();
  await frame.locator("a.button", { hasText: "Trust localhost" }).first().click();
  assert.match(await editor.confirm("Cancel"), /certificate/);
});

step("the transcript opens from it, at the telling line", async () => {
  const frame = await editor.explanationFrame();
  await frame.locator("a", { hasText: "transcript" }).click();
  await editor.page.locator(".editor-instance .squiggly-error").first().waitFor();
  await editor.picture("transcript");
});
