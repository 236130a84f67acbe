"""git: tags, branches, working trees and operations that stand in the way of a command."""

from __future__ import annotations

from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.scenarios.git import COMMIT, CONFLICT, IDENTITY, NAME, repository, shell
from tests.lab.scenarios.git_remote import cloned


@scenario("git/tag-exists", tool="git")
def tag(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "tag", "v1.0"),
        [Expected("git/tag-exists", "fatal: tag", {"name": "v1.0"})],
        before=[repository(lab, "git tag v1.0")],
        tries={
            "new-name": helps(lambda run: run.replaced("v1.0", "v1.0.1")),
            "move": helps(lambda run: run.plus("-f", before="v1.0")),
        },
    )


@scenario("git/tag-exists", tool="git", renderings=["pipe"])
def tag_of_the_remote(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "push", "origin", "v1.0"),
        [Expected("git/tag-exists", r"! \[rejected\]", {"name": "v1.0"})],
        before=[cloned(lab, "cd theirs; git tag v1.0; git push -q origin v1.0; cd ../mine; git tag v1.0")],
    )


@scenario("git/tag-exists", tool="git", renderings=["pipe"])
def tag_that_moved(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "fetch", "--tags"),
        [Expected("git/tag-exists", "would clobber existing tag", {"name": "v1.0"})],
        before=[cloned(lab, "cd theirs; git tag v1.0; git push -q origin v1.0; cd ../mine; git tag v1.0")],
        tries={"take-remote": helps(lambda run: run.plus("--force"))},
    )


@scenario("git/operation-unfinished", tool="git")
def merge_unfinished(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "merge", "other"),
        [Expected("git/operation-unfinished", "You have not concluded your merge", {"name": "merge"})],
        before=[
            repository(
                lab,
                f"{CONFLICT} git branch other topic; {IDENTITY} git merge topic || true; "
                "echo both > notes.txt; git add notes.txt",
            )
        ],
        tries={
            "abort": helps(
                lambda run: [run, lab.command("git", "merge", "--abort"), lab.command("git", "status")],
                succeeded=lambda output: "nothing to commit" in output.text,
            ),
            "finish": helps(lambda run: [shell(lab, "git commit -qm both"), run]),
        },
    )


@scenario("git/operation-unfinished", tool="git", renderings=["pipe"])
def rebase_unfinished(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "rebase", "topic"),
        [Expected("git/operation-unfinished", "already a rebase-merge directory", {"name": "rebase-merge"})],
        before=[repository(lab, f"{CONFLICT} git rebase topic || true; git checkout -q -f HEAD")],
    )


@scenario("git/operation-unfinished", tool="git", renderings=["pipe"])
def index_unresolved(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "checkout", "topic"),
        [Expected("git/operation-unfinished", "resolve your current index first")],
        before=[repository(lab, f"{CONFLICT} git merge topic || true")],
    )


@scenario("git/branch-exists", tool="git")
def branch_exists(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "checkout", "-b", "topic"),
        [Expected("git/branch-exists", "fatal: a branch named", {"name": "topic"})],
        before=[repository(lab, "git branch topic")],
        tries={
            "switch": helps(lambda run: lab.command("git", "switch", "topic")),  # noqa: ARG005
            "other-name": helps(lambda run: run.replaced("topic", "topic-2")),
        },
    )


@scenario("git/branch-in-use", tool="git")
def branch_in_use(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "branch", "-d", "main"),
        [Expected("git/branch-in-use", "error: Cannot delete branch", {"name": "main"})],
        before=[repository(lab, "git branch topic")],
        tries={
            "switch": helps(lambda run: [lab.command("git", "switch", "-q", "topic"), run]),
            "force": fails(lambda run: run.replaced("-d", "-D")),
        },
    )


@scenario("git/branch-in-use", tool="git", renderings=["pipe"])
def second_working_tree(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "worktree", "add", "second", "main"),
        [Expected("git/branch-in-use", "fatal: 'main' is already", {"name": "main"})],
        before=[repository(lab)],
    )


@scenario("git/branch-in-use", tool="git", renderings=["pipe"])
def fetch_into_current(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "fetch", "origin", "main:main"),
        [Expected("git/branch-in-use", "fatal: refusing to fetch")],
        before=[cloned(lab, "cd mine; git branch -M main")],
    )


