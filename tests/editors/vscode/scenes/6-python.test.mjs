// No Python that is new enough: a message that says what to do; once there is one, it works. Then an upgrade.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, symlinkSync, utimesSync } from "node:fs";
import { after, before } from "node:test";
import path from "node:path";
import { Editor, until } from "../lib/editor.mjs";
import { upgraded } from "../lib/fixtures.mjs";
import { python } from "../lib/paths.mjs";
import { processes } from "../lib/processes.mjs";
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

step("a later version of the extension makes its own server, and removes the one that nobody uses", async () => {
  const [earlier] = readdirSync(editor.storage);
  const longAgo = new Date(Date.now() - 48 * 3_600_000);
  utimesSync(path.join(editor.storage, earlier, ".ready"), longAgo, longAgo);
  editor.install(upgraded(editor.path("later.vsix")));
  await editor.page.reload();
  const later = await until("the later server", () => {
    const { server } = processes(editor);
    return server?.line.includes(editor.storage) && !server.line.includes(earlier) && server;
  }, 180_000);
  await editor.waitForServer();
  await until("the earlier environment to go", () => !readdirSync(editor.storage).includes(earlier));
  assert.equal(readdirSync(editor.storage).length, 1, later.line);
  await editor.picture("upgraded");
});
