"""Prose and source code about failures: READMEs, changelogs, manuals and modules of packaging tools.

A quoted error in prose may rightly match; which lines may is in prose-allowed.json.
"""

from __future__ import annotations

import gzip
from pathlib import Path

from harness import Lab, source

# Under MIT, BSD, Apache or PSF licences.
PACKAGES = {
    "pip==20.3.4": 500_000,
    "pip==23.2.1": 250_000,
    "pip==26.3": 1_100_000,
    "setuptools==75.8.0": 400_000,
    "requests==2.32.3": 300_000,
    "urllib3==2.2.3": 400_000,
    "virtualenv==20.26.6": 200_000,
    "pipenv==2024.4.0": 350_000,
    "poetry==1.8.5": 300_000,
    "pdm==2.22.1": 250_000,
    "tox==4.23.2": 300_000,
    "build==1.2.2": 150_000,
    "twine==6.0.1": 150_000,
    "wheel==0.45.1": 100_000,
    "packaging==24.2": 150_000,
    "pip-tools==7.4.1": 300_000,
    "cibuildwheel==2.22.0": 150_000,
    "pipx==1.7.1": 200_000,
    "resolvelib==1.1.0": 60_000,
    "meson-python==0.17.1": 150_000,
    "scikit-build-core==0.10.7": 100_000,
    "maturin==1.8.0": 300_000,
    "uv==0.5.11": 700_000,
    "truststore==0.10.0": 50_000,
    "certifi==2024.12.14": 20_000,
    "unearth==0.17.2": 60_000,
    "mysqlclient==2.2.6": 40_000,
    "psycopg2==2.9.10": 200_000,
    "cryptography==43.0.3": 200_000,
}
KINDS = {".md", ".rst", ".txt", ".py", ".cfg", ".toml", ".rs"}
LONGEST = 250_000


def _rank(path: Path) -> tuple[int, str]:
    """Manuals and changelogs first, then the modules that hold messages, then the rest; tests last."""
    words = str(path).lower()
    if path.suffix in {".md", ".rst", ".txt"} and "test" not in words:
        return 0, words
    telling = ("exception", "error", "resol", "index", "session", "install", "build", "req", "cli", "ssl", "util")
    if "_vendor" in words or "test" in words:
        return 3, words
    return (1 if any(word in words for word in telling) else 2), words


@source
def prose(lab: Lab) -> None:
    """Manuals, changelogs and source code of packaging tools, from their sdists."""
    for requirement, limit in PACKAGES.items():
        place = lab.sdist(requirement)
        texts: list[dict[str, str]] = []
        left = limit
        files = (path for path in place.rglob("*") if path.is_file() and path.suffix in KINDS)
        for path in sorted(files, key=lambda path: _rank(path.relative_to(place))):
            if path.stat().st_size > min(left, LONGEST):
                continue
            text = path.read_text("utf-8", "replace")
            left -= len(text)
            texts.append({"package": requirement, "path": str(path.relative_to(place)), "text": text})
        lab.keep_texts(f"prose/{requirement}", texts, {"commands": [f"the sdist of {requirement}"]})


@source
def changelogs(lab: Lab) -> None:
    """Debian's changelogs on this machine."""
    names = (
        "python3.11",
        "openssl",
        "ca-certificates",
        "python3-pip",
        "git",
        "gcc-12",
        "curl",
        "apt",
        "dpkg",
        "perl",
        "nodejs",
    )
    texts = []
    for name in names:
        for path in sorted(Path("/usr/share/doc", name).glob("*.gz")):
            text = gzip.decompress(path.read_bytes()).decode("utf-8", "replace")[:10_000]
            texts.append({"package": f"Debian's {name}", "path": path.name, "text": text})
    lab.keep_texts("prose/debian-changelogs", texts, {"commands": ["/usr/share/doc/*/*.gz"]})
