// A log that is too big for the editor to share with extensions, and that grows; and the commands of the palette.
import assert from "node:assert/strict";
import { appendFileSync, openSync, closeSync, writeFileSync, writeSync } from "node:fs";
import { after, before } from "node:test";
import path from "node:path";
import { Editor, until } from "../lib/editor.mjs";
import { printed } from "../lib/fixtures.mjs";
import { startIndex } from "../lib/index.mjs";
import { scene } from "../lib/scene.mjs";

const MEGABYTES = 60;
let editor;
let index;
let file;
const step = scene(() => editor);

before(async () => {
  index = await startIndex();
  editor = new Editor("3-log", {
    files: { "clean.out": "all is well\n" },
    // In a browser, the editor asks before it opens so big a file.
    settings: { "workbench.editorLargeFileConfirmation": 200 },
  });
  writeFileSync(path.join(editor.work, "build.out"), printed(index, editor.path("home")));
  await editor.launch();
  file = path.join(editor.work, "service.log");
  const descriptor = openSync(file, "w");
  let line = 0;
  for (let written = 0; written < MEGABYTES << 20; ) {
    let piece = "";
    while (piece.length < 1 << 20) {
      line += 1;
      piece += `2026-03-01T12:00:00.${String(line % 1000).padStart(3, "0")}Z INFO worker-${line % 7} served /api/items/${line} in ${line % 90} ms\n`;
    }
    written += writeSync(descriptor, piece);
  }
  closeSync(descriptor);
});
after(async () => {
  index?.stop();
  await editor?.stop();
});

step("without a failure, the commands say so", async () => {
  for (const command of ["Explain the Last Failure", "Show All Failures", "Open the Catalog Record"]) {
    await editor.command(`Unstuck: ${command}`);
    await editor.toast("Unstuck: no failures.").waitFor();
    await editor.command("Notifications: Clear All Notifications");
  }
});

step("a log of 60 MB is opened, and it is clean", async () => {
  await editor.open("service.log");
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.equal(await editor.count(), 0);
});

step("it grows by a failure, which is diagnosed", async () => {
  appendFileSync(file, printed(index, editor.path("home")));
  await editor.waitForCount(1, 120_000);
  const rows = await editor.problems();
  assert.ok(rows.some((row) => /service\.log/.test(row)), rows.join("\n"));
  assert.ok(rows.some((row) => /certificate/.test(row)), rows.join("\n"));
  await editor.picture("problems");
});

step("its explanation opens", async () => {
  await editor.command("Unstuck: Explain the Last Failure");
  await until("the explanation", async () => /certificate/i.test(await editor.explanation()));
  await editor.picture("explanation");
});

step("from the explanation and from the list of all, the log opens at its line", async () => {
  const frame = await editor.explanationFrame();
  await frame.locator("a", { hasText: "Open the file at this line" }).click();
  const position = editor.page.locator(".statusbar-item", { hasText: /^Ln \d{6,}, Col/ });
  await position.waitFor();
  const line = await position.innerText();
  await editor.command("Unstuck: Show All Failures");
  await editor.choice("service.log").waitFor();
  await editor.picture("all");
  await editor.open("clean.out");
  await editor.command("Unstuck: Show All Failures");
  await editor.choice("service.log").click();
  await until("the same line", async () => (await position.innerText()) === line);
});

step("a file of any name is checked, and a clean one is said to be clean", async () => {
  await editor.open("clean.out");
  await editor.command("Unstuck: Check This File");
  await editor.toast("Unstuck knows no failure in clean.out.").waitFor();
  await editor.open("build.out");
  await editor.command("Unstuck: Check This File");
  await editor.waitForCount(2);
  await editor.explains(/certificate/);
  await editor.picture("checked");
});

step("the record behind the failure opens", async () => {
  await editor.command("Unstuck: Open the Catalog Record");
  await editor.page.locator('.tab.active[data-resource-name="tls-ssl-certificate-verify-failed-self-signed.json"]').waitFor();
  await until("its text", () => editor.page.locator(".editor-instance .view-line", { hasText: '"signature"' }).first().isVisible());
  await editor.picture("record");
});

step("the log says which server runs", async () => {
  await editor.command("Unstuck: Show Log");
  await editor.page.locator(".output-view .view-line", { hasText: /the.server.runs/ }).first().waitFor();
});

step("the walkthrough opens, with its pictures and commands", async () => {
  // Room for the pictures beside the text.
  await editor.command("View: Toggle Panel Visibility");
  await editor.command("View: Toggle Primary Side Bar Visibility");
  await editor.command("Welcome: Open Walkthrough...");
  await editor.choice("Get Unstuck").click();
  const page = editor.page.locator(".gettingStartedContainer");
  await page.locator(".getting-started-step", { hasText: "Let a command fail" }).first().waitFor();
  for (const title of ["Let a command fail", "Read why", "Take the fix"]) {
    const item = page.locator(".getting-started-step", { hasText: title }).first();
    if (!/expanded/.test((await item.getAttribute("class")) ?? "")) await item.click();
    await item.locator(".monaco-button, a").first().waitFor();
    await until(`the picture of "${title}"`, () => page.locator(".getting-started-media img").first().evaluate((image) => image.complete && image.naturalWidth > 300));
    await editor.picture(`walkthrough-${title.split(" ").at(-1)}`);
  }
  await page.locator(".getting-started-step", { hasText: "Keep it quiet" }).first().click();
  await until("the text about quiet", async () => {
    const shown = await Promise.all(editor.page.frames().map((frame) => frame.getByText("unstuck.notify").count().catch(() => 0)));
    return shown.some(Boolean);
  });
  await editor.picture("walkthrough-quiet");
  await page.locator(".getting-started-step", { hasText: "Read why" }).first().click();
  await page.locator(".getting-started-step a, .getting-started-step .monaco-button", { hasText: "Explain the Last Failure" }).first().click();
  await editor.explains(/certificate/);
});
