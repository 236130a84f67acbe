// Command lines for the shells of terminals; what a POSIX shell can run here is run.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { test } from "node:test";
import { familyOf, inFolder, isSafe, runsOneCommand, sameFolder } from "../../../../editors/vscode/src/shells.ts";

test("the family of a shell", () => {
  for (const [shell, platform, expected] of [
    ["/bin/bash", "linux", "posix"],
    ["/usr/bin/fish", "darwin", "posix"],
    ["C:\\Windows\\System32\\WindowsPowerShell\\v1.0\\powershell.exe", "win32", "powershell"],
    ["/usr/bin/pwsh", "linux", "powershell"],
    ["C:\\Windows\\System32\\cmd.exe", "win32", "cmd"],
    ["C:\\Program Files\\Git\\bin\\bash.exe", "win32", "posix"],
    [undefined, "win32", "powershell"],
    ["", "linux", "posix"],
  ]) {
    assert.equal(familyOf(shell, platform), expected, String(shell));
  }
});

test("a POSIX shell goes to the folder, whatever its name holds", () => {
  const root = mkdtempSync(path.join(os.tmpdir(), "unstuck-shells-"));
  try {
    for (const name of ["plain", "with space", "it's", "$(touch ran)", "`id`", "a&b;c", '"quoted"', "back\\slash"]) {
      const folder = path.join(root, name);
      mkdirSync(folder);
      const ran = spawnSync("/bin/sh", ["-c", inFolder("pwd", folder, "posix")], { cwd: root, encoding: "utf8" });
      assert.equal(ran.stdout, `${folder}\n`, ran.stderr);
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});

test("PowerShell and cmd", () => {
  const command = "pip install demo";
  assert.equal(inFolder(command, "C:\\it's here", "powershell"), "Set-Location -LiteralPath 'C:\\it''s here'; pip install demo");
  assert.equal(inFolder(command, "C:\\a\u2019b", "powershell"), "Set-Location -LiteralPath 'C:\\a\u2019\u2019b'; pip install demo");
  assert.equal(inFolder(command, "D:\\two words & more", "cmd"), 'cd /d "D:\\two words & more" && pip install demo');
  assert.equal(inFolder(command, "D:\\%PATH%", "cmd"), undefined);
});

test("a folder with a line break is not written into a command", () => {
  for (const family of ["posix", "powershell", "cmd"]) assert.equal(inFolder("pwd", "/tmp/a\nrm b", family), undefined);
});

test("the same folder", () => {
  assert.ok(sameFolder("C:\\Demo", "c:/demo/", "win32"));
  assert.ok(sameFolder("/home/ann/", "/home/ann", "linux"));
  assert.ok(!sameFolder("/home/Ann", "/home/ann", "linux"));
  assert.ok(sameFolder("/", "/", "linux"));
});

test("a terminal that runs one command has no prompt", () => {
  for (const args of [["-c", "make"], ["-lc", "make"], ["/d", "/c", "dir"], ["-Command", "ls"], "/c dir", "-NoProfile -File a.ps1"]) {
    assert.ok(runsOneCommand(args), String(args));
  }
  const prompts = [undefined, [], ["-l"], ["--norc"], ["-NoExit", "-Command", "ls"], ["-C", "set x"], ["/k", "vars.bat"], "-i"];
  for (const args of prompts) assert.ok(!runsOneCommand(args), String(args));
});

test("what may stand at a prompt", () => {
  assert.ok(isSafe("pip install 'demo[extra]>=1' --index-url https://pypi.example.com/simple 装"));
  for (const text of ["a\nb", "a\rb", "a\u001b[A", "a\u202eb", "a\u2028b", "a\u0085b", "a\tb"]) assert.ok(!isSafe(text), JSON.stringify(text));
});
