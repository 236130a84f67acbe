"""git: what it says on its own, in local repositories and with servers of loopback."""

from __future__ import annotations

import os

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from unstuck.demo.packages import wheel

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


def cloned(lab: Lab, more: str = "") -> Command:
    """A bare repository team.git, a clone of it in the project, and one of somebody else."""
    return shell(lab, f"git init -q --bare team.git; git clone -q team.git mine 2>/dev/null; cd mine; {COMMIT}; "
                      f"git push -q origin HEAD:main; cd ..; git clone -q team.git theirs; cd theirs; "
                      f"echo theirs > theirs.txt; git add .; git commit -qm theirs; git push -q origin HEAD:main; cd ..; {more}")  # fmt: skip


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
    )


@scenario("git/src-refspec-no-match", tool="git")
def src_refspec(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "push", "origin", "master"),
        [Expected("git/src-refspec-no-match", "src refspec", {"name": "master"})],
        before=[cloned(lab, "cd mine; git pull -q --rebase origin main; git branch -M main")],
        tries={
            "push-head": helps(lambda run: run.replaced("master", "HEAD")),
            "rename": helps(lambda run: [lab.command("git", "-C", "mine", "branch", "-M", "master"), run]),
            "force": fails(lambda run: run.plus("--force")),
        },
    )


@scenario("git/push-rejected", tool="git")
def push_rejected(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "push", "origin", "main"),
        [Expected("git/push-rejected", r"! \[rejected\]", {"name": "main"})],
        before=[cloned(lab, "cd mine; echo mine > mine.txt; git add .; git commit -qm mine; git branch -M main")],
        tries={
            "pull-rebase": helps(lambda run: [shell(lab, "cd mine; git pull -q --rebase origin main"), run]),
            "again": fails(again),
            "set-upstream": fails(lambda run: run.plus("-u", before="origin")),
        },
    )


@scenario("git/push-rejected", tool="git", renderings=["pipe"])
def push_rewritten(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "theirs", "push", "origin", "HEAD:main"),
        [Expected("git/push-rejected", r"! \[rejected\]", {"name": "HEAD"})],
        before=[cloned(lab, "cd theirs; git commit -q --amend -m again")],
        tries={"force-with-lease": helps(lambda run: run.plus("--force-with-lease", before="origin"))},
    )


@scenario("git/remote-rejected", tool="git")
def remote_rejected(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "push", "origin", "main"),
        [Expected("git/remote-rejected", r"! \[remote rejected\]")],
        before=[
            shell(
                lab,
                f"git init -q team; (cd team; {COMMIT}); git clone -q team mine; cd mine; "
                "echo two > notes.txt; git commit -qam two",
            )
        ],  # fmt: skip
        tries={
            "other-branch": helps(lambda run: run.replaced("main", "HEAD:topic")),
            "again": fails(again),
            "force": fails(lambda run: run.plus("--force")),
        },
    )


@scenario("git/could-not-read-remote", tool="git")
def no_remote(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "fetch", "upstream"),
        [Expected("git/could-not-read-remote", "does not appear to be a git repository")],
        before=[cloned(lab)],
        tries={
            "right-remote": helps(
                lambda run: [lab.command("git", "-C", "mine", "remote", "add", "upstream", "../team.git"), run]
            ),
            "again": fails(again),
        },
    )


@scenario("git/local-changes-overwritten", tool="git")
def local_changes(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "checkout", "topic"),
        [Expected("git/local-changes-overwritten", "error: Your local changes", {"name": "checkout"})],
        before=[
            repository(
                lab,
                "git checkout -q -b topic; echo two > notes.txt; git commit -qam two; git checkout -q main; echo three > notes.txt",
            )
        ],
        tries={
            "stash": helps(lambda run: [shell(lab, "git stash -q"), run]),
            "commit": helps(lambda run: [shell(lab, "git commit -qam three"), run]),
            "discard": helps(lambda run: [lab.command("git", "checkout", "--", "notes.txt"), run]),
            "again": fails(again),
        },
    )


