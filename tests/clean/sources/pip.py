"""pip, in several versions: installs, downloads, wheels, lists, help."""

from __future__ import annotations

from pathlib import Path

from harness import Lab, source

# pip -> the Python that it runs on here.
VERSIONS = {"20.3.4": "3.8", "22.0.4": "3.9", "23.2.1": "3.11", "24.3.1": "3.12", "25.3": "3.13", "26.3": "3.11"}

# Real packages whose names, files or modules speak of failure.
ALARMING = [
    "exceptiongroup",
    "retrying",
    "failprint",
    "pytest-rerunfailures",
    "pytest-error-for-skips",
    "pytest-timeout",
    "sphinx-notfound-page",
    "missingno",
    "forbiddenfruit",
    "timeout-decorator",
    "func-timeout",
    "stopit",
    "errorhandler",
    "django-permissionedforms",
    "tblib",
    "stack-data",
    "better-exceptions",
    "pretty-errors",
    "certvalidator",
    "pip-tools",
    "pip-audit",
    "pipdeptree",
    "check-wheel-contents",
    "backoff",
    "pysocks",
]

LARGE = {
    "20.3.4": ["django", "celery[redis]", "sphinx"],
    "22.0.4": ["jupyterlab"],
    "23.2.1": ["sphinx", "mkdocs-material", "pytest-xdist", "ipython"],
    "24.3.1": ["scikit-learn", "matplotlib", "pandas"],
    "25.3": ["fastapi[standard]", "sqlalchemy", "httpx[http2]", "black", "mypy"],
    "26.3": ["poetry", "tox", "pre-commit", "twine", "hatch"],
}


@source
def pip_large(lab: Lab) -> None:
    """Verbose installs of large trees, one tree for each pip."""
    for pip, packages in LARGE.items():
        bin_ = lab.venv(f"large-{pip}", VERSIONS[pip], pip=pip)
        with lab.recording(f"pip/install-v-{pip}", limit=500_000) as recording:
            recording.run(bin_ / "pip", "install", "-v", *packages)
            recording.run(bin_ / "pip", "install", "-v", *packages)
            recording.run(bin_ / "pip", "list")
            recording.run(bin_ / "pip", "freeze", "--all")
            recording.run(bin_ / "pip", "check")


@source
def pip_alarming(lab: Lab) -> None:
    """Packages with names like failures: on a terminal, verbose, with --log, upgraded and uninstalled again."""
    for pip in ("20.3.4", "22.0.4", "25.3", "26.3"):
        bin_ = lab.venv(f"alarming-{pip}", VERSIONS[pip], pip=pip)
        with lab.recording(f"pip/alarming-{pip}", tty=True) as recording:
            recording.run(bin_ / "pip", "install", *ALARMING)
            recording.run(bin_ / "pip", "list", "--outdated")
            recording.run(bin_ / "pip", "install", "--no-deps", "--force-reinstall", *ALARMING[:12])
            recording.run(bin_ / "pip", "uninstall", "--yes", *ALARMING[:12])
    for pip in ("23.2.1", "24.3.1"):
        bin_ = lab.venv(f"alarming-{pip}", VERSIONS[pip], pip=pip)
        log = lab.scratch / f"alarming-{pip}.log"
        log.unlink(missing_ok=True)
        with lab.recording(f"pip/alarming-{pip}") as recording:
            recording.run(bin_ / "pip", "install", "--log", log, "retrying==1.3.3", "exceptiongroup==1.0.0", "tblib<2")
            recording.run(bin_ / "pip", "install", "--log", log, "--upgrade", *ALARMING)
            recording.run(bin_ / "pip", "uninstall", "-v", "--yes", *ALARMING)
        with lab.recording(f"pip/alarming-{pip}-log", limit=500_000, prompts=False) as recording:
            recording.add(log.read_text("utf-8"), "the file of --log")


@source
def pip_very_verbose(lab: Lab) -> None:
    """Installs with -vv: every link that was looked at and every one skipped, with the reason."""
    trees = {
        "20.3.4": "flask",
        "22.0.4": "requests",
        "23.2.1": "aiohttp",
        "24.3.1": "pydantic",
        "25.3": "rich",
        "26.3": "httpx",
    }
    for pip, package in trees.items():
        bin_ = lab.venv(f"vv-{pip}", VERSIONS[pip], pip=pip)
        with lab.recording(f"pip/install-vv-{pip}", limit=600_000) as recording:
            recording.run(bin_ / "pip", "install", "-vv", package)


