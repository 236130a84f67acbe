"""git: files, folders, submodules and the machine that stand in the way of a command."""

from __future__ import annotations

from tests.lab.execute import Command
from tests.lab.machine import mounted, root_and_unshare, unprivileged
from tests.lab.scenario import Expected, Failure, Lab, helps, scenario
from tests.lab.scenarios.git import COMMIT, CONFLICT, NAME, repository, shell


@scenario("git/no-such-file", tool="git")
def no_file(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "add", "note.txt"),
        [Expected("git/no-such-file", "fatal: pathspec", {"path": "note.txt"})],
        before=[repository(lab)],
        tries={"right-path": helps(lambda run: run.replaced("note.txt", "notes.txt"))},
    )


@scenario("git/no-such-file", tool="git", renderings=["pipe"])
def no_file_in_commit(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "show", "HEAD:note.txt"),
        [Expected("git/no-such-file", "fatal: path 'note.txt' does not exist", {"path": "note.txt"})],
        before=[repository(lab)],
    )


@scenario("git/paths-ignored", tool="git")
def ignored(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "add", "build"),
        [Expected("git/paths-ignored", "The following paths are ignored")],
        before=[repository(lab, "echo build > .gitignore; mkdir build; echo 1 > build/one")],
        tries={"force": helps(lambda run: run.plus("-f"))},
    )


@scenario("git/staged-changes", tool="git")
def staged(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "rm", "notes.txt"),
        [Expected("git/staged-changes", "changes staged in the index")],
        before=[repository(lab, "echo two > notes.txt; git add notes.txt")],
        tries={"cached": helps(lambda run: run.plus("--cached"))},
    )


@scenario("git/submodule-not-mapped", tool="git")
def not_mapped(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "submodule", "status"),
        [Expected("git/submodule-not-mapped", "no submodule mapping found", {"path": "lib"})],
        before=[repository(lab, f"git init -q lib; (cd lib; {COMMIT}); git add lib; git commit -qm lib")],
        tries={"remove": helps(lambda run: [lab.command("git", "rm", "-q", "--cached", "lib"), run])},
    )


@scenario("git/embedded-repository", tool="git")
def embedded(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "add", "lib"),
        [Expected("git/embedded-repository", "warning: adding embedded git repository", {"path": "lib"})],
        before=[repository(lab, f"git init -q lib; (cd lib; {COMMIT})")],
        exits=0,
    )


@scenario("git/submodule-exists", tool="git")
def submodule_exists(lab: Lab) -> Failure:
    add = ("-c", "protocol.file.allow=always", "submodule", "add")
    return Failure(
        lab.command("git", *add, "./team", "lib"),
        [Expected("git/submodule-exists", "already exists in the index", {"path": "lib"})],
        before=[repository(lab, f"git init -q team; (cd team; {COMMIT}); mkdir lib; echo 1 > lib/one; git add lib")],
        tries={"remove": helps(lambda run: [shell(lab, "git rm -qrf --cached lib; rm -r lib"), own_address(lab, run)])},
    )


def own_address(lab: Lab, run: Command) -> Command:
    """The same with an address that needs no remote."""
    return run.replaced("./team", f"{lab.project}/team")


@scenario("git/path-in-submodule", tool="git")
def in_submodule(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "add", "lib/notes.txt"),
        [Expected("git/path-in-submodule", "is in submodule", {"path": "lib/notes.txt", "name": "lib"})],
        before=[repository(lab, f"git init -q lib; (cd lib; {COMMIT}); git add lib 2>/dev/null; git commit -qm lib")],
        tries={"inside": helps(lambda run: lab.command("git", "-C", "lib", "add", "notes.txt"))},  # noqa: ARG005
    )


@scenario("git/permission-denied", tool="git", needs=root_and_unshare)
def repository_of_another(lab: Lab) -> Failure:
    trust = "command git config --global safe.directory '*'"
    return Failure(
        unprivileged(lab.command("git", "fetch", ".")),
        [Expected("git/permission-denied", "error: cannot open", {"path": ".git/FETCH_HEAD"})],
        before=[repository(lab, f"{trust}; chown 12345 .git; chmod 755 .git")],
        tries={"chown": helps(lambda run: [lab.command("chown", "-R", "0", ".git"), run])},
    )


@scenario("git/permission-denied", tool="git", renderings=["pipe"], needs=root_and_unshare)
def folder_of_another(lab: Lab) -> Failure:
    own = lab.folder("own") / "mine"
    return Failure(
        unprivileged(lab.command("git", "clone", "team", "mine")),
        [Expected("git/permission-denied", "fatal: could not create work tree dir", {"path": "mine"})],
        before=[shell(lab, f"git init -q team; (cd team; {COMMIT}); chown 12345 .; chmod 755 .")],
        tries={"own-folder": helps(lambda run: run.replaced("mine", str(own)))},
    )


