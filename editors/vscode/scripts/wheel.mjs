// Puts the server's wheel into server/, from where the extension makes its own Python environment: the one that
// UNSTUCK_WHEEL names, or one built from this checkout with UNSTUCK_BUILD_PYTHON (default: the Python on PATH).
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";
import path from "node:path";

const extension = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const repository = path.resolve(extension, "../..");
const folder = path.join(extension, "server");
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder);

const given = process.env.UNSTUCK_WHEEL;
if (given) copyFileSync(given, path.join(folder, path.basename(given)));
else build();

const wheels = readdirSync(folder).filter((name) => name.endsWith(".whl"));
if (wheels.length !== 1) {
  console.error(`Expected one wheel in ${folder}, found: ${wheels.join(", ") || "none"}`);
  process.exit(1);
}
copyFileSync(path.join(repository, "LICENSE"), path.join(extension, "LICENSE"));

function build() {
  const python = process.env.UNSTUCK_BUILD_PYTHON ?? (process.platform === "win32" ? "python" : "python3");
  const made = spawnSync(
    python,
    ["-m", "pip", "wheel", repository, "--no-deps", "--quiet", "--disable-pip-version-check", "--wheel-dir", folder],
    { stdio: "inherit" },
  );
  if (made.error || made.status !== 0) {
    console.error(`The wheel was not built: ${made.error?.message ?? `${python} ended with ${made.status}`}.`);
    console.error("UNSTUCK_BUILD_PYTHON names the Python to build it with (3.11 or later, with pip).");
    process.exit(1);
  }
}
