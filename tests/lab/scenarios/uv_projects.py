"""uv's projects, scripts, tools and publishing: what their files and options say that does not go together."""

from __future__ import annotations

import json
from collections.abc import Callable

from tests.lab.execute import Command
from tests.lab.faults import status
from tests.lab.scenario import Expected, Failure, Lab, scenario
from tests.lab.scenarios.uv_commands import PROJECT
from unstuck.demo.packages import wheel

Body = Callable[[Lab], Command]
DEMO = wheel("demo", "1.0")
LIBRARY = PROJECT + '[build-system]\nrequires = ["uv_build"]\nbuild-backend = "uv_build"\n'
TWO = '[project.optional-dependencies]\nx = ["helper<2"]\ny = ["helper>=2"]\n'
HELPERS = (wheel("helper", "1.0"), wheel("helper", "2.0"))


def depends(*requirements: str) -> str:
    return PROJECT.replace("[]", json.dumps(requirements))


def project(content: str, *arguments: str, **env: str | None) -> Body:
    """uv in a project of this pyproject.toml, without an environment that is active."""

    def body(lab: Lab) -> Command:
        lab.write("pyproject.toml", content)
        lab.env["UV_DEFAULT_INDEX"] = lab.index(DEMO, *HELPERS).simple
        return lab.uv(*arguments, VIRTUAL_ENV=None, **env)

    return body


def script(content: str) -> Body:
    def body(lab: Lab) -> Command:
        lab.write("script.py", content)
        return lab.uv("run", "script.py")

    return body


def tool(*arguments: str) -> Body:
    def body(lab: Lab) -> Command:
        commands = wheel("orange", "1.0", scripts={"peel": "orange:main"})
        return lab.uv("tool", *arguments, UV_DEFAULT_INDEX=lab.index(DEMO, commands).simple)

    return body


def taken(lab: Lab) -> Command:
    lab.write(lab.home / ".local/bin/peel", "#!/bin/sh\n")
    return tool("install", "orange")(lab)


def upload(lab: Lab) -> Command:
    index = lab.index().fault("/*", status(400, "File already exists"))
    lab.write(f"dist/{DEMO.filename}", DEMO.content)
    return lab.uv("publish", "--publish-url", index.url + "/legacy/", "--token", "secret")


def member_of_another_python(lab: Lab) -> Command:
    lab.write("child/pyproject.toml", PROJECT.replace('"app"', '"child"').replace(">=3.9", "==3.10.*"))
    workspace = '[tool.uv.workspace]\nmembers = ["child"]\n'
    return project(PROJECT.replace(">=3.9", ">=3.12") + workspace, "lock")(lab)


