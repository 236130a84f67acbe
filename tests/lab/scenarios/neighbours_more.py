"""More of what npm, Node, apt, cargo, docker and others say when they fail on this machine."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, scenario

PACKAGE = '{"name": "demo", "version": "1.0.0"}\n'


def npm(lab: Lab, id: str, telling: str, *arguments: str, registry: str, **captures: str) -> Failure:
    """npm against a registry of this machine; it waits for none a second time."""
    lab.write("package.json", PACKAGE)
    return Failure(
        lab.command("npm", *arguments, "--registry", registry, "--fetch-retries", "0"),
        [Expected(id, telling, captures)],
    )


@scenario("npm/no-such-version", tool="npm")
def npm_version(lab: Lab) -> Failure:
    index = lab.index()
    about = {"name": "left-pad", "dist-tags": {"latest": "1.0.0"}, "versions": {"1.0.0": {"name": "left-pad"}}}
    index.page("/left-pad", json.dumps(about), "application/json")
    return npm(lab, "npm/no-such-version", "code ETARGET", "install", "left-pad@9.9.9", registry=index.url + "/")


@scenario("npm/not-found", tool="npm")
def npm_unknown(lab: Lab) -> Failure:
    index = lab.index()
    return npm(lab, "npm/not-found", "code E404", "install", "frobnicate", registry=index.url + "/")


@scenario("npm/registry-unreachable", tool="npm")
def npm_no_host(lab: Lab) -> Failure:
    return npm(
        lab,
        "npm/registry-unreachable",
        "code (ENOTFOUND|EAI_AGAIN)",
        "install",
        "left-pad",
        registry="http://frobnicate.invalid/",
    )


@scenario("npm/registry-unreachable", tool="npm")
def npm_refused(lab: Lab) -> Failure:
    registry = f"http://127.0.0.1:{lab.closed_port()}/"
    return npm(lab, "npm/registry-unreachable", "code ECONNREFUSED", "install", "left-pad", registry=registry)


@scenario("npm/tls-certificate", tool="npm")
def npm_self_signed(lab: Lab) -> Failure:
    index = lab.index(tls="private-root")
    reason = "SELF_SIGNED_CERT_IN_CHAIN"
    return npm(
        lab, "npm/tls-certificate", f"code {reason}", "install", "left-pad", registry=index.url + "/", reason=reason
    )


@scenario("npm/tls-certificate", tool="npm")
def npm_expired(lab: Lab) -> Failure:
    index = lab.index(tls="expired")
    return npm(lab, "npm/tls-certificate", "code (CERT_|UNABLE_)", "install", "left-pad", registry=index.url + "/")


@scenario("npm/json-parse", tool="npm")
def npm_comma(lab: Lab) -> Failure:
    lab.write("package.json", '{"name": "demo",}\n')
    return Failure(lab.command("npm", "install"), [Expected("npm/json-parse", "code EJSONPARSE")])


@scenario("npm/unsupported-engine", tool="npm")
def npm_engine(lab: Lab) -> Failure:
    lab.write("package.json", '{"name": "demo", "version": "1.0.0", "engines": {"node": ">=99"}}\n')
    return Failure(
        lab.command("npm", "install", "--engine-strict"), [Expected("npm/unsupported-engine", "code EBADENGINE")]
    )


@scenario("npm/unsupported-platform", tool="npm")
def npm_platform(lab: Lab) -> Failure:
    lab.write("package.json", PACKAGE)
    lab.write("other/package.json", '{"name": "other", "version": "1.0.0", "os": ["win32"]}\n')
    return Failure(
        lab.command("npm", "install", "./other", "--install-links"),
        [Expected("npm/unsupported-platform", "code EBADPLATFORM")],
    )


@scenario("npm/invalid-name", tool="npm")
def npm_name(lab: Lab) -> Failure:
    lab.write("package.json", PACKAGE)
    return Failure(
        lab.command("npm", "install", "left-pad@:::"), [Expected("npm/invalid-name", "code EINVALIDTAGNAME")]
    )


@scenario("npm/lock-out-of-sync", tool="npm")
def npm_lock(lab: Lab) -> Failure:
    lab.write("other/package.json", '{"name": "other", "version": "1.0.0"}\n')
    lab.write("package.json", '{"name": "demo", "version": "1.0.0", "dependencies": {"other": "file:other"}}\n')
    lock = {"name": "demo", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": {"": {}}}
    lab.write("package-lock.json", json.dumps(lock))
    return Failure(
        lab.command("npm", "ci"), [Expected("npm/lock-out-of-sync", "`npm ci` can only install packages when")]
    )


def node(lab: Lab, code: str, id: str, telling: str, **captures: str) -> Failure:
    lab.write("app.js", code)
    return Failure(lab.command("node", "app.js"), [Expected(id, telling, captures)])


@scenario("node/require-of-es-module", tool="node")
def node_require(lab: Lab) -> Failure:
    lab.write("tool.mjs", "export default await 1\n")
    return node(lab, "require('./tool.mjs')\n", "node/require-of-es-module", r"Error \[ERR_REQUIRE")


@scenario("node/openssl-unsupported", tool="node")
def node_md4(lab: Lab) -> Failure:
    code = "require('crypto').createHash('md4')\n"
    return node(lab, code, "node/openssl-unsupported", "Error: error:0308010C")


@scenario("node/import-outside-module", tool="node")
def node_import(lab: Lab) -> Failure:
    lab.write("package.json", '{"type": "commonjs"}\n')
    return node(lab, "import fs from 'fs'\n", "node/import-outside-module", "SyntaxError: Cannot use import statement")


@scenario("node/require-not-defined", tool="node")
def node_commonjs(lab: Lab) -> Failure:
    lab.write("package.json", '{"type": "module"}\n')
    return node(lab, "require('fs')\n", "node/require-not-defined", "ReferenceError: require", name="require")


@scenario("node/package-path-not-exported", tool="node")
def node_exports(lab: Lab) -> Failure:
    lab.write("node_modules/other/package.json", '{"name": "other", "exports": {".": "./index.js"}}\n')
    return node(
        lab, "require('other/lib/tool')\n", "node/package-path-not-exported", "ERR_PACKAGE_PATH", value="./lib/tool"
    )


@scenario("network/address-in-use", tool="node")
def node_port(lab: Lab) -> Failure:
    code = f"require('http').createServer().listen({taken(lab)}, '127.0.0.1')\n"
    return node(lab, code, "network/address-in-use", "Error: listen EADDRINUSE", port="8443")


@scenario("network/address-in-use", tool="python")
def python_port(lab: Lab) -> Failure:
    return Failure(
        lab.interpreter("-m", "http.server", "--bind", "127.0.0.1", str(taken(lab))),
        [Expected("network/address-in-use", "OSError: .*Address already in use")],
    )


def taken(lab: Lab) -> int:
    """A port that is in use until the end of the run."""
    listening = socket.create_server(("127.0.0.1", 0))
    lab.closing(listening.close)
    port: int = listening.getsockname()[1]
    lab.show_port(port)
    return port


def cargo(lab: Lab, manifest: str | None, id: str, telling: str, *arguments: str, **captures: str) -> Failure:
    """cargo without a network."""
    if manifest is not None:
        lab.write("Cargo.toml", '[package]\nname = "demo"\nversion = "0.1.0"\n' + manifest)
        lab.write("src/main.rs", "fn main() {}\n")
    return Failure(rust(lab, *(arguments or ("build", "--offline"))), [Expected(id, telling, captures)])


def rust(lab: Lab, *arguments: str) -> Command:
    """cargo, wherever rustup put it, with the toolchain of this machine's user."""
    lab.env["PATH"] += f":{Path(shutil.which('cargo') or 'cargo').parent}"
    lab.env["RUSTUP_HOME"] = os.environ.get("RUSTUP_HOME") or str(Path.home() / ".rustup")
    return lab.command("cargo", *arguments)


