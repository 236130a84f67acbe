"""uv's failures that an edit of a file or another command line mends, each where the mended command can succeed."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from pathlib import Path

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, scenario
from tests.lab.scenarios.uv_commands import PROJECT
from unstuck.demo.packages import wheel


def install(lab: Lab, *arguments: str, **env: str | None) -> Command:
    """`uv pip install` from an index that has demo 1.0, which its environment names."""
    return lab.uv("pip", "install", *arguments, UV_DEFAULT_INDEX=lab.index(wheel("demo", "1.0")).simple, **env)


def mended(command: Command, id: str, telling: str, fix: str, **captures: str) -> Failure:
    return Failure(command, [Expected(f"uv/{id}", telling, captures)], fixes={fix: True})


@scenario("uv/unknown-command", tool="uv", renderings=["pipe"])
def install_alone(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).simple
    command = lab.uv("install", "demo", UV_DEFAULT_INDEX=index)
    return mended(
        command, "unknown-command", "error: unrecognized subcommand", "correct-command", expected="pip install"
    )


@scenario("uv/unknown-command", tool="uv", renderings=["pipe"])
def misspelt(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0")).simple
    command = lab.uv("pip", "instal", "demo", UV_DEFAULT_INDEX=index)
    return mended(command, "unknown-command", "error: unrecognized subcommand", "correct-command", expected="install")


@scenario("uv/bad-arguments", tool="uv", renderings=["pipe"])
def user_option(lab: Lab) -> Failure:
    command = install(lab, "--user", "demo")
    return mended(command, "bad-arguments", "error: pip's `--user`", "without-command", option="--user")


@scenario("uv/no-virtual-environment", tool="uv", renderings=["pipe"])
def no_environment(lab: Lab) -> Failure:
    shutil.rmtree(lab.venv)
    command = install(lab, "demo", VIRTUAL_ENV=None)
    return mended(command, "no-virtual-environment", "error: No virtual environment found", "create-venv")


@scenario("uv/venv-exists", tool="uv", renderings=["pipe"])
def environment_exists(lab: Lab) -> Failure:
    return mended(lab.uv("venv"), "venv-exists", "A virtual environment already exists", "clear-command")


@scenario("uv/broken-virtual-environment", tool="uv", renderings=["pipe"])
def interpreter_gone(lab: Lab) -> Failure:
    command = install(lab, "demo")
    shutil.rmtree(lab.venv / "bin")
    return mended(command, "broken-virtual-environment", "error: Failed to inspect Python", "again-command")


@scenario("uv/lockfile-missing", tool="uv", renderings=["pipe"])
def no_lock(lab: Lab) -> Failure:
    lab.write("pyproject.toml", PROJECT)
    return mended(lab.uv("sync", "--locked"), "lockfile-missing", "error: Unable to find lockfile", "lock-command")


@scenario("uv/invalid-requirement", tool="uv", renderings=["pipe"])
def single_equals(lab: Lab) -> Failure:
    lab.write("requirements.txt", "demo=1.0\n")
    command = install(lab, "-r", "requirements.txt")
    return mended(command, "invalid-requirement", "error: Couldn't parse requirement", "rewrite")


@scenario("uv/file-not-utf8", tool="uv", renderings=["pipe"])
def latin_1(lab: Lab) -> Failure:
    lab.write("requirements.txt", "# caf\u00e9\ndemo\n".encode("latin-1"))
    return mended(install(lab, "-r", "requirements.txt"), "file-not-utf8", "error: failed to decode file", "to-utf8")


@scenario("uv/file-not-found", tool="uv", renderings=["pipe"])
def other_name(lab: Lab) -> Failure:
    lab.write("requirements.txt", "demo\n")
    command = install(lab, "-r", "requirement.txt")
    return mended(command, "file-not-found", "error: File not found", "right-path-command", path="requirement.txt")


@scenario("uv/file-not-found", tool="uv", renderings=["pipe"])
def nested_file(lab: Lab) -> Failure:
    lab.write("requirements.txt", "-r missing/base.txt\n")
    lab.write("requirements/base.txt", "demo\n")
    command = install(lab, "-r", "requirements.txt")
    return mended(command, "file-not-found", "error: Error parsing included file", "correct-include")


@scenario("uv/hash-mismatch", tool="uv", renderings=["pipe"])
def other_hash(lab: Lab) -> Failure:
    lab.write("requirements.txt", f"demo==1.0 --hash=sha256:{'0' * 64}\n")
    command = install(lab, "-r", "requirements.txt")
    return mended(command, "hash-mismatch", "Hash mismatch for", "replace-hash", expected="0" * 64)


@scenario("uv/build-or-wheel-disabled", tool="uv", renderings=["pipe"])
def wheels_only(lab: Lab) -> Failure:
    command = install(lab, "--no-binary", ":all:", "demo")
    return mended(command, "build-or-wheel-disabled", "No solution found", "allow-wheels-command")


@scenario("uv/bad-environment-variable", tool="uv", renderings=["pipe"])
def bad_variable(lab: Lab) -> Failure:
    command = install(lab, "demo", UV_OFFLINE="maybe")
    return mended(command, "bad-environment-variable", "error: Failed to parse env", "unset-command", name="UV_OFFLINE")


@scenario("uv/yanked", tool="uv", renderings=["pipe"])
def yanked(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0", yanked="broken")).simple
    command = lab.uv("pip", "install", "demo", UV_DEFAULT_INDEX=index)
    return mended(command, "yanked", "No solution found", "pin-command", version="1.0")


@scenario("uv/proxy-failed", tool="uv", renderings=["pipe"])
def not_needed(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good")
    proxy = f"http://localhost:{lab.closed_port()}"
    command = lab.uv(
        "pip",
        "install",
        "--index-url",
        index.simple,
        "demo",
        HTTPS_PROXY=proxy,
        SSL_CERT_FILE=str(lab.project / "company-ca.pem"),
        UV_HTTP_RETRIES="0",
    )
    return mended(command, "proxy-failed", "tunnel error", "direct")


def _needs_mounts() -> str | None:
    able = os.geteuid() == 0 and shutil.which("unshare") and Path(STORE).is_file()
    return None if able else f"needs root, unshare and {STORE}"


STORE = "/etc/ssl/certs/ca-certificates.crt"


@scenario("uv/tls-certificate-untrusted", tool="uv", renderings=["pipe"], needs=_needs_mounts)
def authority_in_the_store(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    command = lab.uv("pip", "install", "--index-url", index.simple, "demo", UV_HTTP_RETRIES="0")
    store = f'mount --bind "{lab.project}/company-ca.pem" {STORE} && exec "$@"'
    unshare = shutil.which("unshare") or "unshare"
    within = (unshare, "-m", "--propagation", "private", "sh", "-c", store, "sh")
    return Failure(
        replace(command, within=within),
        [Expected("uv/tls-certificate-untrusted", "invalid peer certificate: UnknownIssuer")],
        fixes={"system-certs-edit": True},
    )
