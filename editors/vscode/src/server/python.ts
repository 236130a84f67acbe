// Interpreters: where they may be, and what one says about itself.
import { execFile } from "node:child_process";
import * as os from "node:os";
import * as vscode from "vscode";

/** Milliseconds that another extension may take to say which interpreter is selected. */
const PATIENCE = 10_000;

export interface Interpreter {
  /** What was asked: a name or a path. */
  command: string[];
  /** The interpreter itself. */
  executable: string;
  version: [number, number, number];
  /** The version of the `unstuck` that it can import, and the folder of that package. */
  unstuck?: { version: string; folder: string };
}

const PROBE = `
import importlib.metadata, importlib.util, json, os, sys
found = None
try:
    spec = importlib.util.find_spec("unstuck")
    if spec and spec.origin:
        found = {"version": importlib.metadata.version("unstuck"), "folder": os.path.dirname(spec.origin)}
except Exception:
    pass
print(json.dumps({"executable": sys.executable, "version": list(sys.version_info[:3]), "unstuck": found}))
`;

/** Asks an interpreter about itself; undefined where it does not run. It is run isolated (-I): nothing of the folder
 * that is open and nothing of PYTHON* variables takes part. */
export async function probe(command: string[]): Promise<Interpreter | undefined> {
  const [file, ...first] = command;
  if (!file) return undefined;
  const out = await run(file, [...first, "-I", "-c", PROBE], 15_000);
  if (out.code !== 0) return undefined;
  try {
    const answer = JSON.parse(out.stdout.trim().split("\n").at(-1) ?? "") as {
      executable: string;
      version: [number, number, number];
      unstuck: { version: string; folder: string } | null;
    };
    const found: Interpreter = { command, executable: answer.executable, version: answer.version };
    if (answer.unstuck) found.unstuck = answer.unstuck;
    return found;
  } catch {
    return undefined;
  }
}

/** The interpreter that the Python extension has selected, if that extension is there and says so. */
export async function selected(log: vscode.LogOutputChannel): Promise<string | undefined> {
  const extension = vscode.extensions.getExtension("ms-python.python");
  if (!extension) return undefined;
  try {
    // It may still be busy looking for interpreters: the server does not wait for ever.
    const api = (await Promise.race([extension.activate(), new Promise((resolve) => setTimeout(resolve, PATIENCE))])) as {
      environments?: {
        getActiveEnvironmentPath(resource?: vscode.Uri): { path: string };
        resolveEnvironment(id: unknown): Promise<{ executable?: { uri?: vscode.Uri } } | undefined>;
      };
    } | undefined;
    const environments = api?.environments;
    if (!environments) return undefined;
    const active = environments.getActiveEnvironmentPath(vscode.workspace.workspaceFolders?.[0]?.uri);
    return (await environments.resolveEnvironment(active))?.executable?.uri?.fsPath;
  } catch (error) {
    log.warn(`the Python extension does not say which interpreter is selected: ${String(error)}`);
    return undefined;
  }
}

export interface Outcome {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a program without a shell, away from the folder that is open. Never throws. */
export function run(
  file: string,
  args: string[],
  timeout: number,
  token?: vscode.CancellationToken,
  onLine?: (line: string) => void,
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      file,
      args,
      { timeout, cwd: os.tmpdir(), windowsHide: true, maxBuffer: 16 << 20, encoding: "utf8" },
      (error, stdout, stderr) => {
        cancelled?.dispose();
        resolve({ code: error ? (typeof error.code === "number" ? error.code : 1) : 0, stdout, stderr: stderr || (error?.message ?? "") });
      },
    );
    const cancelled = token?.onCancellationRequested(() => child.kill());
    if (onLine) {
      for (const stream of [child.stdout, child.stderr]) {
        stream?.on("data", (data: string) => data.split(/\r?\n/).filter(Boolean).forEach(onLine));
      }
    }
  });
}