@scenario("cargo/manifest-not-found", tool="cargo")
def cargo_folder(lab: Lab) -> Failure:
    return cargo(lab, None, "cargo/manifest-not-found", "could not find `Cargo.toml`")


@scenario("cargo/no-matching-version", tool="cargo")
def cargo_version(lab: Lab) -> Failure:
    lab.write("other/Cargo.toml", '[package]\nname = "other"\nversion = "0.1.0"\n')
    lab.write("other/src/lib.rs", "")
    manifest = '[dependencies]\nother = { path = "other", version = "2" }\n'
    requirement = 'other = "^2"'
    return cargo(
        lab, manifest, "cargo/no-matching-version", "error: failed to select a version", requirement=requirement
    )


@scenario("cargo/no-matching-version", tool="cargo")
def cargo_offline(lab: Lab) -> Failure:
    return cargo(lab, '[dependencies]\nserde = "1"\n', "cargo/no-matching-version", "no matching package")


@scenario("cargo/edition-unsupported", tool="cargo")
def cargo_edition(lab: Lab) -> Failure:
    return cargo(lab, 'edition = "2099"\n', "cargo/edition-unsupported", "supported edition values", value="2099")


@scenario("cargo/edition-unsupported", tool="cargo")
def cargo_lock_version(lab: Lab) -> Failure:
    lab.write("Cargo.lock", "version = 99\n")
    return cargo(lab, "", "cargo/edition-unsupported", "lock file version `99` was found", version="99")


