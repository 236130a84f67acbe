"""uv: installs, locks, trees and its debug log."""

from __future__ import annotations

import tempfile

from harness import Lab, source

from sources.pip import ALARMING


def _uv(lab: Lab) -> str:
    return str(lab.venv("uv", "3.11", "uv") / "uv")


@source
def uv_install(lab: Lab) -> None:
    """uv pip: installs on a terminal and on a pipe, plain and with -v, compile, tree, list, uninstall."""
    uv, python = _uv(lab), lab.python("3.11")
    place = lab.folder("uv-pip")
    lab.check(uv, "venv", "-q", "--python", python, ".venv", cwd=place)
    with lab.recording("uv/pip-install", tty=True) as recording:
        recording.run(uv, "pip", "install", "jupyterlab", "pandas", "scikit-learn", cwd=place)
        recording.run(uv, "pip", "install", *ALARMING, cwd=place)
        recording.run(uv, "pip", "install", "--reinstall", "--no-cache", "retrying", "failprint", cwd=place)
        recording.run(uv, "pip", "tree", cwd=place)
        recording.run(uv, "pip", "check", cwd=place)
        recording.run(uv, "pip", "uninstall", *ALARMING, cwd=place)
    with lab.recording("uv/pip-install-v", limit=900_000) as recording:
        recording.run(uv, "pip", "install", "-v", "--no-cache", *ALARMING, cwd=place)
        recording.run(uv, "pip", "install", "-v", "--no-cache", "--upgrade", "jupyterlab", "poetry", cwd=place)
    with lab.recording("uv/pip-words") as recording:
        recording.run(uv, "pip", "list", cwd=place)
        recording.run(uv, "pip", "freeze", cwd=place)
        recording.run(uv, "pip", "show", "-f", "retrying", "jupyterlab", cwd=place)
        for command in ("pip install", "pip compile", "sync", "lock", "add", "run", "venv", "build", "python install"):
            recording.run(uv, *command.split(), "--help", cwd=place)


@source
def uv_project(lab: Lab) -> None:
    """A project: init, add, lock, sync with -v, tree, export, build, run."""
    uv = _uv(lab)
    home = lab.folder("uv-project")
    env = {"UV_PYTHON": str(lab.python("3.12"))}
    lab.check(uv, "init", "--package", "error-report", cwd=home, env=env)
    place = home / "error-report"
    with lab.recording("uv/project", tty=True) as recording:
        recording.run(uv, "add", "django<5", "celery", "retrying", "sentry-sdk", cwd=place, env=env)
        recording.run(uv, "add", "--dev", "pytest", "pytest-rerunfailures", "mypy", "ruff", cwd=place, env=env)
        recording.run(uv, "tree", cwd=place, env=env)
        recording.run(uv, "lock", "--upgrade", cwd=place, env=env)
        recording.run(uv, "build", cwd=place, env=env)
        recording.run(uv, "run", "error-report", cwd=place, env=env)
    with lab.recording("uv/project-v", limit=900_000) as recording:
        recording.run(uv, "lock", "-v", "--upgrade", "--no-cache", cwd=place, env=env)
        recording.run(uv, "sync", "-v", "--reinstall", cwd=place, env=env)
        recording.run(uv, "export", cwd=place, env=env)
        recording.run(uv, "pip", "compile", "-v", "--universal", "pyproject.toml", cwd=place, env=env)


@source
def uv_build(lab: Lab) -> None:
    """uv building sdists with -v: a back end's output inside uv's."""
    uv, python = _uv(lab), lab.python("3.11")
    place = lab.folder("uv-build")
    lab.check(uv, "venv", "-q", "--python", python, ".venv", cwd=place)
    with lab.recording("uv/build-v", limit=900_000) as recording:
        packages = ["pyyaml", "markupsafe", "retrying", "ujson", "wrapt"]
        no_binary = [word for name in packages for word in ("--no-binary", name)]
        recording.run(uv, "pip", "install", "-v", "--no-cache", *no_binary, *packages, cwd=place)


@source
def uv_warnings(lab: Lab) -> None:
    """uv's warnings on the way to success: a cache on another file system, bounds that are missing."""
    uv, place = _uv(lab), lab.folder("uv-warnings")
    lab.check(uv, "venv", "-q", "--python", lab.python("3.11"), ".venv", cwd=place)
    (place / "requirements.txt").write_text("--no-binary docopt\nretrying\nretrying>=1.3\nerrorhandler\ndocopt\n")
    with tempfile.TemporaryDirectory(dir="/dev/shm") as cache, lab.recording("uv/warnings", tty=True) as recording:
        shown = "uv pip install -r requirements.txt failprint"
        words = ["pip", "install", "--cache-dir", cache, "-r", "requirements.txt", "failprint"]
        recording.run(uv, *words, cwd=place, shown=shown)
        recording.run(uv, "pip", "install", "--resolution", "lowest", "errorhandler", "retrying", cwd=place)
        recording.run(uv, "pip", "compile", "requirements.txt", cwd=place)
        recording.run(uv, "pip", "list", "--outdated", cwd=place)
        recording.run(uv, "cache", "prune", "--cache-dir", cache, cwd=place, shown="uv cache prune")
