"""docker's daemon: images, containers and builds that fail. Debian's docker.io, on this machine alone."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace

from tests.lab import daemon
from tests.lab.execute import Command
from tests.lab.faults import status
from tests.lab.machine import unprivileged
from tests.lab.scenario import Expected, Failure, Lab, helps, scenario
from unstuck.demo.index import Fault

TOOL = "docker.io"
HELPER = "docker-credential-desktop"


def docker(lab: Lab, *arguments: str, **env: str | None) -> Command:
    return lab.command("docker", *arguments, **env)


def run(lab: Lab, id: str, telling: str, *arguments: str, files: dict[str, bytes] | None = None) -> Failure:
    """A container of an image that has little in it."""
    daemon.start(lab)
    daemon.image(lab, files=files)
    return Failure(docker(lab, "run", "--rm", *arguments), [Expected(id, telling)])


@scenario("docker/exec-not-found", tool=TOOL, needs=daemon.needed)
def no_bash(lab: Lab) -> Failure:
    failure = run(lab, "docker/exec-not-found", 'exec: "bash"', "--network", "none", "demo:1", "bash")
    return replace(failure, tries={"other-program": helps(lambda command: command.replaced("bash", "ls"))})


@scenario("docker/exec-format-error", tool=TOOL, needs=daemon.needed)
def no_shebang(lab: Lab) -> Failure:
    """A program of no format that the kernel knows, as one for another processor is."""
    files = {"start": b"\x7fELF\x02\x01\x01" + bytes(60)}
    return run(
        lab, "docker/exec-format-error", "exec format error", "--network", "none", "demo:1", "/start", files=files
    )


@scenario("docker/network-not-found", tool=TOOL, needs=daemon.needed)
def no_network(lab: Lab) -> Failure:
    return run(lab, "docker/network-not-found", "network backend not found", "--network", "backend", "demo:1", "ls")


@scenario("docker/name-in-use", tool=TOOL, needs=daemon.needed)
def name_twice(lab: Lab) -> Failure:
    daemon.start(lab)
    daemon.image(lab)
    create = docker(lab, "create", "--name", "web", "--network", "none", "demo:1", "ls")
    return Failure(
        create,
        [Expected("docker/name-in-use", "is already in use", {"name": "web"})],
        tries={"remove": helps(lambda command: [docker(lab, "rm", "web"), command])},
        before=[create],
    )


@scenario("docker/permission-denied", tool=TOOL, needs=daemon.needed)
def not_in_the_group(lab: Lab) -> Failure:
    daemon.start(lab)
    socket = lab.folder("docker") / "docker.sock"
    socket.chmod(0o000)
    return Failure(
        unprivileged(docker(lab, "ps")), [Expected("docker/permission-denied", "permission denied while trying")]
    )


@scenario("docker/credential-helper-missing", tool=TOOL, needs=daemon.needed)
def helper_missing(lab: Lab) -> Failure:
    index = lab.index().fault("/v2/*", status(401, headers={"WWW-Authenticate": 'Basic realm="demo"'}))
    failure = build(
        lab,
        f"FROM 127.0.0.1:{index.port}/demo:9\n",
        "docker/credential-helper-missing",
        "error getting credentials",
        kit=True,
        tool=HELPER,
    )
    lab.write(lab.home / ".docker/config.json", '{"credsStore": "desktop"}\n')
    return failure


def refusal(code: int, name: str, message: str, **headers: str) -> Fault:
    """How a registry says no, in its protocol's own form."""
    error = {"code": name, "message": message, "detail": {"name": "demo"}}
    return status(code, json.dumps({"errors": [error]}), headers)


def pull(lab: Lab, fault: Fault, id: str, telling: str, **captures: str) -> Failure:
    daemon.start(lab)
    index = lab.index()
    index.page("/v2/", "{}", "application/json")
    index.fault("/v2/demo/manifests/*", fault)
    return Failure(docker(lab, "pull", f"127.0.0.1:{index.port}/demo:9"), [Expected(id, telling, captures)])


@scenario("docker/manifest-unknown", tool=TOOL, needs=daemon.needed)
def unknown_tag(lab: Lab) -> Failure:
    return pull(
        lab, refusal(404, "MANIFEST_UNKNOWN", "manifest unknown"), "docker/manifest-unknown", "manifest unknown"
    )


