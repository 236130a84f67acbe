"""A docker daemon of the lab's own: Debian's, in a mount namespace, without networks; gone at the end of the run."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import tarfile
import time
from pathlib import Path
from urllib.parse import quote

from tests.lab import tools
from tests.lab.scenario import Lab

SECONDS = 40


def needed() -> str | None:
    """Why this machine cannot have one, or None."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not shutil.which("apt-get"):
        return "needs root, unshare, and Debian's packages"
    return None


def start(lab: Lab, *, mount: str = "") -> Path:
    """A running daemon, which the lab's `docker` then talks to, and its data's folder.

    `mount` is a line of shell that is run in the daemon's mount namespace, with its data's folder as $1.
    """
    folder = lab.folder("docker")
    data, socket, log = folder / "data", folder / "docker.sock", folder / "log"
    data.mkdir()
    options = ["--data-root", data, "--exec-root", folder / "exec", "--host", f"unix://{socket}"]
    options += ["--pidfile", folder / "pid", "--iptables=false", "--ip6tables=false", "--bridge=none"]
    options += ["--storage-driver=vfs"]
    inner = f'{mount or ":"}; shift; exec dockerd "$@"'
    command = ["unshare", "-m", "--propagation", "private", "sh", "-c", inner, "sh", data, *options]
    env = {**lab.env, "PATH": lab.env["PATH"] + ":/usr/sbin:/sbin"}
    with log.open("wb") as output:
        process = subprocess.Popen(list(map(str, command)), stdout=output, stderr=output, env=env)

    def stop() -> None:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    lab.closing(stop)
    lab.env["DOCKER_HOST"] = f"unix://{socket}"
    lab.show(str(socket).removeprefix(str(lab.root)), "/var/run/docker.sock")
    lab.show(quote(str(socket), safe=""), "%2Fvar%2Frun%2Fdocker.sock")
    limit = time.monotonic() + SECONDS
    while (
        not socket.exists()
        or subprocess.run(["docker", "version"], env=lab.env, capture_output=True, check=False).returncode
    ):
        if process.poll() is not None or time.monotonic() > limit:
            raise tools.Unavailable(f"the docker daemon does not start here:\n{log.read_text()[-2000:]}")
        time.sleep(0.2)
    return data


def image(lab: Lab, name: str = "demo:1", *, files: dict[str, bytes] | None = None) -> None:
    """An image with busybox and these programs."""
    busybox = tools.debian("docker.io")[0] / "bin/busybox"
    contents = {"bin/busybox": busybox.read_bytes(), **(files or {})}
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for path, content in contents.items():
            info = tarfile.TarInfo(path)
            info.size, info.mode = len(content), 0o755
            archive.addfile(info, io.BytesIO(content))
        for program in ("sh", "ls", "cat", "sleep"):
            info = tarfile.TarInfo(f"bin/{program}")
            info.type, info.linkname = tarfile.SYMTYPE, "busybox"
            archive.addfile(info)
    subprocess.run(["docker", "import", "-", name], input=made.getvalue(), env=lab.env, check=True, capture_output=True)
