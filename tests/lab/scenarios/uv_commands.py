"""uv's command line, configuration, requirements files, environments and projects: what it refuses, in its words."""

from __future__ import annotations

import shutil
from collections.abc import Callable

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, scenario
from unstuck.demo.packages import wheel

Body = Callable[[Lab], Command]
PROJECT = '[project]\nname = "app"\nversion = "1.0"\nrequires-python = ">=3.9"\ndependencies = []\n'
METADATA = "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n"


def written(path: str, content: str | bytes, *arguments: str) -> Body:
    """A file in the project, and then uv with these arguments."""

    def body(lab: Lab) -> Command:
        lab.write(path, content)
        return lab.uv(*arguments)

    return body


def plain(*arguments: str, **env: str | None) -> Body:
    return lambda lab: lab.uv(*arguments, **env)


def requirements(content: str | bytes, *options: str) -> Body:
    return written("requirements.txt", content, "pip", "install", "-r", "requirements.txt", *options)


def without_environment(lab: Lab) -> Command:
    shutil.rmtree(lab.venv)
    return lab.uv("pip", "install", "demo", VIRTUAL_ENV=None)


def environment_gone(lab: Lab) -> Command:
    shutil.rmtree(lab.venv)
    return lab.uv("pip", "install", "demo")


def installed(name: str) -> Body:
    def body(lab: Lab) -> Command:
        packages = next((lab.venv / "lib").glob("python*")) / "site-packages"
        lab.write(packages / name, METADATA)
        return lab.uv("pip", "uninstall", "demo")

    return body


def folder(*arguments: str) -> Body:
    def body(lab: Lab) -> Command:
        (lab.project / "sub").mkdir()
        return lab.uv(*arguments)

    return body


# name -> signature, the telling line, and what makes uv say it
CASES: dict[str, tuple[str, str, Body]] = {
    "no_environment": ("no-virtual-environment", r"error: No virtual environment found", without_environment),
    "environment_gone": ("broken-virtual-environment", r"error: Failed to inspect Python", environment_gone),
    "unknown_python": ("no-interpreter", r"error: No interpreter found for", plain("venv", "--python", "3.99")),
    "ancient_python": ("no-interpreter", r"error: Invalid version request", plain("venv", "--python", "3.5")),
    "no_lock": (
        "lockfile-missing",
        r"error: Unable to find lockfile",
        written("pyproject.toml", PROJECT, "sync", "--locked"),
    ),
    "no_project": ("no-pyproject", r"error: No `pyproject.toml` found", plain("sync")),
    "broken_toml": (
        "config-not-parsable",
        r"error: Failed to parse",
        written("uv.toml", "index-url = \n", "pip", "list"),
    ),
    "unknown_key": ("config-not-parsable", r"error: Failed to parse", written("uv.toml", "nope = 1\n", "pip", "list")),
    "bad_variable": (
        "bad-environment-variable",
        r"error: Failed to parse env",
        plain("pip", "list", UV_OFFLINE="maybe"),
    ),
    "install_alone": ("unknown-command", r"error: unrecognized subcommand", plain("install", "demo")),
    "misspelt_command": ("unknown-command", r"error: unrecognized subcommand", plain("pip", "instal", "demo")),
    "misspelt_option": ("bad-arguments", r"error: unexpected argument", plain("pip", "install", "--upgrad", "demo")),
    "user_option": ("bad-arguments", r"error: pip's `--user`", plain("pip", "install", "--user", "demo")),
    "no_arguments": ("bad-arguments", r"error: the following required", plain("pip", "install")),
    "no_requirements_file": ("file-not-found", r"error: File not found", plain("pip", "install", "-r", "nope.txt")),
    "nested_file": ("file-not-found", r"error: Error parsing included file", requirements("-r other.txt\n")),
    "no_path": ("path-not-found", r"error: Distribution not found at", plain("pip", "install", "./nowhere")),
    "editable_name": ("path-not-found", r"error: Distribution not found at", plain("pip", "install", "-e", "demo")),
    "no_project_there": ("not-a-project", r"does not appear to be a", folder("pip", "install", "./sub")),
    "single_equals": ("invalid-requirement", r"error: Couldn't parse requirement", requirements("demo=1.0\n")),
    "caret": ("invalid-requirement", r"error: Couldn't parse requirement", requirements("demo^1.0\n")),
    "pip_command": ("invalid-requirement", r"error: Couldn't parse requirement", requirements("pip install demo\n")),
    "merge_marker": ("invalid-requirement", r"error: Unexpected '<'", requirements("<<<<<<< HEAD\ndemo\n")),
    "inline_option": ("invalid-requirement", r"error: Expected `--hash`", requirements("demo --no-index\n")),
    "latin_1": (
        "file-not-utf8",
        r"error: failed to decode file",
        requirements("# caf\u00e9\ndemo\n".encode("latin-1")),
    ),
    "no_hash": ("hash-missing", r"error: In `--require-hashes` mode", requirements("demo==1.0\n", "--require-hashes")),
    "distutils": ("uninstall-distutils-installed", r"error: Unable to uninstall", installed("demo-1.0.egg-info")),
    "no_record": ("uninstall-no-record", r"error: Cannot uninstall package", installed("demo-1.0.dist-info/METADATA")),
    "not_installed": ("uninstall-not-installed", r"warning: Skipping demo", plain("pip", "uninstall", "demo")),
    "bad_wheel_name": (
        "wheel-unreadable",
        r"error: The wheel filename",
        written("demo.whl", b"x", "pip", "install", "./demo.whl"),
    ),
    "no_group": (
        "project-group-missing",
        r"error: Group",
        written("pyproject.toml", PROJECT, "sync", "--group", "nope"),
    ),
    "no_program": ("command-not-spawned", r"error: Failed to spawn", plain("run", "--no-project", "nope")),
    "environment_exists": ("venv-exists", r"A virtual environment already exists", plain("venv")),
}
# Those that a further option cannot change are tried with one.
REFRESHED = {
    "no_environment",
    "no_requirements_file",
    "no_path",
    "no_project_there",
    "single_equals",
    "no_hash",
    "latin_1",
}


def _register(name: str, id: str, telling: str, body: Body) -> None:
    def function(lab: Lab) -> Failure:
        tries = {"refresh": fails(lambda run: run.plus("--refresh"))} if name in REFRESHED else {}
        exits = 0 if id == "uninstall-not-installed" else None
        return Failure(body(lab), [Expected(f"uv/{id}", telling)], tries, exits=exits)

    function.__name__ = name
    function.__module__ = __name__
    # uv asks on a terminal whether to replace an environment.
    renderings = ("pipe",) if id == "venv-exists" else ("pipe", "pty")
    scenario(f"uv/{id}", tool="uv", renderings=renderings)(function)


for _name, _case in CASES.items():
    _register(_name, *_case)


@scenario("uv/hash-mismatch", tool="uv")
def other_hash(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("requirements.txt", f"demo==1.0 --hash=sha256:{'0' * 64}\n")
    return Failure(
        lab.uv("pip", "install", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected("uv/hash-mismatch", r"Hash mismatch for `demo==1.0`")],
        tries={"refresh": fails(lambda run: run.plus("--refresh"))},
    )