@scenario("git/local-changes-overwritten", tool="git")
def untracked_files(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "checkout", "topic"),
        [Expected("git/local-changes-overwritten", "error: The following untracked")],
        before=[
            repository(
                lab,
                "git checkout -q -b topic; echo two > new.txt; git add .; git commit -qm two; git checkout -q main; echo three > new.txt",
            )
        ],
    )


CONFLICT = ("git checkout -q -b topic; echo two > notes.txt; git commit -qam two; git checkout -q main; "
            "echo three > notes.txt; git commit -qam three; ")  # fmt: skip


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


@scenario("git/repository-not-found", tool="git")
def repository_not_found(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    return Failure(
        lab.command("git", "clone", f"{index.url}/team/nosuch.git"),
        [Expected("git/repository-not-found", "fatal: repository")],
        tries={"again": fails(again)},
    )


@scenario("git/repository-not-found", tool="git")
def folder_not_found(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "clone", "nosuch"),
        [Expected("git/repository-not-found", "fatal: repository")],
    )


@scenario("git/not-found", versions=">=20", renderings=["pipe"])
def git_missing(lab: Lab) -> Failure:
    return Failure(
        lab.pip("install", "git+https://git.example.com/team/demo.git", PATH=lab.without("git")),
        [Expected("git/not-found", "Cannot find command 'git'")],
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
def no_remote_branch(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "clone", "--branch", "nosuch", "team.git", "third"),
        [Expected("git/bad-ref", "fatal: Remote branch", {"name": "nosuch"})],
        before=[cloned(lab)],
    )


@scenario("git/bad-ref", tool="git", renderings=["pipe"])
def no_remote_ref(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "pull", "origin", "nosuch"),
        [Expected("git/bad-ref", "fatal: couldn't find remote ref", {"name": "nosuch"})],
        before=[cloned(lab)],
    )


@scenario("git/bad-ref", tool="git", renderings=["pipe"])
def unknown_revision(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "log", "nosuch"),
        [Expected("git/bad-ref", "fatal: ambiguous argument", {"name": "nosuch"})],
        before=[repository(lab)],
    )


@scenario("git/tls-certificate", tool="git")
def tls(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"), tls="private-root")
    return Failure(
        lab.command("git", "clone", f"{index.url}/team/demo.git"),
        [Expected("git/tls-certificate", "certificate")],
    )


@scenario("git/host-unreachable", tool="git")
def refused(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "clone", f"http://localhost:{lab.closed_port()}/team/demo.git"),
        [Expected("git/host-unreachable", "Failed to connect to")],
        tries={"shallow": fails(lambda run: run.plus("--depth", "1"))},
    )


@scenario("git/host-unreachable", tool="git")
def unknown_host(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "clone", "http://git.invalid/team/demo.git"),
        [Expected("git/host-unreachable", "Could not resolve host", {"host": "git.invalid"})],
    )


@scenario("git/could-not-read-username", tool="git", renderings=["pipe"])
def login_asked(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    index.login = ("user", "secret")
    return Failure(
        lab.command("git", "clone", f"{index.url}/team/demo.git", GIT_TERMINAL_PROMPT="0"),
        [Expected("git/could-not-read-username", "could not read Username")],
        tries={"again": fails(again)},
    )


@scenario("git/authentication-failed", tool="git")
def wrong_password(lab: Lab) -> Failure:
    index = lab.index(wheel("demo", "1.0"))
    index.login = ("user", "secret")
    return Failure(
        lab.command(
            "git", "clone", f"{index.url.replace('://', '://user:wrong@')}/team/demo.git", GIT_TERMINAL_PROMPT="0"
        ),
        [Expected("git/authentication-failed", "Authentication failed")],
    )


@scenario("git/unrelated-histories", tool="git")
def unrelated(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "merge", "other"),
        [Expected("git/unrelated-histories", "refusing to merge unrelated histories")],
        before=[
            repository(
                lab,
                "git checkout -q --orphan other; git rm -qrf .; echo x > x.txt; git add .; git commit -qm x; git checkout -q main",
            )
        ],
        tries={"allow": helps(lambda run: run.plus("--allow-unrelated-histories")), "again": fails(again)},
    )


