"""Tools that people run beside pip, as they really fail here: npm, node, ssh, curl."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, scenario


@scenario("npm/missing-script", tool="npm")
def npm_script(lab: Lab) -> Failure:
    lab.write("package.json", '{"name": "demo", "version": "1.0.0"}\n')
    return Failure(
        lab.command("npm", "run", "typecheck"),
        [Expected("npm/missing-script", "[Mm]issing script", {"name": "typecheck"})],
    )


@scenario("npm/enoent-package-json", tool="npm")
def npm_folder(lab: Lab) -> Failure:
    return Failure(lab.command("npm", "run", "build"), [Expected("npm/enoent-package-json", "code ENOENT")])


@scenario("node/module-not-found", tool="node")
def node_module(lab: Lab) -> Failure:
    lab.write("app.js", "require('fast-deep-equal')\n")
    return Failure(
        lab.command("node", "app.js"),
        [Expected("node/module-not-found", "Cannot find module", {"module": "fast-deep-equal"})],
    )


@scenario("node/heap-out-of-memory", tool="node", renderings=("pipe",))
def node_heap(lab: Lab) -> Failure:
    lab.write("app.js", "const kept = []\nfor (;;) kept.push(new Array(1000).fill(kept.length))\n")
    return Failure(
        lab.command("node", "--max-old-space-size=20", "app.js"),
        [Expected("node/heap-out-of-memory", "JavaScript heap out of memory")],
    )


@scenario("ssh/connection-timeout", tool="ssh")
def ssh_refused(lab: Lab) -> Failure:
    return Failure(
        lab.command("ssh", "-p", "9", "-o", "BatchMode=yes", "127.0.0.1"),
        [Expected("ssh/connection-timeout", "ssh: connect to host", {"reason": "Connection refused"})],
    )


@scenario("network/dns-resolution", tool="curl")
def curl_name(lab: Lab) -> Failure:
    return Failure(
        lab.command("curl", "-sS", "http://frobnicate.invalid/"),
        [Expected("network/dns-resolution", "Could not resolve host", {"host": "frobnicate.invalid"})],
    )
