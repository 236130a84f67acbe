"""git: what it says of the repository that is here."""

from __future__ import annotations

import os

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario

# What a person has in ~/.gitconfig, for commands that commit.
IDENTITY = "command git config --global user.name Demo; command git config --global user.email demo@example.com; "
NAME = ("-c", "user.name=Demo", "-c", "user.email=demo@example.com", "-c", "init.defaultBranch=main")


def shell(lab: Lab, script: str, **env: str | None) -> Command:
    """Some git commands, `git` being one with a name for its commits."""
    return lab.command("sh", "-ec", f'git() {{ command git {" ".join(NAME)} "$@"; }}\n{script}', **env)


def again(command: Command) -> Command:
    """Nothing changed."""
    return command


COMMIT = "echo one > notes.txt; git add notes.txt; git commit -qm one"


def repository(lab: Lab, more: str = "") -> Command:
    """The project as a repository with one commit."""
    return shell(lab, f"git init -q .; {COMMIT}; {more}")


@scenario(
    "git/dubious-ownership", tool="git", needs=lambda: None if os.geteuid() == 0 else "only root can give files away"
)
def dubious_ownership(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "status"),
        [Expected("git/dubious-ownership", "fatal: detected dubious ownership")],
        before=[shell(lab, "git init -q mine; chown -R 12345 mine")],
        tries={
            "chown": helps(lambda run: [lab.command("chown", "-R", "0", "mine"), run]),
            "safe-directory": helps(
                lambda run: [
                    lab.command("git", "config", "--global", "--add", "safe.directory", lab.project / "mine"),
                    run,
                ]
            ),
            "safe-all": helps(
                lambda run: [lab.command("git", "config", "--global", "--add", "safe.directory", "*"), run]
            ),
            "chmod": fails(lambda run: [lab.command("chmod", "-R", "777", "mine"), run]),
        },
        fixes={"safe-directory-command": True},
    )


@scenario("git/not-a-repository", tool="git")
def not_a_repository(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "status"),
        [Expected("git/not-a-repository", "fatal: not a git repository")],
        tries={
            "init": helps(lambda run: [lab.command("git", "init", "-q", "."), run]),
            "again": fails(again),
            "empty-git": fails(lambda run: [lab.command("mkdir", "-p", ".git"), run]),
        },
        fixes={"init-command": True},
    )


@scenario("git/index-lock", tool="git")
def index_lock(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "add", "notes.txt"),
        [Expected("git/index-lock", "fatal: Unable to create")],
        before=[repository(lab, "touch .git/index.lock; echo two > notes.txt")],
        tries={
            "remove-lock": helps(lambda run: [lab.command("rm", ".git/index.lock"), run]),
            "again": fails(again),
            "reset": fails(lambda run: [lab.command("git", "reset", "--hard"), run]),
        },
        fixes={"remove-lock-command": True},
    )


@scenario("git/local-changes-overwritten", tool="git")
def local_changes(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "checkout", "topic"),
        [Expected("git/local-changes-overwritten", "error: Your local changes", {"name": "checkout"})],
        before=[
            repository(
                lab,
                "git checkout -q -b topic; echo two > notes.txt; git commit -qam two; "
                f"git checkout -q main; echo three > notes.txt; {IDENTITY}",
            )
        ],
        tries={
            "stash": helps(lambda run: [shell(lab, "git stash -q"), run]),
            "commit": helps(lambda run: [shell(lab, "git commit -qam three"), run]),
            "discard": helps(lambda run: [lab.command("git", "checkout", "--", "notes.txt"), run]),
            "again": fails(again),
        },
        fixes={"stash-command": True},
    )


@scenario("git/local-changes-overwritten", tool="git")
def untracked_files(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "checkout", "topic"),
        [Expected("git/local-changes-overwritten", "error: The following untracked")],
        before=[
            repository(
                lab,
                "git checkout -q -b topic; echo two > new.txt; git add .; git commit -qm two; "
                f"git checkout -q main; echo three > new.txt; {IDENTITY}",
            )
        ],
        fixes={"stash-command": True},
    )


CONFLICT = (
    "git checkout -q -b topic; echo two > notes.txt; git commit -qam two; git checkout -q main; "
    "echo three > notes.txt; git commit -qam three; "
)


@scenario("git/merge-conflict", tool="git")
def merge_conflict(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "merge", "topic"),
        [Expected("git/merge-conflict", "CONFLICT", {"path": "notes.txt"})],
        before=[repository(lab, CONFLICT)],
        tries={
            "resolve": helps(
                lambda run: [run, shell(lab, "echo both > notes.txt; git add notes.txt; git commit -qm both")]
            ),
            "abort": helps(lambda run: [run, lab.command("git", "merge", "--abort")]),
            "pull-again": fails(lambda run: [run, lab.command("git", "pull")]),
        },
    )


