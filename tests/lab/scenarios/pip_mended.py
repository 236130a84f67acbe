"""pip's failures where a file or the command line mends them: each has what the mended command needs to succeed."""

from __future__ import annotations

import os

from tests.lab.execute import Command
from tests.lab.machine import site_packages
from tests.lab.scenario import Expected, Failure, Lab, scenario
from tests.lab.scenarios.build_c import PACKAGES
from tests.lab.scenarios.git import COMMIT, shell
from tests.lab.scenarios.pip_itself import OLD_SCRIPT
from unstuck.demo.packages import sdist, wheel

FEW = ("20.3.4", "23.2.1", "newest")
SETUP = "from setuptools import setup\nsetup(name='demo', version='1.0', py_modules=[])\n"


def configured(lab: Lab, *lines: str) -> None:
    """The user's pip configuration."""
    lab.write(lab.home / ".config/pip/pip.conf", "\n".join(["[global]", *lines, ""]))


def hosted(lab: Lab, url: str) -> Command:
    """A repository of demo that git finds where `url` is: a server of its own on this machine."""
    lab.write("work/setup.py", SETUP)
    bare = lab.folder("git") / "demo.git"
    return shell(
        lab,
        f"cd work; git init -q .; git add setup.py; {COMMIT}; git clone -q --bare . '{bare}'; cd ..; rm -rf work; "
        f"command git config --global url.'file://{bare}'.insteadOf '{url}'",
    )


@scenario("build/sklearn-deprecated", versions=FEW, packages=PACKAGES, renderings=["pipe"])
def sklearn_in_a_file(lab: Lab) -> Failure:
    # The real distribution's message, raised in the way that it does.
    text = "raise RuntimeError(\"The 'sklearn' PyPI package is deprecated, use 'scikit-learn'\\n\")"
    index = lab.index(sdist("sklearn", "0.0", setup_py=text), wheel("scikit-learn", "1.5"))
    lab.write("requirements.txt", "sklearn\n")
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "-r", "requirements.txt"),
        [Expected("build/sklearn-deprecated", "'sklearn' PyPI package is deprecated")],
        fixes={"rename": True},
    )


@scenario("pip/index-url-invalid", versions=FEW, renderings=["pipe"])
def one_slash_in_the_configuration(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    configured(lab, f"index-url = {index.simple.replace('://', ':/')}")
    return Failure(
        lab.pip("install", "--retries", "1", "demo"),
        [Expected("pip/index-url-invalid", "Invalid URL .*No host supplied", {"reason": "No host supplied"})],
        fixes={"correct-index": True},
    )


@scenario("pip/index-url-without-scheme", versions=FEW, renderings=["pipe"])
def no_scheme_in_the_configuration(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good")
    configured(lab, f"index-url = {index.simple.removeprefix('https://')}", f"cert = {lab.project}/company-ca.pem")
    return Failure(
        lab.pip("install", "--retries", "1", "demo"),
        [Expected("pip/index-url-without-scheme", "WARNING: (?:Location|Url) '.*' is ignored")],
        fixes={"correct-index": True},
    )


@scenario("pip/untrusted-http-host", versions=FEW, renderings=["pipe"])
def index_has_https(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="good", name="0.0.0.0")
    configured(lab, f"index-url = {index.simple.replace('https', 'http')}", f"cert = {lab.project}/company-ca.pem")
    return Failure(
        lab.pip("install", "demo"),
        [Expected("pip/untrusted-http-host", "is not a trusted or secure host", {"host": "mirror.example.com"})],
        fixes={"https-edit": True},
    )


@scenario("pip/requirement-git-address", versions=FEW, packages=PACKAGES, renderings=["pipe"])
def git_address_in_a_file(lab: Lab) -> Failure:
    lab.write("requirements.txt", "demo @ git@git.example.com:someone/demo.git\n")
    return Failure(
        lab.pip("install", "--no-build-isolation", "--no-index", "-r", "requirements.txt"),
        [Expected("pip/requirement-git-address", "Invalid requirement: |No connection adapters were found")],
        fixes={"at-url": True},
        before=[hosted(lab, "ssh://git@git.example.com/someone/demo.git")],
    )


@scenario("pip/vcs-without-name", versions=FEW, packages=PACKAGES, renderings=["pipe"])
def repository_that_names_itself(lab: Lab) -> Failure:
    url = "https://git.example.com/demo.git"
    return Failure(
        lab.pip("install", "--no-build-isolation", "--no-index", "-e", f"git+{url}"),
        [Expected("pip/vcs-without-name", "ERROR: Could not detect requirement name", {"url": f"git+{url}"})],
        fixes={"without-e": True},
        before=[hosted(lab, url)],
    )


@scenario("pip/cannot-import-main", versions=["20.3.4", "23.2.1"], renderings=["pipe"])
def old_script_first(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    # What a package manager left on PATH: a script for a pip below 10, beside a newer one.
    init = site_packages(lab) / "pip/__init__.py"
    text = init.read_text()
    init.unlink()
    init.write_text(text.replace("def main(", "def not_main("))
    script = lab.write(lab.root / "usr/bin/pip", f"#!{lab.venv}/bin/python\n{OLD_SCRIPT}")
    script.chmod(0o755)
    path = os.pathsep.join([str(script.parent), lab.env["PATH"]])
    return Failure(
        lab.command(script, "install", "--index-url", index.simple, "demo", PATH=path),
        [Expected("pip/cannot-import-main", r"ImportError: cannot import name 'main'")],
        fixes={"module-command": True},
    )


@scenario("pip/command-not-found", versions=FEW, renderings=["pipe"])
def only_the_interpreter(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    python = lab.write(lab.root / "opt/bin/python3", f'#!/bin/sh\nexec {lab.venv}/bin/python3 "$@"\n')
    python.chmod(0o755)
    path = os.pathsep.join([str(python.parent), lab.without("pip", "pip3").rpartition(os.pathsep)[2]])
    command = lab.command("/bin/sh", "-c", f"pip install --index-url {index.simple} demo", PATH=path)
    return Failure(
        command,
        [Expected("pip/command-not-found", "pip: not found", {"tool": "pip"})],
        fixes={"module-command": True},
    )