# name -> signature, the telling line, and what makes uv say it
CASES: dict[str, tuple[str, str, Body]] = {
    "declared_conflict": (
        "declared-conflict",
        "incompatible with the declared conflicts",
        project(
            PROJECT + TWO + '[tool.uv]\nconflicts = [[{ extra = "x" }, { extra = "y" }]]\n',
            *("sync", "--extra", "x", "--extra", "y"),
        ),
    ),
    "required_version": (
        "required-version",
        "error: Required uv version",
        project(PROJECT + '[tool.uv]\nrequired-version = ">=99"\n', "lock"),
    ),
    "group_of_nothing": (
        "group-definition-invalid",
        "has malformed dependency groups",
        project(PROJECT + '[dependency-groups]\nx = [{ include-group = "nope" }]\n', "lock"),
    ),
    "undeclared_index": (
        "source-not-usable",
        "references an undeclared index",
        project(depends("demo") + '[tool.uv.sources]\ndemo = { index = "nope" }\n', "lock"),
    ),
    "no_member": (
        "source-not-usable",
        "cause: `demo` references a workspace",
        project(depends("demo") + "[tool.uv.sources]\ndemo = { workspace = true }\n", "lock"),
    ),
    "removed_already": ("dependency-not-in-project", "could not be found in", project(PROJECT, "remove", "demo")),
    "no_such_package": (
        "dependency-not-in-project",
        "does not have a member",
        project(PROJECT, "sync", "--package", "nope"),
    ),
    "adds_itself": ("self-dependency", "error: Requirement name", project(PROJECT, "add", "app")),
    "needs_itself": (
        "self-dependency",
        "No solution found",
        project(depends("app>2"), "pip", "install", "--target", "out", "-e", "."),
    ),
    "init_again": ("project-exists", "error: Cannot initialize", project(PROJECT, "init")),
    "open_block": (
        "script-metadata-invalid",
        "found without a closing tag",
        script("# /// script\n# dependencies = []\nprint(1)\n"),
    ),
    "broken_block": (
        "script-metadata-invalid",
        "error: TOML parse error",
        script("# /// script\n# dependencies = [\n# ///\nprint(1)\n"),
    ),
    "unknown_tool": ("tool-not-installed", "is not installed", tool("upgrade", "nope")),
    "no_such_tool": ("tool-not-installed", "is not installed", tool("uninstall", "nope")),
    "no_program": ("no-executable", "does not provide any executables", tool("run", "demo")),
    "other_command": ("no-executable", "An executable named `orange`", tool("run", "orange")),
    "taken": ("executable-exists", "Executable already exists", taken),
    "upload": ("publish-failed", "error: Failed to publish", upload),
    "nothing_built": ("publish-failed", "error: No files found", lambda lab: lab.uv("publish")),
    "no_table": ("no-project-table", "error: Project is missing", project("[tool.black]\n", "add", "demo")),
    "no_common_python": ("no-common-python", "Found conflicting Python requirements", member_of_another_python),
    "two_entries": (
        "duplicate-requirement",
        "error: Cannot perform ambiguous update",
        project(depends("demo>=1", "demo<2"), "add", "demo>=0.5"),
    ),
    "not_for_tools": ("refused", "error: It looks like", tool("run", "script.py")),
    "self_update": ("self-update-unavailable", "Self-update is only", lambda lab: lab.uv("self", "update")),
    "arguments_apart": (
        "bad-arguments",
        "cannot be used with",
        lambda lab: lab.uv("pip", "install", "--target", "a", "--prefix", "b", "demo"),
    ),
    "platform": (
        "bad-arguments",
        "error: invalid value",
        lambda lab: lab.uv("pip", "install", "--python-platform", "amiga", "demo"),
    ),
    "env_file": (
        "file-not-found",
        "error: No environment file",
        lambda lab: lab.uv("run", "--env-file", "nope.env", "python", "-V"),
    ),
    "pinned_name": (
        "no-interpreter",
        "error: Requests for arbitrary names",
        lambda lab: lab.uv("python", "pin", "foo"),
    ),
    "no_such_download": (
        "no-interpreter",
        "is not a valid Python download request",
        lambda lab: lab.uv("python", "install", "foo"),
    ),
    "folder_in_the_way": (
        "venv-exists",
        "cause: File exists",
        lambda lab: lab.command("sh", "-c", "touch x; uv venv x"),
    ),
    "no_such_topic": ("unknown-command", "error: There is no command", lambda lab: lab.uv("help", "nope")),
}


def _register(name: str, id: str, telling: str, body: Body) -> None:
    def function(lab: Lab) -> Failure:
        return Failure(body(lab), [Expected(f"uv/{id}", telling)])

    function.__name__ = name
    function.__module__ = __name__
    scenario(f"uv/{id}", tool="uv")(function)


for _name, _case in CASES.items():
    _register(_name, *_case)


@scenario("uv/module-not-where-expected", tool="uv", renderings=["pipe"])
def no_module(lab: Lab) -> Failure:
    return Failure(
        project(LIBRARY.replace('["uv_build"]', '["uv_build>=0.1,<99"]'), "build", "--no-build-isolation")(lab),
        [Expected("uv/module-not-where-expected", "Expected a Python module")],
    )
