"""Builds that meet another setuptools than they were written for, none at all, or a back end that cannot."""

from __future__ import annotations

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import sdist

FEW = ("20.3.4", "23.2.1", "25.3", "newest")
NO_CACHE = fails(lambda run: run.plus("--no-cache-dir"))
SETUP = "from setuptools import setup\nsetup(name='demo', version='1.0', py_modules=[])\n"
FLIT = """[build-system]
requires = ["flit_core==3.2.0"]
build-backend = "flit_core.buildapi"
[project]
name = "demo"
version = "1.0"
description = "A demonstration"
"""


def isolated(lab: Lab, text: str, *older: str) -> Command:
    """pip builds a source that begins with `text` in an environment of its own, with setuptools 84 from the index."""
    lab.show("setuptools.pypa.io", "setuptools.example.org")
    system = '[build-system]\nrequires = ["setuptools", "wheel"]\nbuild-backend = "setuptools.build_meta"\n'
    index = lab.index(
        sdist("demo", "1.0", setup_py=f"{text}\n{SETUP}", pyproject=system),
        *(lab.real(*one.split("==")) for one in ("setuptools==84.2.1", "wheel==0.42.0", *older)),
    )
    return lab.pip("install", "--index-url", index.simple, "demo")


def older_here(lab: Lab, run: Command, setuptools: str) -> list[Command]:
    """An older setuptools in the environment."""
    index = run.argv[run.argv.index("--index-url") + 1]
    return [lab.pip("install", "--index-url", index, setuptools, "wheel")]


@scenario("build/pkg-resources-missing", versions=("23.2.1", "24.3.1", "25.3", "newest"))
def pkg_resources(lab: Lab) -> Failure:
    lab.write("old.txt", "setuptools<81\n")
    return Failure(
        isolated(lab, "import pkg_resources", "setuptools==80.9.0"),
        [Expected("build/pkg-resources-missing", "No module named 'pkg_resources'")],
        tries={
            "constraint": helps(
                lambda run: (
                    run.having(PIP_CONSTRAINT="old.txt")
                    if lab.version < "26"
                    else run.plus("--build-constraint", "old.txt")
                )
            ),
            "older-setuptools": helps(
                lambda run: [*older_here(lab, run, "setuptools<81"), run.plus("--no-build-isolation")]
            ),
            "install-here": fails(lambda run: [*older_here(lab, run, "setuptools<81"), run]),
        },
    )


@scenario("build/setuptools-removed-module", versions=("23.2.1", "24.3.1", "25.3", "newest"))
def removed_module(lab: Lab) -> Failure:
    lab.write("old.txt", "setuptools<72\n")
    return Failure(
        isolated(lab, "from setuptools.command.upload import upload", "setuptools==68.2.2"),
        [
            Expected(
                "build/setuptools-removed-module",
                "No module named 'setuptools.command.upload'",
                {"module": "setuptools.command.upload"},
            )
        ],
        tries={
            "constraint": helps(
                lambda run: (
                    run.having(PIP_CONSTRAINT="old.txt")
                    if lab.version < "26"
                    else run.plus("--build-constraint", "old.txt")
                )
            ),
            "older-setuptools": helps(
                lambda run: [*older_here(lab, run, "setuptools<72"), run.plus("--no-build-isolation")]
            ),
            "install-here": fails(lambda run: [*older_here(lab, run, "setuptools<72"), run]),
        },
    )


@scenario("build/setuptools-removed-module", versions=("23.2.1", "newest"), renderings=["pipe"])
def removed_name(lab: Lab) -> Failure:
    return Failure(
        isolated(lab, "from setuptools import Feature"),
        [Expected("build/setuptools-removed-module", "cannot import name 'Feature'", {"name": "Feature"})],
    )


# pip 24.1 to 25.3 do not say why a back end cannot be imported: there it is build/backend-unavailable.
@scenario("build/setuptools-missing", versions=("20.3.4", "22.0.4", "23.2.1", "newest"))
def no_setuptools(lab: Lab) -> Failure:
    wanted = [lab.real("setuptools", "68.2.2"), lab.real("wheel", "0.42.0")]
    index = lab.index(sdist("demo", "1.0", setup_py=SETUP), *wanted)
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo"),
        [
            Expected(
                "build/setuptools-missing",
                "No module named 'setuptools'|Cannot import build backend|since setuptools is not available",
            )
        ],
        tries={
            "install-setuptools": helps(
                lambda run: [lab.pip("install", "--index-url", index.simple, "--upgrade", "setuptools", "wheel"), run]
            ),
            "isolation": helps(lambda run: run.less("--no-build-isolation"), ">=23.1"),
            "no-cache-dir": NO_CACHE,
        },
    )


@scenario("build/setup-py-missing", versions=FEW, packages=["setuptools==68.2.2"])
def archive_of_something_else(lab: Lab) -> Failure:
    index = lab.index(sdist("demo", "1.0", files={"library/setup.py": SETUP}, pkg_info=False))
    return Failure(
        lab.pip("install", "--index-url", index.simple, "demo"),
        [Expected("build/setup-py-missing", r"does not appear to be|No such file or directory: .*setup\.py")],
        tries={"no-cache-dir": NO_CACHE},
    )


@scenario("build/hook-missing", versions=("22.0.4", "23.2.1", "25.3", "newest"))
def flit_editable(lab: Lab) -> Failure:
    lab.write("source/pyproject.toml", FLIT)
    lab.write("source/demo.py", "'A demonstration.'\n")
    index = lab.index(
        *(lab.real(*one.split("==")) for one in ("flit_core==3.2.0", "flit_core==3.12.0", "toml==0.10.2"))
    )
    raise_bound = lab.command("sed", "-i", "s/flit_core==3.2.0/flit_core>=3.4/", "source/pyproject.toml")
    return Failure(
        lab.pip("install", "--index-url", index.simple, "-e", "./source"),
        [Expected("build/hook-missing", "missing the 'build_editable' hook", {"name": "build_editable"})],
        tries={"newer-backend": helps(lambda run: [raise_bound, run]), "no-cache-dir": NO_CACHE},
    )


@scenario(
    "build/blas-missing",
    versions=("23.2.1", "24.3.1"),
    python="3.11",
    packages=["numpy==1.24.4", "setuptools==59.8.0", "wheel==0.42.0"],
)
def numpy_distutils(lab: Lab) -> Failure:
    for host in ("numpy.org", "www.netlib.org"):
        lab.show(host, "docs.example.org")
    nowhere = dict.fromkeys(("BLAS", "LAPACK", "ATLAS", "OPENBLAS", "MKL", "BLIS", "FLAME", "ACCELERATE"), "None")
    index = lab.index(
        sdist(
            "demo",
            "1.0",
            setup_py="from numpy.distutils.system_info import get_info\nget_info('lapack', notfound_action=2)\n"
            + SETUP,
        )
    )
    return Failure(
        lab.pip("install", "--no-build-isolation", "--index-url", index.simple, "demo", **nowhere),
        [Expected("build/blas-missing", "NotFoundError")],
        tries={"upgrade-pip": fails(lambda run: run)},
    )
