"""What a package's own setup.py stops at: files, encodings, Pythons, versions; and what a linker says of a library."""

from __future__ import annotations

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import sdist

PACKAGES = ["setuptools==68.2.2", "wheel==0.42.0"]
FEW = ("20.3.4", "23.2.1", "25.3", "newest")
NO_CACHE = fails(lambda run: run.plus("--no-cache-dir"))
SETUP = "from setuptools import setup\nsetup(name='demo', version='1.0'{more})\n"


def install(lab: Lab, text: str = "", more: str = "", files: dict[str, str | bytes] | None = None) -> Command:
    """pip builds a source whose setup.py begins with `text`, with the setuptools that is installed."""
    lab.show("blog.ganssle.io", "blog.example.org")
    setup = f"{text}\n{SETUP.format(more=more)}"
    index = lab.index(sdist("demo", "1.0", setup_py=setup, files=files))
    return lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo")


def real(lab: Lab, project: str, version: str, **env: str) -> Command:
    """pip builds the real source distribution of a project."""
    lab.show("blog.ganssle.io", "blog.example.org")
    index = lab.index(lab.real_source(project, version))
    return lab.pip("install", "--no-build-isolation", "--index-url", index.simple, f"{project}=={version}", **env)


@scenario("build/sdist-file-missing", versions=FEW, packages=PACKAGES)
def no_package_folder(lab: Lab) -> Failure:
    return Failure(
        install(lab, more=", packages=['absent']"),
        [Expected("build/sdist-file-missing", "error: package directory 'absent' does not exist", {"path": "absent"})],
    )


@scenario("build/setup-encoding", versions=FEW, packages=PACKAGES)
def readme(lab: Lab) -> Failure:
    run = install(lab, "long = open('README.md').read()", files={"README.md": "Größe\n"})
    ascii_only = {"LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    return Failure(
        run.having(**ascii_only),
        [Expected("build/setup-encoding", "UnicodeDecodeError: 'ascii' codec", {"value": "ascii"})],
        tries={
            "utf8-mode": helps(lambda run: run.having(PYTHONUTF8="1")),
            "utf8-locale": helps(lambda run: run.having(LC_ALL="C.UTF-8")),
            "no-cache-dir": NO_CACHE,
        },
    )


@scenario("build/exec-locals", versions=("25.3", "newest"), packages=PACKAGES, python="3.13")
def version_by_exec(lab: Lab) -> Failure:
    text = "def get_version():\n    exec('__version__ = \"1.0\"')\n    return locals()['__version__']\nget_version()"
    return Failure(
        install(lab, text),
        [Expected("build/exec-locals", "KeyError: '__version__'", {"name": "__version__"})],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/stopped", versions=FEW, packages=PACKAGES)
def own_message(lab: Lab) -> Failure:
    return Failure(
        install(lab, "import sys\nsys.exit('error: demo needs the library that its notes name')"),
        [Expected("build/stopped", "error: demo needs the library")],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/python-refused", versions=("25.3", "newest"), packages=PACKAGES, python="3.13")
def numba(lab: Lab) -> Failure:
    return Failure(
        real(lab, "numba", "0.53.0"),
        [Expected("build/python-refused", "RuntimeError: Cannot install on Python version", {"python": "3.13.0"})],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/development-files-missing", versions=FEW, packages=PACKAGES)
def uwsgi(lab: Lab) -> Failure:
    return Failure(
        real(lab, "uwsgi", "2.0.24", PATH=lab.without("gcc", "cc", "clang")),
        [Expected("build/development-files-missing", "you need a C compiler to build uWSGI", {"tool": "C compiler"})],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/version-undetermined", versions=("25.3", "newest"), packages=PACKAGES)
def no_git_history(lab: Lab) -> Failure:
    system = '[build-system]\nrequires = ["setuptools", "setuptools-scm"]\nbuild-backend = "setuptools.build_meta"\n'
    system += '[project]\nname = "demo"\ndynamic = ["version"]\n[tool.setuptools_scm]\n'
    index = lab.index(
        sdist("demo", "1.0", pyproject=system, pkg_info=False),
        lab.real("setuptools", "68.2.2"),
        lab.real("wheel", "0.42.0"),
        lab.real("setuptools-scm", "8.1.0"),
        lab.real("packaging", "24.1"),
        lab.real("typing-extensions", "4.12.2"),
        lab.real("tomli", "2.0.1"),
    )
    lab.show("setuptools-scm.readthedocs.io", "docs.example.org")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected("build/version-undetermined", "LookupError: setuptools-scm was unable to detect version")],
        tries={
            "say-it": helps(lambda run: run.having(SETUPTOOLS_SCM_PRETEND_VERSION="1.0")),
            "no-cache-dir": NO_CACHE,
        },
    )


@scenario("build/meson-error", tool="python", packages=["meson==1.6.0", "ninja==1.11.1.3"], versions=["3.11"])
def meson(lab: Lab) -> Failure:
    lab.write("meson.build", "project('demo')\nerror('demo requires a newer compiler')\n")
    return Failure(
        lab.interpreter("-m", "mesonbuild.mesonmain", "setup", "build"),
        [Expected("build/meson-error", r"meson\.build:2:0: ERROR: Problem encountered")],
    )


@scenario("build/link-failed", tool="make")
def not_position_independent(lab: Lab) -> Failure:
    lab.write("main.c", 'const char *text(void) { return "demo"; }\n')
    lab.write(
        "Makefile", "demo.so: main.c\n\tgcc $(FLAGS) -c main.c\n\tgcc -shared main.o -o demo.so\nFLAGS = -fno-pic\n"
    )
    return Failure(
        lab.command("make"),
        [Expected("build/link-failed", "relocation R_X86_64_32 against")],
        tries={"pic": helps(lambda run: run.plus("FLAGS=-fPIC"))},
    )


@scenario("build/linker-stopped", tool="make")
def no_linker_script(lab: Lab) -> Failure:
    lab.write("main.c", "int main(void) { return 0; }\n")
    lab.write("Makefile", "main: main.c\n\tgcc main.c -Wl,-T,missing-script.ld -o main\n")
    return Failure(lab.command("make"), [Expected("build/linker-stopped", "collect2: error: ld returned 1")])
