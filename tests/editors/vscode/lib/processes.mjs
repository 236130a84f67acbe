// The editor's processes that matter: its extension host, and our server.
import { readFileSync, readdirSync } from "node:fs";

const KINDS = {
  host: (line) => line.includes("--type=extensionHost"),
  server: (line) => /-m unstuck serve|\bunstuck serve/.test(line),
};

/** The processes below an editor by kind: `{pid, line, megabytes, most}`, the memory resident now and at most. Linux only. */
export function processes(editor) {
  const parents = new Map();
  const lines = new Map();
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)).map(Number)) {
    try {
      const [, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
      parents.set(pid, Number(parent));
      lines.set(pid, readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " "));
    } catch {
      // It has ended meanwhile.
    }
  }
  const below = (pid) => pid === editor.process.pid || (parents.has(pid) && below(parents.get(pid)));
  const found = {};
  for (const [pid, line] of lines) {
    for (const [kind, matches] of Object.entries(KINDS)) {
      if (matches(line) && below(pid)) found[kind] = { pid, line, ...memory(pid) };
    }
  }
  return found;
}

function memory(pid) {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const of = (name) => Math.round(Number(status.match(new RegExp(`^${name}:\\s+(\\d+)`, "m"))?.[1] ?? 0) / 1024);
  return { megabytes: of("VmRSS"), most: of("VmHWM") };
}
