"""More of npm, node-gyp and Node: registries that refuse, peers that conflict, scripts and addons that do not build."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path

from tests.lab.execute import Command
from tests.lab.faults import status
from tests.lab.machine import root_and_unshare, unprivileged
from tests.lab.scenario import Expected, Failure, Lab, helps, scenario
from tests.lab.scenarios.neighbours_more import PACKAGE, node, npm

HEADERS = Path("/usr/include/node")


def headers() -> str | None:
    """node-gyp would fetch Node's headers; Debian's libnode-dev has them."""
    return None if (HEADERS / "node.h").is_file() and shutil.which("g++") else "needs Node's headers and a compiler"


def answering(code: int, id: str, telling: str, **captures: str) -> Callable[[Lab], Failure]:
    def function(lab: Lab) -> Failure:
        index = lab.index().fault("/left-pad", status(code))
        return npm(lab, id, telling, "install", "left-pad", registry=index.url + "/", **captures)

    return function


@scenario("npm/forbidden", tool="npm")
def npm_forbidden(lab: Lab) -> Failure:
    return answering(403, "npm/forbidden", "code E403")(lab)


@scenario("npm/login-required", tool="npm")
def npm_unauthorized(lab: Lab) -> Failure:
    return answering(401, "npm/login-required", "code E401")(lab)


@scenario("npm/registry-server-error", tool="npm")
def npm_broken_registry(lab: Lab) -> Failure:
    return answering(500, "npm/registry-server-error", "code E500", status="E500")(lab)


@scenario("npm/registry-server-error", tool="npm")
def npm_too_many(lab: Lab) -> Failure:
    return answering(429, "npm/registry-server-error", "code E429", status="E429")(lab)


def serve(lab: Lab, *manifests: dict[str, object], integrity: str | None = None) -> str:
    """A registry with these packages, one version each; its URL."""
    index = lab.index()
    about: dict[str, dict[str, object]] = {}
    for manifest in manifests:
        name, version = str(manifest["name"]), str(manifest["version"])
        file = io.BytesIO()
        with tarfile.open(fileobj=file, mode="w:gz") as made:
            content = json.dumps(manifest).encode()
            info = tarfile.TarInfo("package/package.json")
            info.size = len(content)
            made.addfile(info, io.BytesIO(content))
        url = index.page(f"/{name}/-/{name}-{version}.tgz", file.getvalue(), "application/octet-stream")
        dist = {"tarball": url, **({"integrity": integrity} if integrity else {})}
        known = about.setdefault(name, {"name": name, "dist-tags": {"latest": version}, "versions": {}})
        versions = known["versions"]
        assert isinstance(versions, dict)
        versions[version] = {**manifest, "dist": dist}
    for name, listed in about.items():
        index.page(f"/{name}", json.dumps(listed), "application/json")
    return index.url + "/"


@scenario("npm/integrity", tool="npm")
def npm_other_bytes(lab: Lab) -> Failure:
    registry = serve(lab, {"name": "left-pad", "version": "1.0.0"}, integrity="sha512-" + "A" * 86 + "==")
    return npm(lab, "npm/integrity", "code EINTEGRITY", "install", "left-pad", registry=registry)


@scenario("npm/eresolve", tool="npm")
def npm_peers(lab: Lab) -> Failure:
    registry = serve(
        lab,
        {"name": "one", "version": "1.0.0", "peerDependencies": {"two": "^2.0.0"}},
        {"name": "two", "version": "1.0.0"},
        {"name": "two", "version": "2.0.0"},
    )
    failure = npm(lab, "npm/eresolve", "code ERESOLVE", "install", "one", "two@1.0.0", registry=registry)
    return Failure(
        failure.command,
        failure.expected,
        tries={
            "legacy-peer-deps": helps(lambda run: run.plus("--legacy-peer-deps")),
            "fitting-versions": helps(lambda run: run.replaced("two@1.0.0", "two@2.0.0")),
        },
    )


@scenario("npm/file-exists", tool="npm")
def npm_bin(lab: Lab) -> Failure:
    lab.write("other/package.json", '{"name": "other", "version": "1.0.0", "bin": {"tool": "tool.js"}}\n')
    lab.write("other/tool.js", "#!/usr/bin/env node\n")
    prefix = lab.folder("prefix")
    lab.write(prefix / "bin/tool", "somebody else's\n")
    return Failure(
        alone(lab, "--global", "--prefix", prefix, "./other"),
        [Expected("npm/file-exists", "code EEXIST")],
    )


@scenario("npm/permission-denied", tool="npm", needs=root_and_unshare)
def npm_global(lab: Lab) -> Failure:
    lab.write("other/package.json", '{"name": "other", "version": "1.0.0"}\n')
    prefix = lab.folder("prefix/lib/node_modules").parent.parent
    (prefix / "lib/node_modules").chmod(0o555)
    command = alone(lab, "--global", "--prefix", prefix, "./other")
    own = lab.home / ".local"
    return Failure(
        unprivileged(command),
        [Expected("npm/permission-denied", "code EACCES")],
        tries={"own-prefix": helps(lambda run: run.replaced(str(prefix), str(own)))},
    )


def alone(lab: Lab, *arguments: str | Path, **env: str | None) -> Command:
    """`npm install` of a folder, which asks nobody, not even for a newer npm."""
    return lab.command("npm", "install", *arguments, "--install-links", "--no-update-notifier", **env)


def addon(lab: Lab, source: str = "#include <node_api.h>\n") -> None:
    """A package with an addon in C, which npm builds with node-gyp at installation."""
    lab.write("package.json", PACKAGE)
    lab.write("other/package.json", '{"name": "other", "version": "1.0.0", "gypfile": true}\n')
    lab.write("other/binding.gyp", '{"targets": [{"target_name": "other", "sources": ["other.c"]}]}\n')
    lab.write("other/other.c", source)


@scenario("npm/install-script-failed", tool="npm")
def npm_script_fails(lab: Lab) -> Failure:
    lab.write("package.json", PACKAGE)
    script = {"name": "other", "version": "1.0.0", "scripts": {"install": "exit 3"}}
    lab.write("other/package.json", json.dumps(script))
    return Failure(
        alone(lab, "./other", "--foreground-scripts"),
        [Expected("npm/install-script-failed", "code 3", {"status": "3"})],
    )


@scenario("npm/gyp-python-missing", tool="npm")
def gyp_without_python(lab: Lab) -> Failure:
    addon(lab)
    path = lab.without("python", "python3").replace(f"{lab.venv / 'bin'}:", "")
    return Failure(
        alone(lab, "./other", PATH=path),
        [Expected("npm/gyp-python-missing", "gyp ERR! find Python(?! -)")],
    )


@scenario("npm/gyp-make-missing", tool="npm", needs=headers)
def gyp_without_make(lab: Lab) -> Failure:
    addon(lab)
    return Failure(
        alone(lab, "./other", npm_package_config_node_gyp_nodedir="/usr", PATH=lab.without("make", "gmake")),
        [Expected("npm/gyp-make-missing", "not found: make")],
    )


@scenario("npm/gyp-build-failed", tool="npm", needs=headers, renderings=["pipe"])
def gyp_summary(lab: Lab) -> Failure:
    """Where a script keeps node-gyp's own lines only, they do not say what make ran into."""
    addon(lab)
    action = {"action_name": "fail", "inputs": [], "outputs": ["none"], "action": ["false"]}
    lab.write("other/binding.gyp", json.dumps({"targets": [{"target_name": "other", "actions": [action]}]}))
    line = "npm install ./other --install-links --no-update-notifier 2>&1 | grep 'gyp ERR!'"
    return Failure(
        lab.command("bash", "-c", line, npm_package_config_node_gyp_nodedir="/usr"),
        [Expected("npm/gyp-build-failed", "gyp ERR! build error")],
        exits=0,
    )


@scenario("node/native-module-version", tool="node", needs=headers)
def node_addon_of_another(lab: Lab) -> Failure:
    """An addon that was compiled for the module version of Node 18."""
    lab.write(
        "addon.cc",
        "#undef NODE_MODULE_VERSION\n#define NODE_MODULE_VERSION 108\n#define NODE_GYP_MODULE_NAME addon\n"
        "static void made(v8::Local<v8::Object>, v8::Local<v8::Value>, void*) {}\nNODE_MODULE(addon, made)\n",
    )
    failure = node(
        lab,
        "require('./addon.node')\n",
        "node/native-module-version",
        "was compiled against a different Node.js version",
    )
    compile = lab.command(
        "g++", "-std=c++20", "-shared", "-fPIC", f"-I{HEADERS}", "-include", "node.h", "-o", "addon.node", "addon.cc"
    )
    return Failure(failure.command, failure.expected, before=[compile])
