// Where failures are printed besides a plain terminal: tasks and the debug console.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { after, before } from "node:test";
import path from "node:path";
import { Editor, until } from "../lib/editor.mjs";
import { packed } from "../lib/fixtures.mjs";
import { node } from "../lib/paths.mjs";
import { scene } from "../lib/scene.mjs";

let editor;
const step = scene(() => editor);

const TASKS = {
  version: "2.0.0",
  tasks: [{ label: "report", type: "shell", command: "python report.py", problemMatcher: [] }],
};
const LAUNCH = {
  version: "0.2.0",
  configurations: [
    {
      name: "Run the Service",
      type: "node",
      request: "launch",
      program: "${workspaceFolder}/service.js",
      runtimeExecutable: node,
      console: "internalConsole",
      outputCapture: "std",
    },
  ],
};

before(async () => {
  editor = await Editor.start("8-places", {
    files: {
      "report.py": "import tabular_reports\n",
      "service.js": 'require("./missing-part");\n',
      ".vscode/tasks.json": JSON.stringify(TASKS),
      ".vscode/launch.json": JSON.stringify(LAUNCH),
    },
    extensions: [packed("settings")],
  });
});
after(() => editor?.stop());

step("a task that fails is in Problems under its name", async () => {
  await editor.command("Tasks: Run Task");
  await editor.choice("report").click();
  await editor.waitForCount(1);
  const rows = await editor.problems();
  assert.ok(rows.some((row) => /^report/.test(row)), rows.join("\n"));
  assert.ok(rows.some((row) => /No module named tabular_reports/.test(row)), rows.join("\n"));
  await editor.picture("task");
});

step("the task that succeeds clears it", async () => {
  writeFileSync(path.join(editor.work, "tabular_reports.py"), "");
  await editor.command("Tasks: Rerun Last Task");
  await editor.waitForCount(0);
});

step("with unstuck.notify, what a program prints under the debugger is a message too", async () => {
  await editor.set({ "unstuck.notify": true });
  await editor.command("Debug: Start Debugging");
  await editor.waitForCount(1);
  await editor.picture("notification");
  assert.match(await editor.answer("Node does not find the module ./missing-part", "Explain"), /missing-part/);
  await editor.explains(/Node does not find the module/);
  const rows = await editor.problems();
  assert.ok(rows.some((row) => /^Run the Service/.test(row)), rows.join("\n"));
  await editor.picture("debug-console");
});

step("the same configuration started again takes the place of its earlier run", async () => {
  writeFileSync(path.join(editor.work, "missing-part.js"), 'console.log("whole");\n');
  await editor.command("Debug: Start Debugging");
  await editor.waitForCount(0);
  await editor.page.locator(".panel .action-label", { hasText: "Debug Console" }).click();
  await until("the program's output", () => editor.page.locator(".repl .monaco-list-row", { hasText: "whole" }).first().isVisible());
});
