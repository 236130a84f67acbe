// 100 MB of output flood a terminal: typing in an editor stays as responsive as it is without the extension.
import assert from "node:assert/strict";
import { closeSync, openSync, writeFileSync, writeSync } from "node:fs";
import { after, test } from "node:test";
import path from "node:path";
import { Editor, until } from "../lib/editor.mjs";
import { failing } from "../lib/fixtures.mjs";
import { startIndex } from "../lib/index.mjs";
import { measureKeys } from "../lib/latency.mjs";
import { artefacts } from "../lib/paths.mjs";
import { processes } from "../lib/processes.mjs";

const MEGABYTES = 100;
const KEYS = 80;
const figures = { megabytes: MEGABYTES, keys: KEYS, unit: "ms" };
let editor;
let before;

after(() => editor?.stop());

/** What a long build prints: many tools, colours, progress that overwrites itself, words of failures that are none. */
function* lines() {
  for (let n = 0; ; n += 1) {
    const time = new Date(1_772_000_000_000 + n * 37).toISOString();
    yield `${time} INFO worker-${n % 7} served /api/items/${n} to 192.0.2.${n % 250} in ${n % 90} ms, 200 OK, ${n * 13} bytes\n`;
    yield `\u001b[32m[${n % 900}/900]\u001b[0m Building CXX object src/CMakeFiles/core.dir/module_${n}.cpp.o\n`;
    yield `  Downloading package_${n % 300}-1.${n % 20}.0-py3-none-any.whl (${n % 400} kB)\n`;
    yield `tests/test_errors.py::test_connection_error_${n} \u001b[32mPASSED\u001b[0m  [${n % 100}%]\n`;
    if (n % 5 === 0) yield `module_${n}.cpp:${n % 999}:17: warning: unused variable 'error_${n}' [-Wunused-variable]\n`;
    if (n % 9 === 0) yield `\r  ${n % 100}% |${"#".repeat(n % 40).padEnd(40)}| ${n} kB/s\r  100% |${"#".repeat(40)}| done\n`;
    if (n % 50 === 0) yield `WARNING: retrying package_${n} after a timeout, attempt ${n % 3} of 3; the connection was closed\n`;
  }
}

function writeFlood(file) {
  const descriptor = openSync(file, "w");
  const source = lines();
  for (let written = 0; written < MEGABYTES * 1_000_000; ) {
    let piece = "";
    while (piece.length < 1 << 20) piece += source.next().value;
    written += writeSync(descriptor, piece);
  }
  closeSync(descriptor);
}

/** Types while the terminal is flooded, to its end where `whole`; milliseconds from a key to the frame with it. */
async function typeUnderFlood(whole) {
  writeFlood(editor.path("flood.txt"));
  await editor.open("notes.txt");
  await editor.terminal();
  const quiet = await measureKeys(editor, 20);
  await editor.type(`cat ${editor.path("flood.txt")}; echo flood is ov''er`);
  const started = Date.now();
  const keys = await measureKeys(editor, KEYS);
  assert.doesNotMatch(await editor.screen(), /^flood is over$/m, "the flood had ended before the last key");
  const typed = Date.now() - started;
  if (!whole) return { quiet, keys, typed };
  await until("the end of the flood", async () => /^flood is over$/m.test(await editor.screen()), 200_000);
  return { quiet, keys, typed, flood: Date.now() - started };
}

test("typing under the flood without the extension", { timeout: 300_000 }, async () => {
  editor = await Editor.start("7-flood-without", { ours: false, files: { "notes.txt": "" } });
  figures.without = await typeUnderFlood(false);
  await editor.stop();
});

test("typing under the flood with the extension", { timeout: 300_000 }, async () => {
  editor = await Editor.start("7-flood", { files: { "notes.txt": "" } });
  before = processes(editor);
  assert.ok(before.server && before.host, JSON.stringify(before));
  figures.with = await typeUnderFlood(true);
  await editor.picture("after");
});

test("a key takes no longer than twice its time without the extension, and 50 ms", () => {
  writeFileSync(path.join(artefacts, "7-flood.json"), `${JSON.stringify(figures, null, 2)}\n`);
  console.log(JSON.stringify(figures));
  for (const share of ["p50", "p95"]) {
    const [most, found] = [2 * figures.without.keys[share] + 50, figures.with.keys[share]];
    assert.ok(found <= most, `${share}: ${found} ms with the extension, ${most} ms are allowed`);
  }
});

test("a failure that comes after the flood is seen, and nothing was restarted for it", { timeout: 120_000 }, async () => {
  assert.equal(await editor.count(), 0);
  const index = await startIndex();
  try {
    const asked = Date.now();
    await editor.type(failing(index));
    await editor.waitForCount(1, 60_000);
    const now = processes(editor);
    console.log(JSON.stringify({ seenAfter: Date.now() - asked, before, after: now }));
    assert.equal(now.server?.pid, before.server.pid, "the server was restarted");
    assert.equal(now.host?.pid, before.host.pid, "the extension host was restarted");
  } finally {
    index.stop();
  }
  await editor.picture("failure");
});
