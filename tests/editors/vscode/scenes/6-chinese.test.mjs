// An editor that speaks Chinese, and a signature that is muted in it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before } from "node:test";
import { Editor, until } from "../lib/editor.mjs";
import { failing, packed } from "../lib/fixtures.mjs";
import { startIndex } from "../lib/index.mjs";
import { scene } from "../lib/scene.mjs";

let editor;
let index;
const step = scene(() => editor);

before(async () => {
  index = await startIndex();
  editor = await Editor.start("6-chinese", { locale: "zh-cn", extensions: [packed("chinese")] });
});
after(async () => {
  index?.stop();
  await editor?.stop();
});

step("the palette has the commands in Chinese", async () => {
  await editor.command("Unstuck: 显示所有失败");
  await editor.picture("command");
});

step("the failure and its explanation are in Chinese", async () => {
  await editor.terminal();
  await editor.type(failing(index));
  await until("pip to end", async () => /No matching distribution/.test(await editor.screen()), 120_000);
  await editor.waitForCount(1);
  const rows = await editor.problems();
  assert.ok(rows.some((row) => row.includes("证书")), rows.join("\n"));
  await editor.openProblem(/证书/);
  await editor.hoverSquiggle();
  assert.match(await editor.hoverText(), /信任/);
  await editor.picture("hover");
});

step("the signature is muted from its quick fixes, for the user", async () => {
  await editor.page.keyboard.press("Escape");
  await editor.quickFixOfProblem(/证书/);
  await editor.choose(/不再提示 pip\/tls/);
  const row = editor.page.locator(".quick-input-list .monaco-list-row").filter({ hasText: "所有位置" });
  await editor.picture("mute");
  await row.click();
  await until("its row to go", async () => !(await editor.problems()).some((row) => row.includes("pip/tls-ssl-certificate-verify-failed-self-signed")));
  assert.equal(await editor.page.locator(".notifications-toasts .notification-list-item").count(), 0, "a message appeared");
  await until("the setting", () => {
    const settings = JSON.parse(readFileSync(editor.path("user/User/settings.json"), "utf8"));
    return settings["unstuck.mute"]?.some((entry) => entry.startsWith("pip/tls"));
  });
  await editor.picture("muted");
});
