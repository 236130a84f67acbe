"""pip that is broken, of another time than its Python, or gone, and what an interrupted install of its left."""

from __future__ import annotations

import shutil
import zipfile
from pathlib import Path

from tests.lab.execute import Command
from tests.lab.machine import site_packages, without
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.tools import download
from unstuck.demo.packages import sdist, wheel

PACKAGES = ["setuptools==68.2.2", "wheel==0.42.0"]
INVALID = "pip/invalid-distribution-ignored"
HALF_EMPTY = "pip/installed-metadata-missing"
MAIN = "pip/cannot-import-main"
BROKEN = "pip/broken-pip"
TOO_NEW = "pip/too-new-for-this-python"
TOO_OLD = "pip/too-old-for-this-python"
NOT_FOUND = "pip/command-not-found"


@scenario(INVALID, versions=">=22")
def leftovers(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    packages = site_packages(lab)
    lab.write(packages / "~emo-0.9.dist-info/METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 0.9\n")
    quiet = without("WARNING: Ignoring")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected(INVALID, r"WARNING: Ignoring (?:invalid|incompletely removed) distribution")],
        tries={
            "remove": helps(lambda run: [lab.command("sh", "-c", f'rm -r "{packages}"/~*'), run], succeeded=quiet),
            "force-reinstall": fails(lambda run: run.plus("--force-reinstall"), succeeded=quiet),
        },
        exits=0,
        succeeded=quiet,
    )


def half_empty(lab: Lab) -> tuple[Command, list[Command], str]:
    """demo 1.0 whose METADATA and RECORD are gone: the command that upgrades it, those before it, and the folder."""
    index = lab.index(wheel("demo", "1.0"), wheel("demo", "2.0"))
    folder = site_packages(lab) / "demo-1.0.dist-info"
    upgrade = lab.pip("install", "--index-url", index.simple, "--upgrade", "demo")
    before = [
        upgrade.replaced("demo", "demo==1.0"),
        lab.command("rm", str(folder / "METADATA"), str(folder / "RECORD")),
    ]
    return upgrade, before, str(folder)


@scenario(HALF_EMPTY, versions=["20.3.4", "22.0.4"])
def no_metadata(lab: Lab) -> Failure:
    upgrade, before, folder = half_empty(lab)
    return Failure(
        upgrade,
        [Expected(HALF_EMPTY, "WARNING: Error parsing requirements", {"package": "demo"})],
        before=before,
        tries={
            "delete-folder": helps(lambda run: [lab.command("rm", "-r", folder), run]),
            "uninstall": fails(lambda run: [lab.pip("uninstall", "--yes", "demo"), run]),
        },
    )


@scenario(INVALID, versions=["23.2.1"])
def no_metadata_ignored(lab: Lab) -> Failure:
    upgrade, before, folder = half_empty(lab)
    quiet = without("invalid metadata entry")
    return Failure(
        upgrade,
        [Expected(INVALID, "WARNING: Skipping", {"path": folder.removeprefix(str(lab.root))})],
        before=before,
        tries={"remove": helps(lambda run: [lab.command("rm", "-r", folder), run], succeeded=quiet)},
        exits=0,
        succeeded=quiet,
    )


OLD_SCRIPT = "import sys\nfrom pip import main\nif __name__ == '__main__':\n    sys.exit(main())\n"
INTERNAL_SCRIPT = "import sys\nfrom pip._internal import main\nsys.exit(main())\n"


@scenario(MAIN, versions=["20.3.4", "23.2.1"])
def old_script(lab: Lab) -> Failure:
    packages = site_packages(lab)
    # What the package manager left in /usr/bin: a script for a pip below 10, beside a newer one.
    init = packages / "pip/__init__.py"
    text = init.read_text()
    init.unlink()
    init.write_text(text.replace("def main(", "def not_main("))
    script = lab.write(lab.root / "usr/bin/pip", OLD_SCRIPT)
    return Failure(
        lab.interpreter(script, "--version"),
        [Expected(MAIN, r"ImportError: cannot import name 'main'")],
        tries={"module": helps(lambda _: lab.interpreter("-m", "pip", "--version"))},
    )


@scenario(BROKEN)
def half_removed(lab: Lab) -> Failure:
    packages = site_packages(lab)
    shutil.rmtree(packages / "pip/_internal/cli")
    return Failure(
        lab.pip("--version"),
        [
            Expected(
                BROKEN, r"ModuleNotFoundError: No module named 'pip\._internal\.cli'", {"module": "pip._internal.cli"}
            )
        ],
        tries={
            "ensurepip": helps(
                lambda _: [
                    lab.command("sh", "-c", f'rm -r "{packages}"/pip "{packages}"/pip-*'),
                    lab.interpreter("-m", "ensurepip", "--upgrade"),
                    lab.interpreter("-m", "pip", "--version"),
                ]
            ),
            "pip-upgrade": fails(lambda _: lab.interpreter("-m", "pip", "install", "--upgrade", "pip")),
        },
    )


