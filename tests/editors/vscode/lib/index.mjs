// The loopback index of the lab, for as long as a test runs.
import { spawn } from "node:child_process";
import path from "node:path";
import readline from "node:readline";
import { here, python, repository } from "./paths.mjs";

export async function startIndex() {
  const child = spawn(python, [path.join(here, "lib/index.py")], {
    env: { ...process.env, PYTHONPATH: path.join(repository, "server") },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const lines = readline.createInterface({ input: child.stdout });
  const told = await new Promise((resolve, reject) => {
    lines.once("line", (line) => resolve(JSON.parse(line)));
    child.once("exit", (code) => reject(new Error(`the index ended with ${code}`)));
  });
  return { ...told, stop: () => child.stdin.end() };
}
