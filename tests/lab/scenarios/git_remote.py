"""git: what it says of other repositories, in folders and on servers of loopback."""

from __future__ import annotations

from tests.lab.execute import Command
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.scenarios.git import COMMIT, IDENTITY, NAME, again, shell
from unstuck.demo.packages import wheel


def cloned(lab: Lab, more: str = "") -> Command:
    """A bare repository team.git, a clone of it in the project, and one of somebody else."""
    return shell(
        lab,
        f"git init -q --bare team.git; git clone -q team.git mine 2>/dev/null; cd mine; {COMMIT}; "
        f"git push -q origin HEAD:main; cd ..; git clone -q team.git theirs; cd theirs; "
        f"echo theirs > theirs.txt; git add .; git commit -qm theirs; git push -q origin HEAD:main; cd ..; {more}",
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
        fixes={"push-head-command": True},
    )


@scenario("git/push-rejected", tool="git")
def push_rejected(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "push", "origin", "main"),
        [Expected("git/push-rejected", r"! \[rejected\]", {"name": "main"})],
        before=[
            cloned(lab, f"{IDENTITY} cd mine; echo mine > mine.txt; git add .; git commit -qm mine; git branch -M main")
        ],
        tries={
            "pull-rebase": helps(lambda run: [shell(lab, "cd mine; git pull -q --rebase origin main"), run]),
            "again": fails(again),
            "set-upstream": fails(lambda run: run.plus("-u", before="origin")),
        },
        fixes={"pull-rebase-command": True},
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
        ],
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


@scenario("git/not-found", versions=">=20")
def git_missing(lab: Lab) -> Failure:
    return Failure(
        lab.pip("install", "git+https://git.example.com/team/demo.git", PATH=lab.without("git")),
        [Expected("git/not-found", "Cannot find command 'git'")],
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


@scenario("git/could-not-read-username", tool="git")
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
        fixes={"rebase-command": True},
    )


@scenario("git/no-upstream", tool="git")
def no_upstream(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "theirs", "push"),
        [Expected("git/no-upstream", "fatal: The current branch", {"name": "topic"})],
        before=[cloned(lab, "cd theirs; git checkout -q -b topic")],
        tries={"push-upstream": helps(lambda run: run.plus("-u", "origin", "HEAD")), "again": fails(again)},
        fixes={"push-upstream-command": True},
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
        fixes={"set-url-command": True},
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
        ],
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