@scenario("git/divergent-branches", tool="git")
def divergent(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "-C", "mine", "pull", "origin", "main"),
        [Expected("git/divergent-branches", "fatal: Need to specify how to reconcile")],
        before=[cloned(lab, "cd mine; echo mine > mine.txt; git add .; git commit -qm mine")],
        tries={
            "rebase": helps(lambda run: run.plus("--rebase")),
            "configure": helps(lambda run: [lab.command("git", "config", "--global", "pull.rebase", "true"), run]),
            "again": fails(again),
            "ff-only": fails(lambda run: run.plus("--ff-only")),
        },
    )


@scenario("git/no-upstream", tool="git")
def no_upstream(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "theirs", "push"),
        [Expected("git/no-upstream", "fatal: The current branch", {"name": "topic"})],
        before=[cloned(lab, "cd theirs; git checkout -q -b topic")],
        tries={"push-upstream": helps(lambda run: run.plus("-u", "origin", "HEAD")), "again": fails(again)},
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


@scenario("git/destination-exists", tool="git")
def destination(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "clone", "team.git", "mine"),
        [Expected("git/destination-exists", "fatal: destination path", {"path": "mine"})],
        before=[cloned(lab)],
        tries={
            "other-folder": helps(lambda run: run.replaced("mine", "third")),
            "force": fails(lambda run: run.plus("--force", before="team.git")),
        },
    )


@scenario("git/remote-exists", tool="git")
def remote_exists(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "remote", "add", "origin", "../team.git"),
        [Expected("git/remote-exists", "already exists", {"name": "origin"})],
        before=[cloned(lab)],
        tries={"set-url": helps(lambda run: run.replaced("add", "set-url")), "again": fails(again)},
    )


@scenario("git/no-such-remote", tool="git")
def no_such_remote(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "remote", "get-url", "upstream"),
        [Expected("git/no-such-remote", "No such remote", {"name": "upstream"})],
        before=[cloned(lab)],
        tries={
            "add-remote": helps(
                lambda run: [lab.command("git", "-C", "mine", "remote", "add", "upstream", "../team.git"), run]
            ),
            "again": fails(again),
        },
    )


@scenario("git/transport-not-allowed", tool="git")
def transport(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "submodule", "add", "../team.git", "lib"),
        [Expected("git/transport-not-allowed", "fatal: transport 'file' not allowed", {"name": "file"})],
        before=[cloned(lab)],
        tries={"allow-file": helps(lambda run: run.plus("-c", "protocol.file.allow=always", before="submodule"))},
    )


@scenario("git/submodule-ref-missing", tool="git")
def submodule_commit(lab: Lab) -> Failure:
    # The commit of the submodule stays in the clone where it was made.
    return Failure(
        lab.command("git", "-c", "protocol.file.allow=always", "clone", "--recurse-submodules", "mine", "third"),
        [Expected("git/submodule-ref-missing", "not our ref|is not a tree|did not contain")],
        before=[
            cloned(
                lab,
                "cd mine; git -c protocol.file.allow=always submodule --quiet add ../team.git lib; cd lib; "
                "echo x > x.txt; git add .; git commit -qm x; cd ..; git add .; git commit -qm lib; "
                'git config -f .gitmodules submodule.lib.url "$PWD/../team.git"; git commit -qam url',
            )
        ],  # fmt: skip
        tries={
            "push-submodule": helps(
                lambda run: [
                    lab.command("git", "-C", "mine/lib", "push", "-q", "origin", "HEAD:topic"),
                    lab.command("rm", "-rf", "third"),
                    run,
                ]
            ),
            "again": fails(lambda run: [lab.command("rm", "-rf", "third"), run]),
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
    )
