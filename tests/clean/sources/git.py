"""git on a repository made of a package's releases: log, diff, merge, rebase, clone over loopback."""

from __future__ import annotations

import shutil
from pathlib import Path

from harness import Lab, source

WHO = {
    "GIT_AUTHOR_NAME": "Ada Example",
    "GIT_AUTHOR_EMAIL": "ada@example.com",
    "GIT_COMMITTER_NAME": "Ada Example",
    "GIT_COMMITTER_EMAIL": "ada@example.com",
    "GIT_AUTHOR_DATE": "2026-01-02T03:04:05Z",
    "GIT_COMMITTER_DATE": "2026-01-02T03:04:05Z",
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_PAGER": "cat",
}


def _history(lab: Lab, package: str, versions: list[str]) -> Path:
    place = lab.folder(f"git-{package}")
    lab.check("git", "init", "-q", "-b", "main", cwd=place, env=WHO)
    for version in versions:
        tree = lab.sdist(f"{package}=={version}")
        for path in place.iterdir():
            if path.name != ".git":
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        shutil.copytree(tree, place, dirs_exist_ok=True)
        lab.check("git", "add", "-A", cwd=place, env=WHO)
        lab.check(
            "git", "commit", "-q", "-m", f"{package} {version}: fix errors of the release before", cwd=place, env=WHO
        )
        lab.check("git", "tag", version, cwd=place, env=WHO)
    return place


@source
def git_work(lab: Lab) -> None:
    """A day's work: clone, log, gc, fsck, and a fetch with tracing."""
    lab.need("git")
    place = _history(lab, "retrying", ["1.3.3", "1.3.4", "1.4.2"])
    with lab.recording("git/work", tty=True) as recording:
        recording.run("git", "clone", "--progress", f"file://{place}", lab.folder("git-clone"), env=WHO)
        # What version finders such as setuptools-scm run, and survive.
        recording.run("git", "describe", "--tags", "--match", "v9*", cwd=place, env=WHO, ok=(128,))
        recording.run("git", "log", "--graph", "--oneline", "--all", "--stat", cwd=place, env=WHO)
        recording.run("git", "gc", cwd=place, env=WHO)
        recording.run("git", "fsck", "--full", cwd=place, env=WHO)
    daemon = ["git", "daemon", "--verbose", "--export-all", "--listen=127.0.0.1", "--port=9417", f"--base-path={place}"]
    with lab.serve(*daemon, env=WHO) as log, lab.recording("git/trace", limit=400_000) as recording:
        env = {**WHO, "GIT_TRACE": "1", "GIT_TRACE_PACKET": "1"}
        recording.run("git", "clone", "git://127.0.0.1:9417/", lab.folder("git-clone"), env=env)
        recording.add(log.read_text(), "git daemon --verbose")


@source
def git_patches(lab: Lab) -> None:
    """Patches between releases: source code and changelogs of packages that talk about failures."""
    lab.need("git")
    for package, versions in {
        "requests": ["2.25.1", "2.28.2", "2.31.0", "2.32.3"],
        "virtualenv": ["20.21.1", "20.26.6"],
        "build": ["0.10.0", "1.2.2"],
    }.items():
        place = _history(lab, package, versions)
        with lab.recording(f"git/patches-{package}", limit=500_000) as recording:
            recording.run("git", "log", "-p", "--stat", f"{versions[0]}..{versions[-1]}", cwd=place, env=WHO)
