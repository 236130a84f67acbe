"""setup.py called by hand, and easy_install, which fetches what it asks for: neither is pip."""

from __future__ import annotations

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, helps, scenario
from unstuck.demo.packages import sdist, wheel

OLD = ["setuptools==58.5.3", "wheel==0.37.1"]
SETUP = "from setuptools import setup\nsetup(name='app', version='1.0'{more})\n"
HERE = ["3.9"]


def setup(lab: Lab, *arguments: str, more: str = "") -> Command:
    """`python setup.py …` with a setuptools that still has easy_install."""
    lab.show("blog.ganssle.io", "blog.example.org")
    lab.write("setup.py", SETUP.format(more=more))
    return lab.interpreter("setup.py", *arguments)


@scenario("build/setup-command-unknown", tool="python", versions=HERE, packages=OLD)
def unknown_command(lab: Lab) -> Failure:
    return Failure(
        setup(lab, "docs"),
        [Expected("build/setup-command-unknown", "error: invalid command 'docs'", {"name": "docs"})],
        tries={"known": helps(lambda run: run.replaced("docs", "egg_info"))},
    )


@scenario("build/setup-command-unknown", tool="python", versions=HERE, packages=OLD, renderings=["pipe"])
def unknown_option(lab: Lab) -> Failure:
    return Failure(
        setup(lab, "build", "--prefer-binary"),
        [Expected("build/setup-command-unknown", "error: option --prefer-binary not recognized")],
    )


@scenario("build/easy-install-not-found", tool="python", versions=HERE, packages=OLD)
def nothing_to_fetch(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    lab.write("setup.cfg", f"[easy_install]\nindex_url = {index.simple}\n")
    return Failure(
        setup(lab, "install", more=", install_requires=['absent>=2']"),
        [
            Expected(
                "build/easy-install-not-found",
                "No local packages or working download links found",
                {"requirement": "absent>=2", "package": "absent"},
            )
        ],
    )


@scenario("build/setup-script-exited", tool="python", versions=HERE, packages=OLD)
def dependency_exits(lab: Lab) -> Failure:
    index = lab.index(sdist("demo", "1.0", setup_py="import sys\nsys.exit(1)\n"))
    lab.write("setup.cfg", f"[easy_install]\nindex_url = {index.simple}\n")
    return Failure(
        setup(lab, "install", more=", install_requires=['demo']"),
        [Expected("build/setup-script-exited", "error: Setup script exited with 1")],
    )


@scenario("build/distribution-not-found", tool="python", versions=HERE, packages=OLD)
def not_installed(lab: Lab) -> Failure:
    return Failure(
        lab.interpreter("-c", "import pkg_resources; pkg_resources.require('absent>=2')"),
        [
            Expected(
                "build/distribution-not-found",
                "DistributionNotFound: The 'absent>=2' distribution was not found",
                {"requirement": "absent>=2", "package": "absent"},
            )
        ],
    )


@scenario("build/easy-install-version-conflict", tool="python", versions=HERE, packages=OLD)
def another_version(lab: Lab) -> Failure:
    return Failure(
        lab.interpreter("-c", "import pkg_resources; pkg_resources.require('wheel>=2')"),
        [
            Expected(
                "build/easy-install-version-conflict",
                r"pkg_resources\.VersionConflict",
                {"package": "wheel", "version": "0.37.1", "requirement": "wheel>=2"},
            )
        ],
    )
