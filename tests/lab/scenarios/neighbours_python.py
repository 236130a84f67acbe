"""Poetry and pipenv, each in a given version; more of cargo and ssh."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, helps, scenario
from tests.lab.scenarios.neighbours_more import rust
from unstuck.demo.packages import wheel

PROJECT = '[project]\nname = "demo"\nversion = "1.0"\nrequires-python = ">=3.9"\n'


def poetry(lab: Lab, *arguments: str) -> Command:
    return lab.command("poetry", *arguments, "--no-interaction")


@scenario("poetry/pyproject-not-found", tool="poetry")
def poetry_folder(lab: Lab) -> Failure:
    return Failure(
        poetry(lab, "install"),
        [Expected("poetry/pyproject-not-found", "Poetry could not find a pyproject.toml")],
    )


@scenario("poetry/project-not-installable", tool="poetry")
def poetry_no_package(lab: Lab) -> Failure:
    lab.write("pyproject.toml", PROJECT)
    return Failure(
        poetry(lab, "install"),
        [Expected("poetry/project-not-installable", "No file/folder found for package", {"package": "demo"})],
        tries={
            "no-root": helps(lambda run: run.plus("--no-root")),
            "package-mode": helps(lambda run: (lab.write("pyproject.toml", PROJECT + TOOL), run)[1]),
        },
    )


TOOL = "[tool.poetry]\npackage-mode = false\n"


@scenario("poetry/lock-out-of-date", tool="poetry")
def poetry_lock(lab: Lab) -> Failure:
    source = index(lab)
    lab.write("pyproject.toml", PROJECT + TOOL + source)
    lock = poetry(lab, "lock")
    change = lab.command("cp", lab.write("later/pyproject.toml", DEPENDS + TOOL + source), "pyproject.toml")
    return Failure(
        poetry(lab, "install"),
        [Expected("poetry/lock-out-of-date", "pyproject.toml changed significantly")],
        tries={"lock": helps(lambda run: [lock, run])},
        before=[lock, change],
    )


def index(lab: Lab) -> str:
    """An index of this machine in place of the public one, in [[tool.poetry.source]]."""
    made = lab.index(wheel("tiny", "1.0"))
    return f'[[tool.poetry.source]]\nname = "here"\nurl = "{made.simple}"\n'


DEPENDS = PROJECT + 'dependencies = ["tiny>=1"]\n'


@scenario("poetry/version-solving-failed", tool="poetry")
def poetry_solve(lab: Lab) -> Failure:
    lab.write("pyproject.toml", PROJECT + 'dependencies = ["tiny>=9"]\n' + TOOL + index(lab))
    return Failure(
        poetry(lab, "lock"),
        [Expected("poetry/version-solving-failed", "version solving failed")],
    )


@scenario("poetry/python-not-supported", tool="poetry")
def poetry_python(lab: Lab) -> Failure:
    lab.write("pyproject.toml", PROJECT.replace(">=3.9", ">=3.99") + TOOL)
    return Failure(
        poetry(lab, "install"),
        [Expected("poetry/python-not-supported", "Python")],
    )


def pipenv(lab: Lab, *arguments: str) -> Command:
    return lab.command("pipenv", *arguments, PIPENV_VENV_IN_PROJECT="1", PIPENV_NOSPIN="1")


def pipfile(lab: Lab, packages: str) -> str:
    made = lab.index(wheel("tiny", "1.0"))
    source = f'[[source]]\nname = "here"\nurl = "{made.simple}"\nverify_ssl = true\n\n'
    lab.write("Pipfile", source + f"[packages]\n{packages}\n")
    return source


@scenario("pipenv/pipfile-not-found", tool="pipenv")
def pipenv_no_lock(lab: Lab) -> Failure:
    pipfile(lab, 'tiny = "*"')
    return Failure(
        pipenv(lab, "sync"),
        [Expected("pipenv/pipfile-not-found", "Pipfile.lock not found")],
        tries={"lock": helps(lambda run: [pipenv(lab, "lock"), run])},
    )


@scenario("pipenv/lock-out-of-date", tool="pipenv")
def pipenv_deploy(lab: Lab) -> Failure:
    source = pipfile(lab, "")
    lock = pipenv(lab, "lock")
    change = lab.command("cp", lab.write("later/Pipfile", source + '[packages]\ntiny = "*"\n'), "Pipfile")
    return Failure(
        pipenv(lab, "install", "--deploy"),
        [Expected("pipenv/lock-out-of-date", "Your Pipfile.lock")],
        tries={"lock": helps(lambda run: [lock, run])},
        before=[lock, change],
    )


@scenario("pipenv/no-matching-version", tool="pipenv", renderings=["pipe"])
def pipenv_no_version(lab: Lab) -> Failure:
    pipfile(lab, 'tiny = "==9"')
    return Failure(
        pipenv(lab, "lock"),
        [Expected("pipenv/no-matching-version", "ERROR: No matching distribution", {"requirement": "tiny==9"})],
    )


@scenario("pipenv/python-not-found", tool="pipenv")
def pipenv_python(lab: Lab) -> Failure:
    shutil.rmtree(lab.venv)
    pipfile(lab, '\n[requires]\npython_version = "3.4"')
    command = pipenv(lab, "install").having(VIRTUAL_ENV=None, PIPENV_IGNORE_VIRTUALENVS="1")
    return Failure(
        command,
        [Expected("pipenv/python-not-found", "Warning: Python 3.4 was not found", {"python": "3.4"})],
    )


@scenario("pipenv/no-virtualenv", tool="pipenv", renderings=["pipe"])
def pipenv_no_project(lab: Lab) -> Failure:
    shutil.rmtree(lab.venv)
    command = pipenv(lab, "graph").having(VIRTUAL_ENV=None, PIPENV_MAX_DEPTH="1")
    return Failure(command, [Expected("pipenv/no-virtualenv", "Warning: Unable to display")])


@scenario("ssh/unprotected-private-key", tool="ssh")
def ssh_open_key(lab: Lab) -> Failure:
    make = lab.command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "id_ed25519")
    open_to_all = lab.command("chmod", "644", "id_ed25519")
    return Failure(
        lab.command("ssh-keygen", "-y", "-f", "id_ed25519"),
        [Expected("ssh/unprotected-private-key", "WARNING: UNPROTECTED PRIVATE KEY FILE!")],
        tries={"chmod": helps(lambda run: [lab.command("chmod", "600", "id_ed25519"), run])},
        before=[make, open_to_all],
    )


def crate(lab: Lab, manifest: str = "", **files: str) -> None:
    lab.write("Cargo.toml", '[package]\nname = "demo"\nversion = "0.1.0"\n' + manifest)
    for name, content in {"src/main.rs": "fn main() {}\n", **files}.items():
        lab.write(name, content)


@scenario("cargo/manifest-invalid", tool="cargo")
def cargo_toml(lab: Lab) -> Failure:
    crate(lab, "edition = 2021\n")
    return Failure(
        rust(lab, "build", "--offline"), [Expected("cargo/manifest-invalid", "error: invalid type", {"line": "4"})]
    )


@scenario("cargo/manifest-invalid", tool="cargo")
def cargo_no_target(lab: Lab) -> Failure:
    lab.write("Cargo.toml", '[package]\nname = "demo"\nversion = "0.1.0"\n')
    return Failure(
        rust(lab, "build", "--offline"), [Expected("cargo/manifest-invalid", "error: failed to parse manifest")]
    )


@scenario("cargo/build-script-failed", tool="cargo")
def cargo_build_script(lab: Lab) -> Failure:
    crate(lab, **{"build.rs": 'fn main() { panic!("no frobnicator here") }\n'})
    return Failure(
        rust(lab, "build", "--offline"),
        [Expected("cargo/build-script-failed", "failed to run custom build command", {"package": "demo"})],
    )


@scenario("cargo/linker-not-found", tool="cargo")
def cargo_linker(lab: Lab) -> Failure:
    crate(lab)
    command = rust(lab, "build", "--offline")
    path = lab.without("cc", "gcc", "clang") + f":{Path(shutil.which('cargo') or 'cargo').parent}"
    return Failure(
        lab.command(*command.argv, PATH=path),
        [Expected("cargo/linker-not-found", "error: linker `cc` not found", {"tool": "cc"})],
        tries={"compiler": helps(lambda _: command)},
    )
