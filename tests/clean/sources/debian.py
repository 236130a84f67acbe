"""apt and dpkg: updates, installs, simulations, and descriptions of packages."""

from __future__ import annotations

import os

from harness import Lab, Missing, source

SMALL = ["hello", "figlet", "cowsay", "libfailures-perl", "libtest-exception-perl", "python3-retrying"]


def _absent(lab: Lab) -> list[str]:
    """Those of SMALL that this machine does not have: only they are installed, and only they are removed again."""
    installed = lab.execute(["dpkg-query", "-W", "-f", "${Package} ${db:Status-Status}\\n", *SMALL])[1].splitlines()
    absent = [name for name in SMALL if f"{name} installed" not in installed]
    if not absent:
        raise Missing("the packages to install are installed already")
    return absent


def _removed_with(lab: Lab, packages: list[str]) -> set[str]:
    plan = lab.check("apt-get", "--simulate", "remove", *packages)
    return {line.split()[1] for line in plan.splitlines() if line.startswith("Remv ")}


@source
def apt(lab: Lab) -> None:
    """apt-get update, install and remove of small packages, simulated upgrades."""
    lab.need("apt-get", "dpkg-query")
    if os.geteuid():
        raise Missing("apt-get needs root")
    absent = _absent(lab)
    for tty in (False, True):
        with lab.recording("debian/apt-get", tty=tty, limit=600_000) as recording:
            recording.run("apt-get", "update")
            recording.run("apt-get", "install", "-y", "--no-install-recommends", *absent, timeout=300)
            recording.run("apt-get", "--simulate", "dist-upgrade")
            recording.run("apt-get", "--simulate", "install", "texlive-full", "python3-pip", "build-essential")
            others = _removed_with(lab, absent) - set(absent)
            if others:
                raise RuntimeError(f"removing {absent} would remove {sorted(others)} too: they stay installed")
            recording.run("apt-get", "remove", "-y", *absent)
            recording.run("apt-cache", "policy", *SMALL)


@source
def dpkg(lab: Lab) -> None:
    """Lists and descriptions of packages that speak of errors."""
    lab.need("dpkg", "apt-cache")
    with lab.recording("debian/dpkg", limit=500_000) as recording:
        recording.run("dpkg", "-l", "python3*", "perl*", "lib*err*", ok=(0, 1))
        recording.run("dpkg", "-L", "python3-pip", "ca-certificates")
        packages = ["python3-pip", "python3-retrying", "liberror-perl", "ca-certificates", "openssl"]
        recording.run("apt-cache", "show", *packages)
        recording.run("apt-cache", "search", "error")
        recording.run("apt-cache", "search", "certificate")
