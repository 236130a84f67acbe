"""More of apt and dpkg: repositories that are missing, expired or changed, locks, broken packages."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

from tests.lab.execute import Command
from tests.lab.faults import status
from tests.lab.machine import root_and_unshare, unprivileged
from tests.lab.scenario import Expected, Failure, Lab, scenario
from tests.lab.scenarios.neighbours_more import apt, repository


def programs(*names: str) -> str | None:
    missing = [name for name in names if not shutil.which(name)]
    return f"needs {', '.join(missing)}" if missing else None


def release(lab: Lab, **fields: str) -> str:
    """The flat repository with other fields in its Release file."""
    source = repository(lab)
    file = lab.folder("repository") / "Release"
    lines = [line for line in file.read_text().splitlines() if line.split(":")[0] not in fields]
    lab.write(file, "".join(f"{line}\n" for line in [*(f"{name}: {value}" for name, value in fields.items()), *lines]))
    return source


def moment(**ago: float) -> str:
    return format_datetime(datetime.now(UTC) - timedelta(**ago), usegmt=True)


@scenario("apt/no-release-file", tool="apt-get")
def apt_no_release(lab: Lab) -> Failure:
    index = lab.index()
    return apt(
        lab, f"deb {index.url} stable main\n", "apt/no-release-file", "does not have a Release file", "update",
        updated=False,
    )  # fmt: skip


@scenario("apt/release-not-valid-yet", tool="apt-get")
def apt_clock(lab: Lab) -> Failure:
    source = release(lab, Date=moment(days=-2))
    return apt(lab, source, "apt/release-not-valid-yet", "is not valid yet", "update", updated=False)


@scenario("apt/release-not-valid-yet", tool="apt-get")
def apt_expired(lab: Lab) -> Failure:
    source = release(lab, Date=moment(days=9), **{"Valid-Until": moment(days=2)})
    return apt(lab, source, "apt/release-not-valid-yet", "is expired", "update", updated=False)


@scenario("apt/release-info-changed", tool="apt-get")
def apt_other_label(lab: Lab) -> Failure:
    source = release(lab, Label="Demo")
    failure = apt(lab, source, "apt/release-info-changed", "changed its 'Label' value", "update")
    file = lab.folder("repository") / "Release"
    later = lab.write("later/Release", file.read_text().replace("Label: Demo", "Label: Other"))
    # apt asks a file's date before it reads it again.
    os.utime(later, (file.stat().st_mtime + 60,) * 2)
    change = lab.command("cp", "--preserve=timestamps", later, file)
    return Failure(failure.command, failure.expected, before=[*failure.before, change])


@scenario("apt/fetch-failed", tool="apt-get")
def apt_file_gone(lab: Lab) -> Failure:
    """The index of packages is there, the package is not."""
    index = lab.index().fault("/./demo.deb", status(404))
    content = (
        "Package: demo\nVersion: 1\nArchitecture: all\nMaintainer: Demo <demo@example.com>\n"
        f"Filename: ./demo.deb\nSize: 1\nSHA256: {'0' * 64}\nDescription: demo\n\n"
    )
    digest = hashlib.sha256(content.encode()).hexdigest()
    index.page("/./Packages", content, "text/plain")
    index.page("/./Release", f"Date: {moment()}\nSHA256:\n {digest} {len(content)} Packages\n", "text/plain")
    return apt(
        lab, f"deb [trusted=yes] {index.url}/ ./\n", "apt/fetch-failed", "E: Failed to fetch", "install", "-y",
        "--download-only", "demo",
    )  # fmt: skip


def half_refused(lab: Lab) -> str:
    """Two sources, of which one does not answer."""
    return repository(lab) + f"deb [trusted=yes] http://127.0.0.1:{lab.closed_port()}/ ./\n"


@scenario("apt/fetch-failed", tool="apt-get")
def apt_index_refused(lab: Lab) -> Failure:
    """apt goes on with the source that answers, and warns of the other."""
    failure = apt(lab, half_refused(lab), "apt/fetch-failed", "W: Failed to fetch", "update", updated=False)
    return Failure(failure.command, failure.expected, exits=0)


@scenario("apt/index-files-failed", tool="apt-get", renderings=["pipe"])
def apt_last_line(lab: Lab) -> Failure:
    """Where a script keeps the last line only, it does not say which file."""
    failure = apt(
        lab, half_refused(lab), "apt/index-files-failed", "W: Some index files failed", "update", updated=False
    )
    return Failure(lab.command("bash", "-c", "apt-get update 2>&1 | tail -n 1"), failure.expected, exits=0)


@scenario("apt/held-packages", tool="apt-get")
def apt_held(lab: Lab) -> Failure:
    """Where the list of unmet dependencies was thrown away, only the last line is left."""
    failure = apt(lab, repository(lab), "apt/held-packages", "E: Unable to correct problems", "install", "-y", "demo")
    return Failure(
        lab.command("bash", "-c", "apt-get install -y demo > /dev/null"), failure.expected, before=failure.before
    )


def locked(path: Path, lab: Lab) -> None:
    """Held until the end of the run, as another apt would."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o640)
    fcntl.lockf(descriptor, fcntl.LOCK_EX)
    lab.closing(lambda: os.close(descriptor))