@source
def pip_wheels(lab: Lab) -> None:
    """Wheels built from sdists with -v: setuptools' own chatter, its warnings and its copied files."""
    sdists = ["docopt==0.6.2", "retrying==1.3.3", "jsonpickle", "tblib", "boltons", "babel==2.9.1", "sphinx==4.5.0"]
    for pip in ("20.3.4", "22.0.4", "24.3.1", "26.3"):
        bin_ = lab.venv(f"wheels-{pip}", VERSIONS[pip], "wheel", "setuptools<75", pip=pip)
        target = lab.folder(f"wheels-{pip}")
        # Not :all:, which would build the build tools from their sdists too.
        names = ",".join(sdist.partition("==")[0] for sdist in sdists)
        with lab.recording(f"pip/wheel-v-{pip}", limit=700_000) as recording:
            recording.run(bin_ / "pip", "wheel", "-v", "--no-deps", "--no-binary", names, "-w", target, *sdists)


@source
def pip_resolver(lab: Lab) -> None:
    """Resolutions that take a detour and end well: backtracking, dry runs, reports, hashes, downloads."""
    for pip in ("23.2.1", "25.3"):
        bin_ = lab.venv(f"resolver-{pip}", VERSIONS[pip], pip=pip)
        target = lab.folder(f"downloads-{pip}")
        with lab.recording(f"pip/resolver-{pip}", limit=900_000) as recording:
            recording.run(bin_ / "pip", "install", "-v", "--dry-run", "flask", "jinja2<3.1", "click<8.1")
            recording.run(bin_ / "pip", "download", "-d", target, "errorhandler", "retrying", "six")
            recording.run(bin_ / "pip", "hash", *sorted(target.glob("*.whl")))
            recording.run(bin_ / "pip", "install", "--no-index", "--find-links", target, "retrying")
            recording.run(bin_ / "pip", "index", "versions", "requests")
            recording.run(bin_ / "pip", "inspect", "--local")
        with lab.recording(f"pip/report-{pip}", limit=600_000, prompts=False) as recording:
            recording.run(bin_ / "pip", "install", "-q", "--dry-run", "--report", "-", "sphinx", "retrying")


@source
def pip_words(lab: Lab) -> None:
    """What pip says about itself: help of every command, debug, config, show, cache."""
    commands = "install download uninstall freeze list show check config search cache wheel hash completion debug help"
    for pip, version in VERSIONS.items():
        bin_ = lab.venv(f"words-{pip}", version, "pytest", "requests", pip=pip)
        with lab.recording(f"pip/words-{pip}") as recording:
            recording.run(bin_ / "pip", "--help")
            for command in commands.split():
                recording.run(bin_ / "pip", command, "--help")
            recording.run(bin_ / "pip", "debug", "--verbose")
            recording.run(bin_ / "pip", "config", "debug")
            recording.run(bin_ / "pip", "show", "-v", "-f", "pytest", "requests", "pip")
            recording.run(bin_ / "pip", "cache", "dir", ok=(0, 1))
            recording.run(bin_ / "pip", "list", "--format=json")
            recording.run(bin_ / "pip", "freeze", "--all")


@source
def pip_big_uninstall(lab: Lab) -> None:
    """A verbose upgrade and uninstall: thousands of file names, many of them of error modules and their tests."""
    bin_ = lab.venv("uninstall", "3.11", pip="25.3")
    with lab.recording("pip/uninstall-v-25.3", limit=900_000) as recording:
        recording.run(bin_ / "pip", "install", "django==4.2", "sympy==1.12")
        recording.run(bin_ / "pip", "install", "-vv", "--upgrade", "django<5")
        recording.run(bin_ / "pip", "uninstall", "-vv", "--yes", "django", "sympy")


@source
def pip_recovers(lab: Lab) -> None:
    """An index that hangs up and is busy at first: warnings of retries, then success; and other harmless warnings."""
    server = Path(__file__).with_name("flaky_index.py")
    for number, pip in enumerate(("20.3.4", "22.0.4", "24.3.1", "26.3")):
        bin_ = lab.venv(f"recovers-{pip}", VERSIONS[pip], pip=pip)
        wheels, target = lab.folder(f"recovers-wheels-{pip}"), lab.folder(f"recovers-target-{pip}")
        lab.check(bin_ / "pip", "download", "-q", "-d", wheels, "errorhandler", "tblib")
        port = 18110 + number
        index = ["--no-cache-dir", "--index-url", f"http://127.0.0.1:{port}/simple/"]
        with (
            lab.serve(lab.python("3.11"), server, str(port), wheels),
            lab.recording(f"pip/recovers-{pip}") as recording,
        ):
            recording.run(bin_ / "pip", "install", *index, "errorhandler", "tblib")
            recording.run(bin_ / "pip", "install", "-v", *index, "--target", target, "tblib")
            recording.run(bin_ / "pip", "install", *index, "--target", target, "tblib")
            recording.run(bin_ / "pip", "install", "--no-binary", "docopt", "docopt==0.6.2")