@scenario("cargo/rustc-too-old", tool="cargo")
def cargo_rustc(lab: Lab) -> Failure:
    return cargo(lab, 'rust-version = "1.999"\n', "cargo/rustc-too-old", "error: rustc .* is not supported")


@scenario("cargo/lock-out-of-date", tool="cargo")
def cargo_locked(lab: Lab) -> Failure:
    return cargo(lab, "", "cargo/lock-out-of-date", "cannot create the lock file", "build", "--locked")


@scenario("cargo/compile-error", tool="cargo")
def cargo_types(lab: Lab) -> Failure:
    failure = cargo(lab, "", "cargo/compile-error", r"error\[E0308\]", value="E0308")
    lab.write("src/main.rs", 'fn main() { let _number: i32 = "a"; }\n')
    return failure


@scenario("cargo/network", tool="cargo")
def cargo_refused(lab: Lab) -> Failure:
    lab.write(
        ".cargo/config.toml",
        f"""[source.crates-io]\nreplace-with = "mirror"\n
[source.mirror]\nregistry = "sparse+http://127.0.0.1:{lab.closed_port()}/"\n
[net]\nretry = 0\n""",
    )
    return cargo(lab, '[dependencies]\nserde = "1"\n', "cargo/network", "failed to download from", "build")


def apt(
    lab: Lab, source: str, id: str, telling: str, *arguments: str, updated: bool = True, **captures: str
) -> Failure:
    """apt-get with lists, sources and a status of its own; it never touches the machine's."""
    for folder in ("state/lists/partial", "cache/archives/partial", "etc/sources.list.d", "etc/preferences.d"):
        (lab.folder("apt") / folder).mkdir(parents=True, exist_ok=True)
    base = lab.folder("apt")
    lab.write(base / "state/status", "")
    lab.write(base / "etc/sources.list", source)
    settings = {
        "Dir::State": base / "state",
        "Dir::State::status": base / "state/status",
        "Dir::Cache": base / "cache",
        "Dir::Etc": base / "etc",
        "APT::Sandbox::User": "",
        "Acquire::Retries": "0",
        "Debug::NoLocking": "true",
    }
    file = lab.write(base / "apt.conf", "".join(f'{name} "{value}";\n' for name, value in settings.items()))
    lab.env["APT_CONFIG"] = str(file)
    update = lab.command("apt-get", "update")
    return Failure(
        lab.command("apt-get", *arguments),
        [Expected(id, telling, captures)],
        before=[update] if updated else (),
    )


def repository(lab: Lab, *, damaged: bool = False, trusted: bool = True) -> str:
    """A flat repository with one package that depends on another that is not there; its line for sources.list."""
    folder = lab.folder("repository")
    package = (
        b"Package: demo\nVersion: 1\nArchitecture: all\nMaintainer: Demo <demo@example.com>\nDepends: frobnicate\n"
        b"Filename: ./demo.deb\nSize: 1\nDescription: demo\n\n"
    )
    digest = hashlib.sha256(package).hexdigest()
    date = format_datetime(datetime.now(UTC), usegmt=True)
    release = f"Origin: Demo\nDate: {date}\nSHA256:\n {digest} {len(package)} Packages\n"
    lab.write(folder / "Release", release)
    lab.write(folder / "Packages", package + b"damaged\n" if damaged else package)
    return f"deb {'[trusted=yes] ' if trusted else ''}file:{folder} ./\n"


@scenario("apt/hash-sum-mismatch", tool="apt-get")
def apt_hash(lab: Lab) -> Failure:
    source = repository(lab, damaged=True)
    return apt(lab, source, "apt/hash-sum-mismatch", "Hash Sum mismatch", "update", updated=False)


