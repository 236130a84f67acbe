"""What is taken out of recorded output: registries' hosts, and where on this machine it was recorded.

The names below are put together from parts so that the project itself does not name a registry.
"""

from __future__ import annotations

import re
import socket
from pathlib import Path


def _host(*labels: str) -> str:
    return ".".join(labels)


# Registry -> the example that stands for it. A subdomain goes with its registry.
HOSTS = {
    _host("pypi", "org"): "pypi.example.com",
    _host("pypi", "python", "org"): "pypi.example.com",
    _host("pypi", "io"): "pypi.example.com",
    _host("testpypi", "python", "org"): "pypi.example.com",
    _host("files", "pythonhosted", "org"): "files.example.com",
    _host("pythonhosted", "org"): "docs.example.com",
    _host("packages", "python", "org"): "docs.example.com",
    _host("piwheels", "org"): "wheels.example.com",
    _host("registry", "npmjs", "org"): "registry.example.com",
    _host("npmjs", "org"): "registry.example.com",
    _host("npmjs", "com"): "registry.example.com",
    _host("registry", "yarnpkg", "com"): "registry.example.com",
    _host("deb", "debian", "org"): "deb.example.org",
    _host("security", "debian", "org"): "deb.example.org",
    _host("snapshot", "debian", "org"): "deb.example.org",
    _host("ftp", "debian", "org"): "deb.example.org",
    _host("deb", "nodesource", "com"): "node.example.org",
    _host("packages", "cloud", "google", "com"): "packages.example.org",
    _host("archive", "ubuntu", "com"): "deb.example.org",
    _host("crates", "io"): "crates.example.com",
    _host("proxy", "golang", "org"): "go.example.com",
    _host("rubygems", "org"): "gems.example.com",
    _host("repo", "maven", "apache", "org"): "maven.example.com",
    _host("conda", "anaconda", "org"): "conda.example.com",
    _host("repo", "anaconda", "com"): "conda.example.com",
}

# Folder -> what stands for it, wherever it is in a path.
FOLDERS = {"root": "/home/user", "tmp": "/home/user/scratch", "work": "/home/user/src", "farm": "/home/user/farm"}

_HOST = re.compile(
    r"(?<![\w-])(?:[\w-]+\.)*?(" + "|".join(re.escape(host) for host in sorted(HOSTS, key=len, reverse=True)) + r")\b",
    re.IGNORECASE,
)
_FOLDER = re.compile(r"(?<![\w.~})\]*-])/(" + "|".join(FOLDERS) + r")(?![\w-])")
_INNER = re.compile(r"/(" + "|".join(FOLDERS) + r")/")
_DIGEST = re.compile(r"(?<![0-9a-zA-Z])([0-9a-f])[0-9a-f]{39,127}(?![0-9a-zA-Z])")
_PACKAGE_PATH = re.compile(r"(/packages/)([0-9a-f])[0-9a-f]/[0-9a-f]{2}/[0-9a-f]{60}(?=/)")


def _same_length(match: re.Match[str]) -> str:
    """One of sixteen digests in the place of each: a digest does not compress, and nothing reads it."""
    length = len(match[0])
    return (match[1] + "0123456789abcdef" * 8)[:length]


def scrub(text: str) -> str:
    """`text` without registries' hosts, this machine's name and folders; long digests become one of sixteen."""
    text = _PACKAGE_PATH.sub(lambda match: f"{match[1]}{match[2] * 2}/00/{match[2] * 60}", text)
    text = _DIGEST.sub(_same_length, text)
    text = _HOST.sub(lambda match: HOSTS[match[1].lower()], text)
    name = socket.gethostname()
    if len(name) > 3 and name != "localhost":
        text = text.replace(name, "build-host")
    home = str(Path.home())
    if home not in ("/root", "/home/user"):
        text = text.replace(home, "/home/user")
    text = _FOLDER.sub(lambda match: FOLDERS[match[1]], text)
    return _INNER.sub(lambda match: "/" + FOLDERS[match[1]].rpartition("/")[2] + "/", text).replace(
        "/home/user/user/", "/home/user/"
    )


def leftovers(text: str) -> list[str]:
    """What should have been taken out and is still there; empty for a clean text."""
    lowered = text.lower()
    found: set[str] = set()
    # The patterns are slow on tens of megabytes, and what they look for is rarely there.
    if any(host in lowered for host in HOSTS):
        found |= {match[0] for match in _HOST.finditer(text)}
    if any(f"/{folder}" in text for folder in FOLDERS):
        found |= {match[0] for pattern in (_FOLDER, _INNER) for match in pattern.finditer(text)}
    return sorted(found)
