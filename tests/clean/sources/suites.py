"""Test runs: suites of real packages, whole and with a line of the package broken on purpose; unittest; doctest."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness import Lab, Recording, source

FAILED = range(0, 6)


def _suite(
    lab: Lab, package: str, requirements: list[str], breakage: tuple[str, str, str] | None, *arguments: str
) -> None:
    """Run a package's own tests from its sdist; `breakage` is (file, what it says, what it shall say instead)."""
    place = lab.folder(f"suite-{package}")
    shutil.copytree(lab.sdist(package), place, dirs_exist_ok=True)
    if breakage:
        path = next(place.glob(breakage[0]))
        before = path.read_text()
        if breakage[1] not in before:
            raise RuntimeError(f"{path} does not say {breakage[1]!r}")
        path.write_text(before.replace(breakage[1], breakage[2]))
    bin_ = lab.venv(f"suite-{package}", "3.11", "pytest", "pytest-xdist", *requirements)
    lab.check(bin_ / "pip", "install", "-q", "-e", place)
    for tty in (False, True):
        words = ["-q", "-rA", "--tb=short"] if tty else ["-v", "--tb=long", "-ra"]
        with lab.recording(f"suites/{package}", tty=tty, limit=900_000) as recording:
            recording.run(bin_ / "pytest", *words, "-p", "no:cacheprovider", *arguments, cwd=place, ok=FAILED)


@source
def suite_click(lab: Lab) -> None:
    """click's tests with its usage errors broken."""
    _suite(lab, "click", [], ("src/click/exceptions.py", "Invalid value", "Value is wrong"))


@source
def suite_packaging(lab: Lab) -> None:
    """packaging's tests of requirements, with its message for invalid requirements broken."""
    breakage = ("src/packaging/_parser.py", "Expected", "Wanted")
    _suite(lab, "packaging", ["pretend", "hypothesis"], breakage, "tests/test_requirements.py", "tests/test_markers.py")


@source
def suite_urllib3(lab: Lab) -> None:
    """urllib3's tests without a server: connections that retry, certificates that do not match, proxies."""
    tests = ["retry", "exceptions", "util", "ssl", "response", "proxymanager", "url", "connectionpool"]
    breakage = ("src/urllib3/util/retry.py", "self.total", "self.totals")
    paths = [f"test/test_{name}.py" for name in tests if name not in ("url",)]
    needs = ["pytest-timeout", "trio", "quart", "quart-trio", "hypercorn", "pysocks", "cryptography", "idna", "trustme"]
    _suite(lab, "urllib3", [*needs, "httpx", "pytest-memray", "towncrier"], breakage, *paths, "-p", "no:memray")


@source
def suite_attrs(lab: Lab) -> None:
    """attrs' tests, whole."""
    _suite(lab, "attrs", ["hypothesis", "cloudpickle"], None, "tests/test_make.py", "tests/test_validators.py")


@source
def suite_pip_tools(lab: Lab) -> None:
    """resolvelib's tests: resolutions that end in conflicts, as they should."""
    _suite(lab, "resolvelib", ["packaging", "commentjson", "html5lib"], None, "tests")


@source
def suite_made(lab: Lab) -> None:
    """Tests written to fail in each way that pytest and unittest know."""
    bin_ = lab.venv(
        "suite-made", "3.11", "pytest", "pytest-rerunfailures", "pytest-timeout", "pytest-xdist", "tox", "nox"
    )
    place = lab.folder("suite-made")
    shutil.copy(Path(__file__).with_name("failing.py"), place / "test_failing.py")
    with lab.recording("suites/made", limit=900_000) as recording:
        for words in (
            ["-vv", "-l"],
            ["--tb=native", "-rs"],
            ["--reruns=2", "-rR"],
            ["-n2", "-v"],
            ["--tb=line", "-q"],
            ["-s", "-x"],
        ):
            recording.run(bin_ / "pytest", *words, "-p", "no:cacheprovider", cwd=place, ok=FAILED)
        recording.run(bin_ / "python", "-m", "unittest", "-v", "test_failing", cwd=place, ok=FAILED)
        recording.run(bin_ / "python", "-m", "unittest", "-v", "--locals", "test_failing", cwd=place, ok=FAILED)
    with lab.recording("suites/made", tty=True, limit=900_000) as recording:
        recording.run(bin_ / "pytest", "-vv", "-l", "-p", "no:cacheprovider", cwd=place, ok=FAILED)
        recording.run(bin_ / "pytest", "-n2", "-p", "no:cacheprovider", cwd=place, ok=FAILED)
    (place / "tox.ini").write_text(
        "[tox]\nskipsdist=true\nenvlist=py311,errors\n[testenv]\ndeps=pytest\ncommands=pytest -q\nignore_outcome=true\n"
    )
    with lab.recording("suites/tox", tty=True) as recording:
        recording.run(bin_ / "tox", "-vv", cwd=place, ok=range(256))


