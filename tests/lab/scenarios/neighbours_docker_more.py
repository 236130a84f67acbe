"""More of what docker's client and daemon refuse: names, mounts, users, stages, and what is in use or not there."""

from __future__ import annotations

from collections.abc import Callable

from tests.lab import daemon
from tests.lab.scenario import Expected, Failure, Lab, scenario
from tests.lab.scenarios.neighbours_docker import TOOL, build, docker, run


def refused(id: str, telling: str, *arguments: str) -> Callable[[Lab], Failure]:
    """A command that the client or the daemon refuses, on a daemon that has one image."""

    def function(lab: Lab) -> Failure:
        daemon.start(lab)
        daemon.image(lab)
        return Failure(docker(lab, *arguments), [Expected(id, telling)])

    return function


@scenario("docker/no-such-container", tool=TOOL, needs=daemon.needed)
def no_container(lab: Lab) -> Failure:
    return refused("docker/no-such-container", "No such container: web", "logs", "web")(lab)


@scenario("docker/no-such-image", tool=TOOL, needs=daemon.needed)
def no_image(lab: Lab) -> Failure:
    return refused("docker/no-such-image", "No such image: web:1", "rmi", "web:1")(lab)


@scenario("docker/no-such-image", tool=TOOL, needs=daemon.needed)
def push_without_image(lab: Lab) -> Failure:
    telling = "An image does not exist locally with the tag"
    return refused("docker/no-such-image", telling, "push", "registry.example.com/web:1")(lab)


@scenario("docker/volume-not-found", tool=TOOL, needs=daemon.needed)
def no_volume(lab: Lab) -> Failure:
    return refused("docker/volume-not-found", "No such volume: data", "volume", "inspect", "data")(lab)


@scenario("docker/invalid-reference", tool=TOOL, needs=daemon.needed)
def upper_case(lab: Lab) -> Failure:
    return refused("docker/invalid-reference", "repository name must be lowercase", "run", "Demo:1", "ls")(lab)


@scenario("docker/bad-command-line", tool=TOOL, needs=daemon.needed)
def build_without_folder(lab: Lab) -> Failure:
    telling = '"docker build" requires exactly 1 argument'
    return refused("docker/bad-command-line", telling, "build", "-t", "demo:2")(lab)


@scenario("docker/bad-command-line", tool=TOOL, needs=daemon.needed)
def unknown_command(lab: Lab) -> Failure:
    return refused("docker/bad-command-line", "is not a docker command", "frobnicate")(lab)


@scenario("docker/no-tty", tool=TOOL, needs=daemon.needed, renderings=["pipe"])
def no_terminal(lab: Lab) -> Failure:
    arguments = ("run", "-it", "--network", "none", "demo:1", "ls")
    return refused("docker/no-tty", "the input device is not a TTY", *arguments)(lab)


@scenario("docker/swarm-not-manager", tool=TOOL, needs=daemon.needed)
def no_swarm(lab: Lab) -> Failure:
    return refused("docker/swarm-not-manager", "This node is not a swarm manager", "service", "ls")(lab)


@scenario("docker/mount-invalid", tool=TOOL, needs=daemon.needed)
def mount_missing(lab: Lab) -> Failure:
    arguments = ("--network", "none", "--mount", "type=bind,source=/absent,target=/data", "demo:1", "ls")
    return run(lab, "docker/mount-invalid", "bind source path does not exist", *arguments)


@scenario("docker/mount-invalid", tool=TOOL, needs=daemon.needed)
def mount_relative(lab: Lab) -> Failure:
    arguments = ("--network", "none", "-v", "./data:/data", "demo:1", "ls")
    return run(lab, "docker/mount-invalid", "includes invalid characters for a local volume name", *arguments)


@scenario("docker/container-not-started", tool=TOOL, needs=daemon.needed)
def no_user(lab: Lab) -> Failure:
    arguments = ("--network", "none", "--user", "app", "demo:1", "ls")
    return run(lab, "docker/container-not-started", "unable to find user app", *arguments)


@scenario("docker/entrypoint-not-runnable", tool=TOOL, needs=daemon.needed)
def no_interpreter(lab: Lab) -> Failure:
    """A script whose interpreter the image does not have."""
    files = {"start": b"#!/bin/bash\r\necho started\n"}
    arguments = ("--network", "none", "demo:1", "/start")
    return run(lab, "docker/entrypoint-not-runnable", "no such file or directory", *arguments, files=files)


def created(lab: Lab, *arguments: str) -> Failure:
    """A command on a container that was made and not started."""
    daemon.start(lab)
    daemon.image(lab)
    create = docker(lab, "create", "--name", "web", "--network", "none", "demo:1", "sleep", "60")
    return Failure(docker(lab, *arguments), [], before=[create])


@scenario("docker/container-not-running", tool=TOOL, needs=daemon.needed)
def not_started(lab: Lab) -> Failure:
    failure = created(lab, "exec", "web", "ls")
    return Failure(failure.command, [Expected("docker/container-not-running", "is not running")], before=failure.before)


@scenario("docker/resource-in-use", tool=TOOL, needs=daemon.needed)
def image_in_use(lab: Lab) -> Failure:
    failure = created(lab, "rmi", "demo:1")
    return Failure(failure.command, [Expected("docker/resource-in-use", "unable to remove")], before=failure.before)


@scenario("docker/build-context-invalid", tool=TOOL, needs=daemon.needed)
def no_context(lab: Lab) -> Failure:
    return refused("docker/build-context-invalid", 'path "absent" not found', "build", "absent")(lab)


@scenario("docker/build-stage-missing", tool=TOOL, needs=daemon.needed)
def no_stage(lab: Lab) -> Failure:
    failure = build(lab, "FROM demo:1\n", "docker/build-stage-missing", "prod", kit=False, name="prod")
    return Failure(failure.command.plus("--target", "prod"), failure.expected)


@scenario("docker/buildkit-required", tool=TOOL, needs=daemon.needed)
def mount_option(lab: Lab) -> Failure:
    lab.show("docs.docker.com", "docs.example.com")
    telling = "the --mount option requires BuildKit"
    content = "FROM demo:1\nRUN --mount=type=cache,target=/cache ls\n"
    return build(lab, content, "docker/buildkit-required", telling, kit=False)


@scenario("docker/dockerfile-syntax", tool=TOOL, needs=daemon.needed)
def empty_dockerfile(lab: Lab) -> Failure:
    return build(lab, "", "docker/dockerfile-syntax", "cannot be empty", kit=False)