@scenario("git/no-space-left", tool="git", renderings=["pipe"], needs=root_and_unshare)
def full(lab: Lab) -> Failure:
    small = lab.folder("small")
    script = f"cd {small} && git clone -q {lab.project}/team mine"
    return Failure(
        mounted(lab.command("sh", "-c", script), f"mount -t tmpfs -o size=300k tmpfs {small}"),
        [Expected("git/no-space-left", "No space left on device")],
        before=[
            shell(
                lab,
                f"git init -q team; cd team; {COMMIT}; head -c 900000 /dev/urandom > big; git add .; git commit -qm 2",
            )
        ],
    )


@scenario("git/unknown-option", tool="git")
def unknown_option(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "log", "--onelin"),
        [Expected("git/unknown-option", "fatal: unrecognized argument", {"option": "--onelin"})],
        before=[repository(lab)],
    )


@scenario("git/unknown-option", tool="git", renderings=["pipe"])
def unknown_switch(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "commit", "--mesage", "two"),
        [Expected("git/unknown-option", "error: unknown option", {"option": "mesage"})],
        before=[repository(lab)],
    )


@scenario("git/not-in-work-tree", tool="git")
def bare(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", ".git", "status"),
        [Expected("git/not-in-work-tree", "this operation must be run in a work tree")],
        before=[repository(lab)],
        tries={"outside": helps(lambda run: run.replaced(".git", "."))},
    )


@scenario("git/url-malformed", tool="git", renderings=["pipe"])
def address(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "clone", "https://git.example.com:44x3/team/demo.git"),
        [Expected("git/url-malformed", "unable to access")],
    )


@scenario("git/revert-of-merge", tool="git")
def revert_merge(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "revert", "--no-edit", "HEAD"),
        [Expected("git/revert-of-merge", "is a merge but no -m option was given")],
        before=[repository(lab, f"{CONFLICT} git merge -q -X theirs topic -m both")],
        tries={"mainline": helps(lambda run: run.plus("-m", "1", before="HEAD"))},
    )


@scenario("git/line-ends-refused", tool="git")
def line_ends(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "add", "two.txt"),
        [Expected("git/line-ends-refused", "fatal: CRLF would be replaced", {"path": "two.txt"})],
        before=[
            repository(
                lab, "printf 'a\\r\\nb\\n' > two.txt; git config core.autocrlf input; git config core.safecrlf true"
            )
        ],
        tries={"warn": helps(lambda run: [lab.command("git", "config", "core.safecrlf", "warn"), run])},
    )


@scenario("git/editor-failed", tool="git")
def editor(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "commit", "-a", GIT_EDITOR="no-such-editor"),
        [Expected("git/editor-failed", "error: ")],
        before=[repository(lab, "echo two > notes.txt")],
        tries={"message": helps(lambda run: run.plus("-m", "two"))},
    )


@scenario("git/signing-failed", tool="git")
def signing(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "-c", "gpg.program=false", "commit", "-S", "-qam", "two"),
        [Expected("git/signing-failed", "gpg failed to sign the data")],
        before=[repository(lab, "echo two > notes.txt")],
        tries={"no-sign": helps(lambda run: run.replaced("-S", "--no-gpg-sign"))},
    )


@scenario("git/hook-failed", tool="git")
def hook(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", *NAME, "commit", "-qam", "two"),
        [Expected("git/hook-failed", "fatal: cannot ", {"name": "pre-commit"})],
        before=[
            repository(
                lab,
                "printf '#!/no/such/shell\\n' > .git/hooks/pre-commit; chmod +x .git/hooks/pre-commit; "
                "echo two > notes.txt",
            )
        ],
    )


@scenario("git/repository-incomplete", tool="git", renderings=["pipe"])
def bundle(lab: Lab) -> Failure:
    return Failure(
        lab.command("git", "-C", "new", "fetch", "../later.bundle", "main"),
        [Expected("git/repository-incomplete", "lacks these prerequisite commits")],
        before=[
            repository(
                lab,
                "echo 2 > two; git add two; git commit -qm 2; git bundle create -q later.bundle HEAD~1..main; "
                "git init -q new",
            )
        ],
    )


@scenario("git/protocol-garbled", tool="git", renderings=["pipe"])
def greeting(lab: Lab) -> Failure:
    ssh = lab.write("ssh.sh", "#!/bin/sh\necho Welcome to the server\n")
    ssh.chmod(0o755)
    return Failure(
        lab.command("git", "clone", "git.example.com:team/demo.git", GIT_SSH=str(ssh), GIT_SSH_VARIANT="ssh"),
        [Expected("git/protocol-garbled", "bad line length character", {"value": "Welc"})],
    )


@scenario("git/path-too-long", tool="git", renderings=["pipe"])
def long_name(lab: Lab) -> Failure:
    name = "n" * 300
    return Failure(
        lab.command("git", "checkout", "-f"),
        [Expected("git/path-too-long", "File name too long")],
        before=[
            repository(
                lab,
                f'blob=$(git hash-object -w notes.txt); git update-index --add --cacheinfo "100644,$blob,{name}"; '
                "git commit -qm long",
            )
        ],
    )
