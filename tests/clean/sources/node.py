"""npm: installs with warnings, builds, tests, its most talkative log."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from harness import Lab, source

OLD = [
    "request@2.88.2",
    "mkdirp@0.5.1",
    "glob@7.1.6",
    "rimraf@2.7.1",
    "har-validator@5.1.5",
    "uuid@3.4.0",
    "core-js@2.6.12",
]
ALARMING = ["verror", "http-errors", "es-errors", "err-code", "retry", "p-retry", "error-ex", "exit-hook", "make-error"]
TOOLS = ["typescript@5", "eslint@9", "webpack@5", "webpack-cli@5", "mocha@10", "jest@29"]


@source
def npm_install(lab: Lab) -> None:
    """Installs with deprecations, modules named like errors, a silly log, trees, audits of names."""
    lab.need("npm", "node")
    place = lab.folder("npm")
    (place / "package.json").write_text(json.dumps({"name": "failure-report", "version": "1.0.0", "private": True}))
    with lab.recording("node/install", tty=True) as recording:
        recording.run("npm", "install", "--no-audit", *OLD, *ALARMING, cwd=place)
        recording.run("npm", "install", "--no-audit", "--save-dev", *TOOLS, cwd=place)
        recording.run("npm", "ls", "--all", cwd=place)
        recording.run("npm", "outdated", cwd=place, ok=(0, 1))
    shutil.rmtree(place / "node_modules")
    with lab.recording("node/ci-silly", limit=900_000) as recording:
        recording.run("npm", "ci", "--no-audit", "--loglevel", "silly", cwd=place)
        recording.run("npm", "ls", "--all", "--json", cwd=place)
    with lab.recording("node/build") as recording:
        for name in ("app.ts", "app.test.js", "jest.test.js", "eslint.config.mjs"):
            shutil.copy(Path(__file__).with_name("node_files") / name, place)
        recording.run("npx", "tsc", "--listFiles", "--outDir", "out", "app.ts", cwd=place, ok=(0, 1, 2))
        recording.run("npx", "eslint", ".", cwd=place, ok=(0, 1))
        recording.run(
            "npx", "webpack", "--mode", "development", "--entry", "./out/app.js", "--stats", "verbose", cwd=place
        )
        recording.run("npx", "mocha", "app.test.js", cwd=place, ok=range(1, 9))
        recording.run("npx", "jest", "--no-watchman", "jest.test.js", cwd=place, ok=(1,))
