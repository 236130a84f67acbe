"""What Poetry says of projects, groups, sources and commands that are not as it expects them."""

from __future__ import annotations

from collections.abc import Callable

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, scenario
from tests.lab.scenarios.neighbours_python import PROJECT, TOOL, index, poetry

Body = Callable[[Lab], Command]
DEPENDS = PROJECT + 'dependencies = ["tiny>=1"]\n'


def project(*arguments: str, content: str = PROJECT + TOOL) -> Body:
    def body(lab: Lab) -> Command:
        lab.show("python-poetry.org", "poetry.example.org")
        lab.write("pyproject.toml", content + index(lab))
        return poetry(lab, *arguments)

    return body


def run(lab: Lab) -> Command:
    # What follows the command is the command's own.
    lab.write("pyproject.toml", PROJECT + TOOL)
    return lab.command("poetry", "run", "frobnicate")


# name -> signature, the telling line, and what makes Poetry say it
CASES: dict[str, tuple[str, str, Body]] = {
    "no_such_package": ("package-not-found", "Could not find a matching version", project("add", "nothere")),
    "no_such_program": ("command-not-found", "Command not found: frobnicate", run),
    "no_such_command": ("unknown-command", "The requested command frobnicate", project("frobnicate")),
    "no_such_option": ("unknown-command", "The option .* does not exist", project("install", "--no-dev")),
    "broken_toml": ("file-not-parsable", "Invalid TOML file", project("install", content="<<<<<<< HEAD\n" + PROJECT)),
    "no_lock": ("lock-missing", "Error: poetry.lock not found", project("show", content=DEPENDS + TOOL)),
    "no_such_group": ("group-not-found", r"Group\(s\) not found", project("install", "--only", "docs")),
    "not_there": ("dependency-not-in-project", "The following packages were not found", project("remove", "nothere")),
    "no_such_source": ("source-not-found", "Source with name nowhere", project("source", "remove", "nowhere")),
}


def _register(name: str, id: str, telling: str, body: Body) -> None:
    def function(lab: Lab) -> Failure:
        return Failure(body(lab), [Expected(f"poetry/{id}", telling)])

    function.__name__ = name
    function.__module__ = __name__
    scenario(f"poetry/{id}", tool="poetry", renderings=["pipe"])(function)


for _name, _case in CASES.items():
    _register(_name, *_case)