@scenario("apt/repository-not-signed", tool="apt-get")
def apt_unsigned(lab: Lab) -> Failure:
    source = repository(lab, trusted=False)
    return apt(lab, source, "apt/repository-not-signed", "is not signed", "update", updated=False)


@scenario("apt/unable-to-locate", tool="apt-get")
def apt_unknown(lab: Lab) -> Failure:
    source = repository(lab)
    return apt(
        lab, source, "apt/unable-to-locate", "Unable to locate", "install", "--simulate", "nosuch", package="nosuch"
    )


@scenario("apt/no-installation-candidate", tool="apt-get")
def apt_candidate(lab: Lab) -> Failure:
    id, telling = "apt/no-installation-candidate", "Package frobnicate is not available"
    return apt(lab, repository(lab), id, telling, "install", "--simulate", "frobnicate", package="frobnicate")


@scenario("apt/unmet-dependencies", tool="apt-get")
def apt_unmet(lab: Lab) -> Failure:
    id, telling = "apt/unmet-dependencies", "The following packages have unmet dependencies"
    return apt(lab, repository(lab), id, telling, "install", "--simulate", "demo")


@scenario("apt/sources-list-malformed", tool="apt-get")
def apt_sources(lab: Lab) -> Failure:
    source = "dob http://deb.example.com/ stable main\n"
    return apt(
        lab, source, "apt/sources-list-malformed", "Type 'dob' is not known", "update", updated=False, value="dob"
    )


@scenario("docker/daemon-not-running", tool="docker")
def docker_daemon(lab: Lab) -> Failure:
    socket_file = lab.folder("run") / "docker.sock"
    return Failure(
        lab.command("docker", "-H", f"unix://{socket_file}", "ps"),
        [Expected("docker/daemon-not-running", "Cannot connect to the Docker daemon")],
    )


@scenario("docker/dockerfile-missing", tool="docker")
def docker_file(lab: Lab) -> Failure:
    return Failure(
        lab.command("docker", "build", ".", DOCKER_BUILDKIT="0"),
        [Expected("docker/dockerfile-missing", "Dockerfile.*no such file")],
    )


@scenario("network/tls-self-signed", tool="curl")
def curl_self_signed(lab: Lab) -> Failure:
    return curl(lab, "private-root", "network/tls-self-signed", "self.signed certificate in certificate chain")


@scenario("network/tls-unable-to-get-local-issuer", tool="curl")
def curl_issuer(lab: Lab) -> Failure:
    return curl(lab, "unknown-issuer", "network/tls-unable-to-get-local-issuer", "unable to get local issuer")


@scenario("network/tls-certificate-expired", tool="curl")
def curl_expired(lab: Lab) -> Failure:
    return curl(lab, "expired", "network/tls-certificate-expired", "certificate has expired", trusted=True)


@scenario("network/tls-hostname-mismatch", tool="curl")
def curl_host(lab: Lab) -> Failure:
    return curl(lab, "wrong-host", "network/tls-hostname-mismatch", "no alternative certificate", trusted=True)


def curl(lab: Lab, kind: str, id: str, telling: str, *, trusted: bool = False) -> Failure:
    index = lab.index(tls=kind)
    authority = ("--cacert", "company-ca.pem") if trusted else ()
    return Failure(lab.command("curl", "-sS", *authority, index.url + "/"), [Expected(id, telling)])


@scenario("python/unicode-decode", tool="python", versions=">=3.9")
def python_decode(lab: Lab) -> Failure:
    lab.write("notes.txt", "naïve".encode("latin-1"))
    lab.write("app.py", "print(open('notes.txt', encoding='utf-8').read())\n")
    return Failure(
        lab.interpreter("app.py"), [Expected("python/unicode-decode", "UnicodeDecodeError", {"value": "utf-8"})]
    )


@scenario("python/indentation", tool="python", versions=">=3.9")
def python_indent(lab: Lab) -> Failure:
    lab.write("app.py", "first = 1\n  second = 2\n")
    return Failure(lab.interpreter("app.py"), [Expected("python/indentation", "IndentationError")])


@scenario("python/python-not-found", tool="bash")
def shell_python(lab: Lab) -> Failure:
    return Failure(
        lab.command("bash", "-c", "python2.4 app.py"),
        [Expected("python/python-not-found", "python2.4: command not found", {"tool": "python2.4"})],
    )
