// No Python that is new enough: a message that says what to do; once there is one, it works.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync } from "node:fs";
import { after, before } from "node:test";
import { Editor } from "../lib/editor.mjs";
import { python } from "../lib/paths.mjs";
import { scene } from "../lib/scene.mjs";

let editor;
const step = scene(() => editor);

before(async () => {
  editor = new Editor("6-python", { server: false, broken: true });
  editor.options.settings = { "unstuck.server.python": editor.path("later/bin/python3") };
  await editor.launch();
});
after(() => editor?.stop());

step("the message names the cause and has a way out", async () => {
  const toast = editor.page.locator(".notifications-toasts .notification-list-item", { hasText: "Unstuck needs Python 3.11" });
  await toast.waitFor({ timeout: 120_000 });
  const text = await toast.innerText();
  assert.match(text, /does not run/);
  assert.match(text, /Get Python/);
  assert.match(text, /Try Again/);
  assert.match(await editor.status().innerText(), /Unstuck/);
  await editor.picture("missing");
});

step("with a Python there, trying again installs the server", async () => {
  mkdirSync(editor.path("later/bin"), { recursive: true });
  symlinkSync(python, editor.path("later/bin/python3"));
  await editor.page.locator(".notifications-toasts .monaco-button", { hasText: "Try Again" }).click();
  await editor.waitForServer();
  await editor.picture("found");
});