@scenario("git/merge-conflict", tool="git")
def rebase_conflict(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "rebase", "topic"),
        [Expected("git/merge-conflict", "CONFLICT")],
        before=[repository(lab, CONFLICT)],
    )


@scenario("git/bad-ref", tool="git")
def no_branch(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "checkout", "topc"),
        [Expected("git/bad-ref", "pathspec", {"name": "topc"})],
        before=[repository(lab, "git branch topic")],
        tries={"right-name": helps(lambda run: run.replaced("topc", "topic")), "again": fails(again)},
    )


@scenario("git/bad-ref", tool="git", renderings=["pipe"])
def unknown_revision(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "log", "nosuch"),
        [Expected("git/bad-ref", "fatal: ambiguous argument", {"name": "nosuch"})],
        before=[repository(lab)],
    )


@scenario("git/unrelated-histories", tool="git")
def unrelated(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "merge", "other"),
        [Expected("git/unrelated-histories", "refusing to merge unrelated histories")],
        before=[
            repository(
                lab,
                "git checkout -q --orphan other; git rm -qrf .; echo x > x.txt; git add .; git commit -qm x; "
                "git checkout -q main",
            )
        ],
        tries={"allow": helps(lambda run: run.plus("--allow-unrelated-histories")), "again": fails(again)},
        fixes={"allow-command": True},
    )


@scenario("git/identity-unknown", tool="git")
def identity(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "commit", "-qam", "two"),
        [Expected("git/identity-unknown", "identity unknown")],
        before=[repository(lab, "echo two > notes.txt; git config user.useConfigOnly true")],
        tries={
            "configure": helps(
                lambda run: [
                    lab.command("git", "config", "--global", "user.name", "Demo"),
                    lab.command("git", "config", "--global", "user.email", "demo@example.com"),
                    run,
                ]
            ),
            "variables": helps(
                lambda run: run.having(
                    GIT_AUTHOR_NAME="Demo",
                    GIT_AUTHOR_EMAIL="demo@example.com",
                    GIT_COMMITTER_NAME="Demo",
                    GIT_COMMITTER_EMAIL="demo@example.com",
                )
            ),
        },
    )


@scenario("git/corrupt", tool="git")
def empty_object(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "log"),
        [Expected("git/corrupt", "error: object file")],
        before=[repository(lab, "for file in .git/objects/??/*; do chmod u+w $file; : > $file; done")],
        tries={"again": fails(again), "gc": fails(lambda run: [lab.command("git", "gc"), run])},
    )


@scenario("git/corrupt", tool="git", renderings=["pipe"])
def damaged_index(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "status"),
        [Expected("git/corrupt", "index file")],
        before=[repository(lab, "echo x > .git/index")],
        tries={"new-index": helps(lambda run: [lab.command("rm", ".git/index"), lab.command("git", "reset"), run])},
    )


@scenario("git/config-bad", tool="git")
def bad_configuration(lab: Lab) -> Failure:
    lab.write(lab.home / ".gitconfig", "[user]\n<<<<<<< name\n")
    return Failure(
        lab.command("git", "init", "mine"),
        [Expected("git/config-bad", "fatal: bad config line 2", {"line": "2"})],
        tries={
            "correct": helps(lambda run: [lab.command("sed", "-i", "/<<</d", lab.home / ".gitconfig"), run]),
            "git-config": fails(lambda run: [lab.command("git", "config", "--global", "user.name", "Demo"), run]),
        },
    )


@scenario("git/patch-does-not-apply", tool="git")
def patch(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "apply", "change.patch"),
        [Expected("git/patch-does-not-apply", "error: patch failed", {"path": "notes.txt"})],
        before=[repository(lab, "echo two > notes.txt; git diff > change.patch; echo three > notes.txt")],
        tries={
            "right-version": helps(lambda run: [lab.command("git", "checkout", "--", "notes.txt"), run]),
            "again": fails(again),
        },
    )


@scenario("git/lfs-missing", tool="git")
def lfs(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "lfs", "pull", PATH=lab.without("git-lfs")),
        [Expected("git/lfs-missing", "'lfs' is not a git command")],
        before=[repository(lab)],
    )


@scenario("git/unknown-command", tool="git")
def unknown_command(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "comit", "--dry-run"),
        [Expected("git/unknown-command", "is not a git command", {"name": "comit"})],
        before=[repository(lab, "echo two > notes.txt; git add .")],
        tries={"right-command": helps(lambda run: run.replaced("comit", "commit")), "again": fails(again)},
        fixes={"right-command-command": True},
    )