@source
def suite_standard_library(lab: Lab) -> None:
    """CPython's own tests, verbose: errors of every kind, provoked and expected."""
    for version in ("3.8", "3.11", "3.13"):
        python = lab.python(version)
        with lab.recording(f"suites/cpython-{version}", limit=900_000) as recording:
            _stdlib(recording, python, version)


def _stdlib(recording: Recording, python: Path, version: str) -> None:
    names = "exceptions traceback logging warnings configparser argparse zipfile tarfile json unicodedata html urlparse"
    # test_distutils and test_importlib speak of builds and imports that fail as they should.
    names += " unittest shutil tempfile urllib urllib_response netrc zipimport codecs httplib compile"
    names += " distutils" if version in ("3.8", "3.11") else " sysconfig"
    for name in names.split():
        place = recording.lab.folder("stdlib")
        recording.run(python, "-m", "test", "-v", f"test_{name}", cwd=place, ok=FAILED, timeout=120)


@source
def linters(lab: Lab) -> None:
    """Linters and type checkers on pip's own source: code frames around its messages, modules that are not found."""
    bin_ = lab.venv("linters", "3.11", "ruff", "mypy", "flake8", "pylint", "bandit", "coverage", "vulture")
    place = lab.sdist("pip==25.3") / "src/pip/_internal"
    ruff = [bin_ / "ruff", "check", "--isolated", "--select", "E,F,W,B,EM,TRY,PL,ARG,ERA,FBT,S"]
    mypy = [bin_ / "mypy", "--strict", "--pretty"]
    with lab.recording("suites/linters", limit=900_000) as recording:
        recording.run(*ruff, "exceptions.py", "req", cwd=place, ok=(1,))
        recording.run(bin_ / "ruff", "format", "--isolated", "--diff", "--line-length", "60", "cli", cwd=place, ok=(1,))
        recording.run(*mypy, "exceptions.py", "configuration.py", cwd=place, ok=(0, 1, 2))
        recording.run(bin_ / "flake8", "--show-source", "--max-line-length=70", "exceptions.py", cwd=place, ok=(1,))
        recording.run(bin_ / "pylint", "--disable", "import-error", "exceptions.py", "index", cwd=place, ok=range(32))
        recording.run(bin_ / "bandit", "-r", "-q", "network", "utils", cwd=place, ok=(0, 1))
        recording.run(bin_ / "vulture", "exceptions.py", "utils", cwd=place, ok=(0, 3))
    with lab.recording("suites/linters", tty=True, limit=400_000) as recording:
        recording.run(*ruff, "exceptions.py", cwd=place, ok=(1,))
        recording.run(*mypy, "exceptions.py", cwd=place, ok=(0, 1, 2))


@source
def documentation(lab: Lab) -> None:
    """Sphinx building manuals with warnings, and pydoc."""
    bin_ = lab.venv("documentation", "3.11", "sphinx", "myst-parser")
    for package, folder in (("pip==20.3.4", "docs/html"), ("setuptools==75.8.0", "docs")):
        place = lab.folder("documentation")
        shutil.copytree(lab.sdist(package) / folder, place / "source")
        with lab.recording(f"suites/sphinx-{package.partition('=')[0]}", limit=400_000) as recording:
            words = ["-C", "-v", "-n", "-b", "text", "-D", "extensions=myst_parser", "source", "out"]
            recording.run(bin_ / "sphinx-build", *words, cwd=place)
    with lab.recording("suites/pydoc", limit=500_000) as recording:
        for module in ("ssl", "venv", "ensurepip", "subprocess", "configparser", "urllib.error", "zipfile", "builtins"):
            recording.run(bin_ / "python", "-m", "pydoc", module)
