"""What pip cannot uninstall, and so cannot upgrade."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.lab.execute import Output
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

DISTUTILS = "pip/uninstall-distutils-installed"
NO_RECORD = "pip/uninstall-no-record"
NOT_INSTALLED = "pip/uninstall-not-installed"
REFUSED = r"(?:ERROR: Cannot uninstall 'demo'\. It is a distutils|error: uninstall-distutils-installed-package)"
UNKNOWN = r"(?:ERROR: Cannot uninstall demo 1\.0, RECORD|error: uninstall-no-record-file|No such file.*RECORD)"


def site_packages(lab: Lab) -> Path:
    return next((lab.venv / "lib").glob("python*")) / "site-packages"


def by_distutils(lab: Lab) -> None:
    """demo 1.0 as distutils and Debian's packages leave it: one file that says only what it is."""
    lab.write(site_packages(lab) / "demo-1.0.egg-info", "Metadata-Version: 1.0\nName: demo\nVersion: 1.0\n")


def without_record(lab: Lab, installer: str = "") -> None:
    """demo 1.0 without a list of its files."""
    folder = site_packages(lab) / "demo-1.0.dist-info"
    lab.write(folder / "METADATA", "Metadata-Version: 2.1\nName: demo\nVersion: 1.0\n")
    if installer:
        lab.write(folder / "INSTALLER", f"{installer}\n")


@scenario(DISTUTILS)
def upgrade_over_distutils(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "2.0"))
    by_distutils(lab)
    return Failure(
        lab.pip("install", "--upgrade", "--index-url", index.simple, "demo"),
        [Expected(DISTUTILS, REFUSED)],
        tries={
            "ignore-installed": helps(lambda run: run.plus("--ignore-installed")),
            "force-reinstall": fails(lambda run: run.plus("--force-reinstall")),
            "no-deps": fails(lambda run: run.plus("--no-deps")),
        },
        fixes={"ignore-installed-command": True},
    )


@scenario(DISTUTILS, renderings=["pipe"])
def uninstall_distutils(lab: Lab) -> Failure:
    by_distutils(lab)
    return Failure(lab.pip("uninstall", "--yes", "demo"), [Expected(DISTUTILS, REFUSED)])


@scenario(NO_RECORD)
def upgrade_without_record(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "2.0"))
    without_record(lab)
    return Failure(
        lab.pip("install", "--upgrade", "--index-url", index.simple, "demo"),
        [Expected(NO_RECORD, UNKNOWN)],
        tries={
            "ignore-installed": helps(lambda run: run.plus("--ignore-installed")),
            "force-reinstall": fails(lambda run: run.plus("--force-reinstall")),
        },
        fixes={"ignore-installed-command": True},
    )


@scenario(NO_RECORD, renderings=["pipe"])
def uninstall_without_record(lab: Lab) -> Failure:
    without_record(lab, "conda")
    return Failure(lab.pip("uninstall", "--yes", "demo"), [Expected(NO_RECORD, UNKNOWN)])


def _removed(output: Output) -> bool:
    return "as it is not installed" not in output.text


@scenario(NOT_INSTALLED)
def not_installed(lab: Lab) -> Failure:
    removed: Callable[[Output], bool] = _removed
    return Failure(
        lab.pip("uninstall", "demo"),
        [Expected(NOT_INSTALLED, r"WARNING: Skipping demo", {"package": "demo"})],
        tries={"yes": fails(lambda run: run.plus("--yes"), succeeded=removed)},
        exits=0,
        succeeded=removed,
    )
