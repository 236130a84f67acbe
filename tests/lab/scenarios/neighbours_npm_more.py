"""Still more of npm, npx, Node, apt and make: programs and commands that are not there, exports, options."""

from __future__ import annotations

import json

from tests.lab.scenario import Expected, Failure, Lab, scenario
from tests.lab.scenarios.neighbours_more import PACKAGE, node


@scenario("npm/script-program-missing", tool="npm")
def script_without_program(lab: Lab) -> Failure:
    lab.write("package.json", json.dumps({"name": "demo", "version": "1.0.0", "scripts": {"build": "webpack"}}))
    return Failure(lab.command("npm", "run", "build"), [Expected("npm/script-program-missing", "webpack: not found")])


@scenario("npm/bad-command-line", tool="npm")
def npm_unknown_command(lab: Lab) -> Failure:
    return Failure(lab.command("npm", "frobnicate"), [Expected("npm/bad-command-line", "Unknown command")])


@scenario("npm/no-executable", tool="npm")
def npx_without_program(lab: Lab) -> Failure:
    lab.write("package.json", PACKAGE)
    lab.write("other/package.json", '{"name": "other", "version": "1.0.0"}\n')
    return Failure(
        lab.command("npm", "exec", "--yes", "./other", "--no-update-notifier"),
        [Expected("npm/no-executable", "could not determine executable to run")],
    )


@scenario("npm/git-missing", tool="npm")
def npm_without_git(lab: Lab) -> Failure:
    lab.write("package.json", PACKAGE)
    return Failure(
        lab.command("npm", "install", "git+http://127.0.0.1:9/demo.git", PATH=lab.without("git")),
        [Expected("npm/git-missing", "spawn git|code ENOENT")],
    )


@scenario("node/bad-option", tool="node")
def node_option(lab: Lab) -> Failure:
    return Failure(lab.command("node", "--frobnicate"), [Expected("node/bad-option", "bad option: --frobnicate")])


@scenario("node/export-missing", tool="node")
def node_export(lab: Lab) -> Failure:
    lab.write("bar.mjs", "export const bar = 1\n")
    lab.write("app.mjs", "import { foo } from './bar.mjs'\n")
    telling = "does not provide an export named"
    return Failure(lab.command("node", "app.mjs"), [Expected("node/export-missing", telling)])


@scenario("node/file-type-unknown", tool="node")
def node_file_type(lab: Lab) -> Failure:
    lab.write("package.json", '{"type": "module"}\n')
    lab.write("app.vue", "export default 1\n")
    return Failure(lab.command("node", "app.vue"), [Expected("node/file-type-unknown", "Unknown file extension")])


@scenario("node/uncaught-error", tool="node")
def node_type_error(lab: Lab) -> Failure:
    return node(
        lab, "const demo = {}\ndemo.start()\n", "node/uncaught-error", "TypeError: demo.start is not a function"
    )


@scenario("node/uncaught-enoent", tool="node")
def node_no_file(lab: Lab) -> Failure:
    return node(lab, "require('fs').readFileSync('config.json')\n", "node/uncaught-enoent", "Error: ENOENT")


@scenario("network/node-connection-refused", tool="node")
def node_refused(lab: Lab) -> Failure:
    code = f"require('net').connect({lab.closed_port()}, '127.0.0.1')\n"
    return node(lab, code, "network/node-connection-refused", "Error: connect ECONNREFUSED")


@scenario("apt/bad-command-line", tool="apt-get")
def apt_operation(lab: Lab) -> Failure:
    return Failure(lab.command("apt-get", "frobnicate"), [Expected("apt/bad-command-line", "Invalid operation")])


@scenario("build/makefile-invalid", tool="make")
def recipe_first(lab: Lab) -> Failure:
    lab.write("Makefile", "\techo demo\n")
    return Failure(lab.command("make"), [Expected("build/makefile-invalid", "commences before first target")])
