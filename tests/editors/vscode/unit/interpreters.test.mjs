// Where interpreters are looked for on each platform.
import assert from "node:assert/strict";
import { test } from "node:test";
import { candidates, interpreterOf, isNewEnough, isPython, onPath } from "../../../../editors/vscode/src/server/interpreters.ts";

const nothing = () => false;
const lines = (...given) => [...candidates(...given)].map((command) => command.join(" "));

test("on Windows the launcher is asked first, and no path of another system", () => {
  const found = lines("win32", "C:\\Users\\ann", () => true);
  assert.deepEqual(found.slice(0, 3), ["py -3", "python", "py -3.14"]);
  assert.ok(found.includes("py -3.11"));
  assert.ok(!found.some((line) => line.includes("/")), found.join("\n"));
});

test("on Linux and macOS PATH comes first, then the usual folders that exist", () => {
  assert.deepEqual(lines("linux", "/home/ann", nothing).slice(0, 2), ["python3", "python3.14"]);
  assert.ok(lines("linux", "/home/ann", (file) => file === "/home/ann/.local/bin/python3.12").includes("/home/ann/.local/bin/python3.12"));
  const framework = "/Library/Frameworks/Python.framework/Versions/3.13/bin/python3";
  assert.ok(lines("darwin", "/Users/ann", (file) => file === framework).includes(framework));
  assert.ok(lines("darwin", "/Users/ann", () => true).includes("/opt/homebrew/bin/python3.11"));
  assert.ok(!lines("linux", "/home/ann", () => true).includes(framework));
});

test("an environment's interpreter", () => {
  assert.equal(interpreterOf("C:\\Users\\ann\\my env", "win32"), "C:\\Users\\ann\\my env\\Scripts\\python.exe");
  assert.equal(interpreterOf("/home/ann/env", "linux"), "/home/ann/env/bin/python");
  assert.equal(interpreterOf("/Users/ann/env", "darwin"), "/Users/ann/env/bin/python");
});

test("the oldest version that will do", () => {
  for (const [version, expected] of [
    [[3, 10, 99], false],
    [[3, 11, 0], true],
    [[3, 14, 2], true],
    [[2, 7, 18], false],
    [[4, 0, 0], true],
  ]) {
    assert.equal(isNewEnough({ version }), expected, version.join("."));
  }
});

test("what is a Python by its name", () => {
  for (const file of ["python", "/usr/bin/python3.12", "C:\\Python312\\python.exe", "C:/Python/pythonw.exe", "pypy3.11"]) {
    assert.ok(isPython(file), file);
  }
  for (const file of ["unstuck", "/opt/unstuck.exe", "/python/unstuck", "python-config", "ipython"]) {
    assert.ok(!isPython(file), file);
  }
});

test("a program on PATH, never from a relative entry", () => {
  const asked = [];
  const look = (file) => asked.push(file) && file.endsWith("two\\unstuck.exe");
  assert.equal(onPath("unstuck", 'tools;.;C:\\one;"C:\\Program Files\\two"', "win32", look), "C:\\Program Files\\two\\unstuck.exe");
  assert.deepEqual(asked, ["C:\\one\\unstuck.exe", "C:\\Program Files\\two\\unstuck.exe"]);
  assert.equal(onPath("unstuck", "bin::/usr/bin", "linux", (file) => file === "/usr/bin/unstuck"), "/usr/bin/unstuck");
  assert.equal(onPath("unstuck", "bin:.", "linux", () => true), undefined);
});
