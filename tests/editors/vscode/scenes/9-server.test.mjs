// Which server runs: the workspace's environment, the one that is selected, the setting; and what happens when it dies.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { after, before } from "node:test";
import path from "node:path";
import { Editor, until } from "../lib/editor.mjs";
import { packed, printed } from "../lib/fixtures.mjs";
import { startIndex } from "../lib/index.mjs";
import { python } from "../lib/paths.mjs";
import { processes } from "../lib/processes.mjs";
import { scene } from "../lib/scene.mjs";

let editor;
let index;
const step = scene(() => editor);

/** An environment that can import the `unstuck` of the extension's own. */
function environment(folder) {
  const made = spawnSync(python, ["-m", "venv", "--without-pip", folder], { encoding: "utf8" });
  assert.equal(made.status, 0, made.stderr);
  const site = (root) => path.join(root, "lib", readdirSync(path.join(root, "lib"))[0], "site-packages");
  const [own] = readdirSync(Editor.cache);
  writeFileSync(path.join(site(folder), "unstuck.pth"), `${site(path.join(Editor.cache, own))}\n`);
}

/** Waits for a server whose command line begins with `program`. */
function runs(program) {
  return until(`the server of ${program}`, () => {
    const { server } = processes(editor);
    return server?.line.startsWith(`${program} `) && server;
  }, 60_000);
}

before(async () => {
  index = await startIndex();
  editor = new Editor("9-server", { files: { "build.log": "" }, extensions: [packed("interpreter"), packed("settings")] });
  environment(path.join(editor.work, ".venv"));
  environment(editor.path("chosen"));
  writeFileSync(path.join(editor.work, "build.log"), printed(index, editor.path("home")));
  await editor.launch();
});
after(async () => {
  index?.stop();
  await editor?.stop();
});

step("the workspace's environment that has unstuck serves", async () => {
  await runs(path.join(editor.work, ".venv/bin/python"));
  await editor.open("build.log");
  await editor.waitForCount(1);
});

step("the environment that is selected comes before it", async () => {
  await editor.set({ "interpreter.selected": editor.path("chosen/bin/python") });
  await editor.command("Unstuck: Restart the Server");
  await runs(editor.path("chosen/bin/python"));
  // What was open before is diagnosed by the new server.
  await editor.waitForCount(1);
});

step("unstuck.server.path comes before both, and a wrong one is said with its reason", async () => {
  await editor.set({ "unstuck.server.path": editor.path("nowhere/unstuck") });
  const toast = editor.toast("nowhere/unstuck, which does not exist");
  await toast.waitFor();
  assert.match(await editor.status().innerText(), /Unstuck/);
  await editor.picture("wrong-path");
  const broken = editor.path("broken/unstuck");
  mkdirSync(path.dirname(broken));
  writeFileSync(broken, "#!/bin/sh\necho no such luck >&2\nexit 3\n");
  chmodSync(broken, 0o755);
  await editor.set({ "unstuck.server.path": broken });
  await editor.toast("broken/unstuck ended before it answered").waitFor();
  await editor.picture("does-not-start");
  rmSync(broken);
  // The folder of an environment will do.
  await editor.set({ "unstuck.server.path": path.join(editor.work, ".venv") });
  await runs(path.join(editor.work, ".venv/bin/python"));
  await editor.waitForCount(1);
});

step("a server that dies comes back by itself, and no message is made of it", async () => {
  await editor.command("Notifications: Clear All Notifications");
  for (let crash = 0; crash < 4; crash += 1) {
    const { pid } = processes(editor).server;
    process.kill(pid, "SIGKILL");
    await until("another server", () => processes(editor).server && processes(editor).server.pid !== pid);
    await editor.waitForServer();
    await editor.waitForCount(1);
  }
  assert.equal(await editor.page.locator(".notifications-toasts .notification-list-item").count(), 0);
});

step("one that dies again and again stays down, with a message that has a way out", async () => {
  process.kill(processes(editor).server.pid, "SIGKILL");
  const toast = editor.toast("crashed 5 times");
  await toast.waitFor();
  assert.match(await toast.innerText(), /Try Again[^]*Show Log|Show Log[^]*Try Again/);
  assert.deepEqual(await editor.problems(), [], "what nobody watches any more is still shown");
  await editor.picture("crashed");
  assert.equal(await editor.page.locator(".notifications-toasts .notification-list-item").count(), 1, "there is a second message");
  await editor.answer("crashed 5 times", "Try Again");
  await editor.waitForServer();
  await editor.waitForCount(1);
});
