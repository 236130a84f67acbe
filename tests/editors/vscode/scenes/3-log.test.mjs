// A log that is too big for the editor to share with extensions, and that grows.
import assert from "node:assert/strict";
import { appendFileSync, openSync, closeSync, writeSync } from "node:fs";
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
  editor = await Editor.start("3-log");
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

step("a log of 60 MB is opened, and it is clean", async () => {
  await editor.open("service.log");
  await new Promise((resolve) => setTimeout(resolve, 3000));
  assert.equal(await editor.count(), 0);
});

step("it grows by a failure, which is diagnosed", async () => {
  appendFileSync(file, printed(index, editor.work));
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