@scenario(BROKEN, renderings=["pipe"])
def half_upgraded(lab: Lab) -> Failure:
    packages = site_packages(lab)
    module = packages / "pip/_internal/utils/misc.py"
    module.unlink()
    module.write_text("")
    return Failure(
        lab.pip("--version"),
        [Expected(BROKEN, r"ImportError: cannot import name '\w+' from 'pip\._internal")],
    )


def replace_pip(lab: Lab, version: str | None) -> Path:
    """Another pip in the environment, put there as somebody does who copies environments; its folder."""
    packages = site_packages(lab)
    for folder in packages.glob("pip*"):
        shutil.rmtree(folder)
    with zipfile.ZipFile(download("pip", version)) as archive:
        archive.extractall(packages)
    return packages


def again(lab: Lab, packages: Path) -> list[Command]:
    """The environment's own pip, from the interpreter, and then its version."""
    return [
        lab.command("sh", "-c", f'rm -r "{packages}"/pip "{packages}"/pip-*'),
        lab.interpreter("-m", "ensurepip", "--upgrade"),
        lab.interpreter("-m", "pip", "--version"),
    ]


@scenario(TOO_OLD, versions=["24.3.1", "newest"], python="3.12")
def old_pip(lab: Lab) -> Failure:
    packages = replace_pip(lab, "22.0.4")
    return Failure(
        lab.interpreter("-m", "pip", "--version"),
        [Expected(TOO_OLD, r"ModuleNotFoundError: No module named 'distutils'")],
        tries={
            "ensurepip": helps(lambda _: again(lab, packages)),
            "pip-upgrade": fails(lambda _: lab.interpreter("-m", "pip", "install", "--upgrade", "pip")),
        },
    )


@scenario(TOO_NEW, versions=["20.3.4"], python="3.6")
def new_pip_on_python_36(lab: Lab) -> Failure:
    packages = replace_pip(lab, None)
    return Failure(
        lab.interpreter("-m", "pip", "--version"),
        [Expected(TOO_NEW, r"SyntaxError: future feature annotations is not defined")],
        tries={
            "ensurepip": helps(lambda _: again(lab, packages)),
            "pip-upgrade": fails(lambda _: lab.interpreter("-m", "pip", "install", "--upgrade", "pip")),
        },
    )


@scenario(TOO_NEW, versions=["24.3.1"], python="3.8", renderings=["pipe"])
def new_pip_on_python_38(lab: Lab) -> Failure:
    packages = replace_pip(lab, None)
    return Failure(
        lab.interpreter("-m", "pip", "--version"),
        [Expected(TOO_NEW, r"^\w+Error: ")],
        tries={"ensurepip": helps(lambda _: again(lab, packages))},
    )


@scenario(NOT_FOUND, renderings=["pipe"], versions=["newest"])
def dash(lab: Lab) -> Failure:
    return Failure(
        lab.command("/bin/sh", "-c", "PATH=/usr/games; pip install demo"),
        [Expected(NOT_FOUND, r"pip: not found", {"tool": "pip"})],
        tries={"module": helps(lambda _: lab.interpreter("-m", "pip", "--version"))},
    )


@scenario(NOT_FOUND, versions=["newest"])
def bash(lab: Lab) -> Failure:
    return Failure(
        lab.command("/bin/bash", "-c", "PATH=/usr/games; pip3 install demo"),
        [Expected(NOT_FOUND, r"pip3: command not found", {"tool": "pip3"})],
    )


@scenario("pip/working-folder-gone", versions=["20.3.4", "23.2.1", "25.3", "newest"])
def folder_removed(lab: Lab) -> Failure:
    # The shell still stands in a folder that somebody removed.
    index = lab.index(wheel("demo", "1.0"))

    def in_a_folder(then: str) -> Command:
        line = f"mkdir -p work && cd work && rmdir ../work && {then}pip install --index-url {index.simple} demo"
        return lab.command("sh", "-c", line)

    return Failure(
        in_a_folder(""),
        [Expected("pip/working-folder-gone", "ERROR: Could not install packages due to")],
        tries={"go-elsewhere": helps(lambda _: in_a_folder(f"cd {lab.home} && "))},
    )


@scenario("pip/internals-moved", versions=["20.3.4", "23.2.1", "25.3", "newest"], packages=PACKAGES)
def setup_imports_pip(lab: Lab) -> Failure:
    text = "from pip.req import parse_requirements\n"
    setup = "from setuptools import setup\nsetup(name='demo', version='1.0', py_modules=[])\n"
    newer = setup.replace("1.0", "2.0")
    index = lab.index(sdist("demo", "1.0", setup_py=text + setup), sdist("demo", "2.0", setup_py=newer))
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo==1.0"),
        [Expected("pip/internals-moved", "No module named 'pip.req'", {"module": "pip.req"})],
        tries={"newer": helps(lambda run: run.replaced("demo==1.0", "demo>1"))},
    )
