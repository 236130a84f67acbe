"""Builds that fail in Python: setup.py, setuptools, build back ends, pyproject.toml."""

from __future__ import annotations

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.scenarios.build_c import FEW, PACKAGES, raising
from unstuck.demo.packages import sdist

SETUP = "from setuptools import setup\nsetup(name='demo', version='1.0')\n"
PROJECT = """[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"
[project]
name = "demo"
version = "1.0"
"""
# A dead end that people try for any build.
NO_CACHE = fails(lambda run: run.plus("--no-cache-dir"))


def install(lab: Lab, index: str) -> Command:
    return lab.pip("install", "--no-build-isolation", "--index-url", index, "demo")


@scenario("build/build-dependency-missing", versions=FEW, packages=PACKAGES)
def imports_numpy(lab: Lab) -> Failure:
    index = raising(lab, "import numpy")
    return Failure(
        install(lab, index.simple),
        [Expected("build/build-dependency-missing", "No module named 'numpy'", {"module": "numpy"})],
    )


@scenario(
    "build/distutils-missing",
    versions=("newest",),
    python="3.13",
    packages=["wheel==0.42.0"],
)
def no_distutils(lab: Lab) -> Failure:
    pyproject = '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
    backend = "from distutils.core import setup\ndef build_wheel(*_): pass\n"
    index = lab.index(sdist("demo", "1.0", pyproject=pyproject, files={"backend.py": backend}))
    return Failure(
        install(lab, index.simple),
        [Expected("build/distutils-missing", "No module named 'distutils'")],
    )


@scenario("build/use-2to3", versions=FEW, packages=PACKAGES)
def use_2to3(lab: Lab) -> Failure:
    index = lab.index(sdist("demo", "1.0", setup_py=SETUP.replace("version='1.0'", "version='1.0', use_2to3=True")))
    return Failure(
        install(lab, index.simple),
        [Expected("build/use-2to3", "use_2to3 is invalid", {"package": "demo"})],
    )


@scenario("build/setup-command-invalid", versions=FEW, packages=PACKAGES)
def bad_requires(lab: Lab) -> Failure:
    index = lab.index(
        sdist("demo", "1.0", setup_py=SETUP.replace("version='1.0'", "version='1.0', install_requires='numpy 1.0'"))
    )
    return Failure(
        install(lab, index.simple),
        [Expected("build/setup-command-invalid", "error in demo setup command", {"package": "demo"})],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/python2-code", versions=FEW, packages=PACKAGES)
def python2(lab: Lab) -> Failure:
    index = raising(lab, 'print "hello"')
    return Failure(
        install(lab, index.simple),
        [Expected("build/python2-code", "SyntaxError: Missing parentheses")],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/sklearn-deprecated", versions=FEW, packages=PACKAGES)
def sklearn(lab: Lab) -> Failure:
    # The real distribution's message, raised in the way that it does.
    text = "raise RuntimeError(\"The 'sklearn' PyPI package is deprecated, use 'scikit-learn'\\n\")"
    index = raising(lab, text)
    return Failure(
        install(lab, index.simple),
        [Expected("build/sklearn-deprecated", "'sklearn' PyPI package is deprecated")],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/flat-layout", versions=FEW, packages=PACKAGES)
def flat_layout(lab: Lab) -> Failure:
    for name in ("demo", "data"):
        lab.write(f"source/{name}/__init__.py", "")
    lab.write(
        "source/pyproject.toml",
        PROJECT,
    )
    named = '\n[tool.setuptools]\npackages = ["demo"]\n'
    return Failure(
        lab.pip("install", "--no-build-isolation", "--no-index", "./source"),
        [Expected("build/flat-layout", "Multiple top-level packages discovered")],
        tries={
            "name-packages": helps(
                lambda run: [lab.command("sh", "-c", f"printf '{named}' >> source/pyproject.toml"), run]
            ),
            "src-layout": helps(
                lambda run: [
                    lab.command("sh", "-c", "mkdir source/src && mv source/demo source/src && rm -r source/data"),
                    run,
                ]
            ),
        },
    )


@scenario("build/pyproject-invalid", versions=FEW, packages=PACKAGES)
def invalid_project(lab: Lab) -> Failure:
    lab.write("source/demo.py", "")
    lab.write(
        "source/pyproject.toml",
        PROJECT + 'license = "MIT"\n',
    )
    return Failure(
        lab.pip("install", "--no-build-isolation", "--no-index", "./source"),
        [Expected("build/pyproject-invalid", "project.license`? must be|invalid pyproject.toml config")],
        tries={
            "correct": helps(lambda run: [lab.command("sed", "-i", "/^license/d", "source/pyproject.toml"), run]),
            "no-cache-dir": NO_CACHE,
        },
    )


@scenario("build/pyproject-toml-syntax", versions=FEW, packages=PACKAGES)
def toml_syntax(lab: Lab) -> Failure:
    lab.write("source/demo.py", "")
    lab.write("source/pyproject.toml", "[project]\nname = demo\n")
    lab.write("source/setup.py", SETUP)
    return Failure(
        lab.pip("install", "--no-build-isolation", "--no-index", "./source"),
        [Expected("build/pyproject-toml-syntax", r"(?:TOMLDecodeError|TomlError|TomlDecodeError): ")],
        tries={
            "correct": helps(lambda run: [lab.command("rm", "source/pyproject.toml"), run]),
            "no-cache-dir": NO_CACHE,
        },
    )


@scenario("build/backend-unavailable", versions=FEW, packages=PACKAGES)
def unknown_backend(lab: Lab) -> Failure:
    lab.write("source/demo.py", "")
    lab.write("source/pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "nosuch_backend"\n')
    return Failure(
        lab.pip("install", "--no-build-isolation", "--no-index", "./source"),
        [Expected("build/backend-unavailable", r"\.BackendUnavailable|Cannot import build backend")],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/sdist-file-missing", versions=FEW, packages=PACKAGES)
def no_readme(lab: Lab) -> Failure:
    index = raising(lab, 'text = open("README.md").read()')
    return Failure(
        install(lab, index.simple),
        [Expected("build/sdist-file-missing", "No such file or directory: 'README.md'", {"path": "README.md"})],
        tries={"create-here": fails(lambda run: [lab.command("touch", "README.md"), run])},
    )


@scenario("build/setup-py-raised", versions=FEW, packages=PACKAGES)
def raised(lab: Lab) -> Failure:
    index = raising(lab, 'raise RuntimeError("this machine will not do")')
    return Failure(
        install(lab, index.simple),
        [
            Expected(
                "build/setup-py-raised",
                "RuntimeError: this machine will not do",
                {"reason": "this machine will not do"},
            )
        ],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("pip/subprocess-exited-with-error", versions=("22.0.4", "23.2.1", "25.3", "newest"), packages=PACKAGES)
def exits(lab: Lab) -> Failure:
    index = raising(lab, "import sys; sys.exit(3)")
    return Failure(
        install(lab, index.simple),
        [Expected("pip/subprocess-exited-with-error", "subprocess-exited-with-error|finished with status 'error'")],
    )


@scenario("pip/command-errored-out", versions=("20.3.4",), packages=PACKAGES)
def exits_old(lab: Lab) -> Failure:
    index = raising(lab, "import sys; sys.exit(3)")
    return Failure(
        install(lab, index.simple),
        [Expected("pip/command-errored-out", "Command errored out with exit status")],
    )