@scenario("apt/dpkg-lock", tool="apt-get")
def apt_locked(lab: Lab) -> Failure:
    failure = apt(lab, repository(lab), "apt/dpkg-lock", "E: Could not get lock", "update", updated=False)
    locked(lab.folder("apt") / "state/lists/lock", lab)
    return Failure(failure.command.plus("-o", "Debug::NoLocking=false"), failure.expected)


@scenario("apt/permission-denied", tool="apt-get", needs=root_and_unshare)
def apt_not_root(lab: Lab) -> Failure:
    failure = apt(lab, repository(lab), "apt/permission-denied", "13: Permission denied", "update", updated=False)
    lists = lab.folder("apt") / "state/lists"
    lab.write(lists / "lock", "")
    (lists / "lock").chmod(0o400)
    return Failure(unprivileged(failure.command.plus("-o", "Debug::NoLocking=false")), failure.expected)


def key(lab: Lab) -> dict[str, str]:
    """A key of somebody's, in a keyring of its own; the variables that gpg needs."""
    home = lab.folder("gnupg")
    home.chmod(0o700)
    return {"GNUPGHOME": str(home)}


@scenario("apt/no-pubkey", tool="apt-get", needs=lambda: programs("gpg"))
def apt_unknown_key(lab: Lab) -> Failure:
    """Signed by a key that this machine does not have; its number is another at each run."""
    source = repository(lab, trusted=False)
    failure = apt(lab, source, "apt/no-pubkey", "NO_PUBKEY", "update", updated=False)
    folder, env = lab.folder("repository"), key(lab)
    make = lab.command(
        "gpg", "--batch", "--passphrase", "", "--quick-generate-key", "demo@example.com", "ed25519", "sign", **env
    )
    sign = lab.command("gpg", "--batch", "--yes", "--clearsign", "-o", folder / "InRelease", folder / "Release", **env)
    return Failure(failure.command, failure.expected, before=[make, sign])


def package(lab: Lab, script: str) -> tuple[Path, Path]:
    """A Debian package with that postinst, and the folder of dpkg's own state beside the machine's."""
    folder = lab.folder("deb")
    lab.write(
        folder / "DEBIAN/control",
        "Package: demo\nVersion: 1\nArchitecture: all\nMaintainer: Demo <demo@example.com>\nDescription: demo\n",
    )
    lab.write(folder / "DEBIAN/postinst", script).chmod(0o755)
    admin = lab.folder("dpkg")
    for name in ("info", "updates", "triggers", "alternatives"):
        (admin / name).mkdir()
    lab.write(admin / "status", "")
    lab.write(admin / "available", "")
    return folder, admin


def dpkg(lab: Lab, admin: Path, *arguments: str | Path) -> Command:
    return lab.command(
        "dpkg", f"--admindir={admin}", f"--instdir={lab.folder('instdir')}", "--force-script-chrootless",
        "--log=/dev/null", *arguments, PATH=lab.env["PATH"] + ":/usr/sbin:/sbin",
    )  # fmt: skip


@scenario("apt/dpkg-error-processing", tool="dpkg", needs=root_and_unshare)
def dpkg_script(lab: Lab) -> Failure:
    folder, admin = package(lab, "#!/bin/sh\nexit 1\n")
    build = lab.command("dpkg-deb", "--build", "--root-owner-group", folder, "demo.deb")
    return Failure(
        dpkg(lab, admin, "--configure", "demo"),
        [
            Expected(
                "apt/dpkg-error-processing",
                "dpkg: error processing package demo",
                {"package": "demo", "option": "configure"},
            )
        ],
        before=[build, dpkg(lab, admin, "--unpack", "demo.deb")],
    )


@scenario("apt/dpkg-interrupted", tool="apt-get")
def apt_interrupted(lab: Lab) -> Failure:
    failure = apt(lab, repository(lab), "apt/dpkg-interrupted", "dpkg was interrupted", "install", "-y", "demo")
    state = lab.folder("apt") / "state"
    lab.write(state / "updates/0001", "")
    return Failure(failure.command.plus("-o", "Debug::NoLocking=false"), failure.expected, before=failure.before)
