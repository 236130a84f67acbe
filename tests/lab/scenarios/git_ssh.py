"""git over ssh, over a connection that breaks, and where a hook refuses; the server is dropbear or git itself."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time

from tests.lab import tools
from tests.lab.execute import Command, Output
from tests.lab.scenario import Expected, Failure, Lab, fails, helps, scenario
from tests.lab.scenarios.git import again
from tests.lab.scenarios.git_remote import cloned
from tests.lab.servers import Plain

HOST_KEY = "git/host-key-verification"


def ssh_server(lab: Lab) -> int:
    """The port of a running dropbear, which takes only keys and knows none; ssh is told to forget its own files."""
    root, _ = tools.debian("dropbear-bin")
    libraries = next(root.glob("usr/lib/*-linux-gnu"))
    env = {**lab.env, "LD_LIBRARY_PATH": str(libraries)}
    key = lab.folder("dropbear") / "key"
    make = [root / "usr/bin/dropbearkey", "-t", "ed25519", "-f", key]
    subprocess.run(make, env=env, check=True, capture_output=True)
    port = lab.closed_port()
    program = next(path for path in (root / "usr/sbin/dropbear", root / "usr/bin/dropbear") if path.exists())
    process = subprocess.Popen(
        [program, "-F", "-E", "-s", "-r", key, "-P", key.with_name("pid"), "-p", f"127.0.0.1:{port}"],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def stop() -> None:
        process.send_signal(signal.SIGTERM)
        process.wait(10)

    lab.closing(stop)
    for _ in range(100):
        with socket.socket() as tried:
            if tried.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.05)
    lab.write(
        "ssh.conf",
        f"UserKnownHostsFile {lab.project}/known_hosts\nGlobalKnownHostsFile /dev/null\nIdentityAgent none\n"
        f"IdentityFile {lab.project}/id_ed25519\nIdentitiesOnly yes\nHashKnownHosts no\n",
    )
    lab.env["GIT_SSH_COMMAND"] = f"ssh -F {lab.project}/ssh.conf"
    lab.write("known_hosts", "")
    return port


def clone(lab: Lab, port: int) -> Command:
    return lab.command("git", "clone", f"ssh://git@localhost:{port}/team/demo.git")


def scan(lab: Lab, port: int) -> Command:
    return lab.command("sh", "-c", f"ssh-keyscan -p {port} localhost > known_hosts 2>/dev/null")


def verified(output: Output) -> bool:
    """The key is taken; that nobody may log in is another failure."""
    return "verification failed" not in output.text and "IDENTIFICATION HAS CHANGED" not in output.text


@scenario(HOST_KEY, tool="git")
def unknown_key(lab: Lab) -> Failure:
    port = ssh_server(lab)
    return Failure(
        clone(lab, port),
        [Expected(HOST_KEY, "Host key verification failed")],
        tries={
            "known-hosts": helps(lambda run: [scan(lab, port), run], succeeded=verified),
            "no-checking": helps(
                lambda run: run.having(GIT_SSH_COMMAND=f"{lab.env['GIT_SSH_COMMAND']} -o StrictHostKeyChecking=no"),
                succeeded=verified,
            ),
            "new-key": fails(
                lambda run: [lab.command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "id_ed25519"), run],
                succeeded=verified,
            ),
        },
    )


@scenario(HOST_KEY, tool="git")
def other_key(lab: Lab) -> Failure:
    port = ssh_server(lab)
    forge = (
        "ssh-keygen -q -t ed25519 -N '' -f other && "
        f"echo \"[localhost]:{port} $(cut -d' ' -f1,2 other.pub)\" > known_hosts"
    )
    forget = f"ssh-keygen -f known_hosts -R '[localhost]:{port}'"
    return Failure(
        clone(lab, port),
        [Expected(HOST_KEY, "REMOTE HOST IDENTIFICATION HAS CHANGED")],
        before=[lab.command("sh", "-c", forge)],
        tries={
            "forget-old": helps(
                lambda run: [lab.command("sh", "-c", forget), scan(lab, port), run], succeeded=verified
            ),
        },
    )


@scenario("git/ssh-publickey-denied", tool="git")
def no_key(lab: Lab) -> Failure:
    port = ssh_server(lab)
    return Failure(
        clone(lab, port),
        [Expected("git/ssh-publickey-denied", r"Permission denied \(publickey\)")],
        before=[scan(lab, port)],
    )


@scenario("git/rpc-failed-early-eof", tool="git")
def connection_breaks(lab: Lab) -> Failure:
    fill = (
        "cd theirs; head -c 300000 /dev/urandom > big.bin; git add .; git commit -qm big; "
        "git rm -q big.bin; git commit -qm small; git push -q origin HEAD:main"
    )

    def answer(connection: socket.socket) -> None:
        """git's own daemon, of whose answer only the beginning arrives."""
        daemon = subprocess.Popen(
            ["git", "daemon", "--inetd", "--export-all", f"--base-path={lab.project}", str(lab.project)],
            env=lab.env, stdin=connection.fileno(), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        sent = 0
        while daemon.stdout is not None and sent < 100_000 and (chunk := os.read(daemon.stdout.fileno(), 8192)):
            connection.sendall(chunk)
            sent += len(chunk)
        daemon.kill()
        daemon.wait()

    server = lab.serve(Plain(answer))
    return Failure(
        lab.command("git", "clone", f"git://localhost:{server.port}/team.git", "third"),
        [Expected("git/rpc-failed-early-eof", "unexpected disconnect|early EOF|hung up")],
        before=[cloned(lab, fill)],
        tries={
            "shallow": helps(lambda run: run.plus("--depth", "1", before=f"git://localhost:{server.port}/team.git")),
            "post-buffer": fails(lambda run: run.plus("-c", "http.postBuffer=524288000", before="clone")),
        },
    )


@scenario("git/failed-to-push", tool="git")
def hook_refuses(lab: Lab) -> Failure:
    hook = "printf '#!/bin/sh\\nexit 1\\n' > .git/hooks/pre-push; chmod +x .git/hooks/pre-push"
    return Failure(
        lab.command("git", "-C", "mine", "push", "origin", "HEAD:topic"),
        [Expected("git/failed-to-push", "error: failed to push some refs")],
        before=[cloned(lab, f"cd mine; {hook}")],
        tries={"again": fails(again)},
    )


@scenario("git/clone-failed", versions=("20.3.4", "23.2.1", "25.3", "newest"))
def hook_fails(lab: Lab) -> Failure:
    hook = "mkdir hooks; printf '#!/bin/sh\\nexit 3\\n' > hooks/post-checkout; chmod +x hooks/post-checkout"
    return Failure(
        lab.pip("install", f"git+file://{lab.project}/team.git"),
        [Expected("git/clone-failed", r"git (?:clone|checkout|-c).*(?:did not run|exit status)|Command errored out")],
        before=[cloned(lab, f"{hook}; git config --global core.hooksPath $PWD/hooks")],
        tries={"again": fails(again)},
    )