@scenario("docker/pull-access-denied", tool=TOOL, needs=daemon.needed)
def private_image(lab: Lab) -> Failure:
    fault = refusal(401, "DENIED", "requested access to the resource is denied")
    return pull(lab, fault, "docker/pull-access-denied", "pull access denied")


@scenario("docker/rate-limited", tool=TOOL, needs=daemon.needed)
def too_many(lab: Lab) -> Failure:
    fault = refusal(429, "TOOMANYREQUESTS", "You have reached your pull rate limit.")
    return pull(lab, fault, "docker/rate-limited", "toomanyrequests")


@scenario("docker/no-matching-platform", tool=TOOL, needs=daemon.needed)
def other_platform(lab: Lab) -> Failure:
    kind = "application/vnd.docker.distribution.manifest.list.v2+json"
    entry = {
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "size": 1,
        "digest": "sha256:" + "0" * 64,
        "platform": {"architecture": "s390x", "os": "linux"},
    }
    listed = json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": [entry]})
    daemon.start(lab)
    index = lab.index()
    index.page("/v2/", "{}", "application/json")
    for name in ("9", "sha256:" + hashlib.sha256(listed.encode()).hexdigest()):
        index.page(f"/v2/demo/manifests/{name}", listed, kind)
    return Failure(
        docker(lab, "pull", f"127.0.0.1:{index.port}/demo:9"),
        [Expected("docker/no-matching-platform", "no matching manifest for linux/amd64")],
    )


def build(lab: Lab, dockerfile: str, id: str, telling: str, *, kit: bool, **captures: str) -> Failure:
    daemon.start(lab)
    daemon.image(lab)
    lab.write("app/Dockerfile", dockerfile)
    return Failure(
        docker(lab, "build", "--network", "none", "app", DOCKER_BUILDKIT="1" if kit else "0"),
        [Expected(id, telling, captures)],
    )


@scenario("docker/copy-source-missing", tool=TOOL, needs=daemon.needed)
def copy_kit(lab: Lab) -> Failure:
    telling = "failed to compute cache key"
    return build(lab, "FROM demo:1\nCOPY app.py /\n", "docker/copy-source-missing", telling, kit=True, path="/app.py")


@scenario("docker/copy-source-missing", tool=TOOL, needs=daemon.needed)
def copy_classic(lab: Lab) -> Failure:
    return build(lab, "FROM demo:1\nCOPY app.py /\n", "docker/copy-source-missing", "COPY failed", kit=False)


@scenario("docker/dockerfile-syntax", tool=TOOL, needs=daemon.needed)
def unknown_instruction(lab: Lab) -> Failure:
    return build(lab, "FROM demo:1\nRAN ls\n", "docker/dockerfile-syntax", "parse error", kit=True)


@scenario("docker/dockerfile-syntax", tool=TOOL, needs=daemon.needed)
def unknown_instruction_classic(lab: Lab) -> Failure:
    return build(lab, "FROM demo:1\nRAN ls\n", "docker/dockerfile-syntax", "parse error", kit=False)


@scenario("docker/solve-failed", tool=TOOL, needs=daemon.needed)
def step_fails(lab: Lab) -> Failure:
    return build(
        lab, "FROM demo:1\nRUN exit 3\n", "docker/solve-failed", "executor failed running", kit=True, status="3"
    )


@scenario("docker/solve-failed", tool=TOOL, needs=daemon.needed)
def step_fails_classic(lab: Lab) -> Failure:
    return build(
        lab, "FROM demo:1\nRUN exit 3\n", "docker/solve-failed", "returned a non-zero code", kit=False, status="3"
    )


@scenario("docker/no-space-left", tool=TOOL, needs=daemon.needed)
def disk_full(lab: Lab) -> Failure:
    daemon.start(lab, mount='mount -t tmpfs -o size=16m none "$1"')
    daemon.image(lab)
    lab.write("app/large", bytes(20_000_000))
    lab.write("app/Dockerfile", "FROM demo:1\nCOPY large /\n")
    return Failure(
        docker(lab, "build", "--network", "none", "app", DOCKER_BUILDKIT="0"),
        [Expected("docker/no-space-left", "no space left on device")],
    )