@scenario("git/branch-not-merged", tool="git")
def branch_not_merged(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "branch", "-d", "topic"),
        [Expected("git/branch-not-merged", "is not fully merged", {"name": "topic"})],
        before=[
            repository(lab, "git checkout -q -b topic; echo 2 > two; git add .; git commit -qm 2; git checkout -q main")
        ],
        tries={
            "merge": helps(lambda run: [shell(lab, "git merge -q topic"), run]),
            "force": helps(lambda run: run.replaced("-d", "-D")),
        },
    )


@scenario("git/no-commits-yet", tool="git")
def no_commits(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "log"),
        [Expected("git/no-commits-yet", "does not have any commits yet", {"name": "main"})],
        before=[shell(lab, "git init -q .")],
        tries={"commit": helps(lambda run: [shell(lab, COMMIT), run])},
    )


@scenario("git/no-commits-yet", tool="git", renderings=["pipe"])
def no_head(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "rev-parse", "HEAD"),
        [Expected("git/no-commits-yet", "ambiguous argument 'HEAD'")],
        before=[shell(lab, "git init -q .")],
    )


@scenario("git/no-tags", tool="git")
def no_tags(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "describe", "--tags"),
        [Expected("git/no-tags", "fatal: No names found")],
        before=[
            shell(
                lab,
                f"git init -q team; (cd team; {COMMIT}; git tag v1.0); "
                'git clone -q --no-tags --depth 1 "file://$PWD/team" mine',
            )
        ],
        tries={
            "fetch-tags": helps(lambda run: [lab.command("git", "-C", "mine", "fetch", "-q", "--tags"), run]),
            "always": helps(lambda run: run.plus("--always")),
        },
    )


@scenario("git/ambiguous-ref", tool="git")
def branch_and_tag(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "push", "origin", "v1.0"),
        [Expected("git/ambiguous-ref", "matches more than one", {"name": "v1.0"})],
        before=[cloned(lab, "cd mine; git tag v1.0; git branch v1.0")],
        tries={"whole-name": helps(lambda run: run.replaced("v1.0", "refs/tags/v1.0"))},
    )


@scenario("git/upstream-name-differs", tool="git")
def upstream_name(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "push"),
        [Expected("git/upstream-name-differs", "does not match")],
        before=[cloned(lab, "cd mine; git fetch -q; git checkout -q -b topic --track origin/main")],
        tries={"push-head": helps(lambda run: run.plus("-u", "origin", "HEAD"))},
    )


@scenario("git/remote-head-missing", tool="git")
def remote_head(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "clone", "team.git", "fourth"),
        [Expected("git/remote-head-missing", "warning: remote HEAD refers to nonexistent ref")],
        before=[cloned(lab, "git -C team.git symbolic-ref HEAD refs/heads/master")],
        tries={"switch": helps(lambda run: [run, lab.command("git", "-C", "fourth", "switch", "main")])},
        exits=0,
    )


@scenario("git/ref-conflict", tool="git")
def folder_and_file(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "fetch", "origin"),
        [Expected("git/ref-conflict", "error: cannot lock ref")],
        before=[
            cloned(
                lab,
                "cd theirs; git push -q origin HEAD:fix; git -C ../mine fetch -q; git push -q origin :fix; "
                "git push -q origin HEAD:fix/login",
            )
        ],
        tries={"prune": helps(lambda run: [lab.command("git", "-C", "mine", "remote", "prune", "origin"), run])},
    )


@scenario("git/shallow-repository", tool="git")
def shallow(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "mine", "push", "../new.git", "HEAD:main"),
        [Expected("git/shallow-repository", "shallow update not allowed")],
        before=[
            shell(
                lab,
                f"git init -q team; (cd team; {COMMIT}; echo 2 > two; git add .; git commit -qm 2); "
                'git init -q --bare new.git; git clone -q --depth 1 "file://$PWD/team" mine',
            )
        ],
        tries={"unshallow": helps(lambda run: [lab.command("git", "-C", "mine", "fetch", "-q", "--unshallow"), run])},
    )


@scenario("git/invalid-branch-name", tool="git")
def branch_name(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "checkout", "-b", "fix login"),
        [Expected("git/invalid-branch-name", "is not a valid branch name", {"name": "fix login"})],
        before=[repository(lab)],
        tries={"dashes": helps(lambda run: run.replaced("fix login", "fix-login"))},
    )
