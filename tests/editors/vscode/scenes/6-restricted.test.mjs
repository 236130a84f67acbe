// A workspace that nobody trusts must not choose what runs.
import assert from "node:assert/strict";
import { existsSync, chmodSync, writeFileSync } from "node:fs";
import { after, before } from "node:test";
import path from "node:path";
import { Editor } from "../lib/editor.mjs";
import { printed } from "../lib/fixtures.mjs";
import { startIndex } from "../lib/index.mjs";
import { scene } from "../lib/scene.mjs";

let editor;
let index;
const step = scene(() => editor);

before(async () => {
  index = await startIndex();
  const trap = '#!/bin/sh\necho ran > "$(dirname "$0")/../../ran"\nexit 1\n';
  editor = new Editor("6-restricted", {
    files: { ".venv/bin/python": trap, "tools/bin/unstuck": trap, "build.log": "ok\n" },
    settings: { "security.workspace.trust.enabled": true, "security.workspace.trust.startupPrompt": "never" },
  });
  for (const file of [".venv/bin/python", "tools/bin/unstuck"]) chmodSync(path.join(editor.work, file), 0o755);
  const settings = { "unstuck.server.path": path.join(editor.work, "tools/bin/unstuck"), "unstuck.server.python": "/nowhere/python" };
  editor.write("work/.vscode/settings.json", settings);
  writeFileSync(path.join(editor.work, "build.log"), printed(index, editor.path("home")));
  await editor.launch();
});
after(async () => {
  index?.stop();
  await editor?.stop();
});

step("the server is the extension's own, and nothing of the workspace has run", async () => {
  await editor.page.locator(".statusbar-item", { hasText: "Restricted Mode" }).waitFor();
  assert.equal(await editor.count(), 0);
  assert.ok(!existsSync(path.join(editor.work, "ran")), "a program of the workspace was run");
});

step("a log is diagnosed all the same", async () => {
  await editor.open("build.log");
  await editor.waitForCount(1);
  await editor.problems();
  await editor.picture("problems");
});
