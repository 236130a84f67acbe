"""The actions against pip itself: it refuses the file, the fix is applied, it takes the file.

Wheels of our own in a folder stand for the index, so nothing leaves this machine.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fixes_support import diagnosis

from unstuck.core.diagnosis import Diagnosis
from unstuck.core.file_checks import check_file
from unstuck.core.fixes import FileEdit, apply_edits, offers, resolve
from unstuck.io.environment import machine

pytestmark = pytest.mark.slow

WHEELS = (
    ("demo", "1.0"),
    ("demo", "1.2"),
    ("demo", "2.0b1"),
    ("early", "1.0b2"),
    ("early", "0.9"),
    ("real-name", "3.0"),
)


@pytest.fixture(scope="module")
def wheels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheels")
    for name, version in WHEELS:
        stem = f"{name.replace('-', '_')}-{version}"
        info = f"{stem}.dist-info"
        with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
            for path, content in (
                (f"{name.replace('-', '_')}.py", ""),
                (f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"),
                (f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
                (f"{info}/RECORD", ""),
            ):
                # A fixed date: the file's hash is the same at every run.
                wheel.writestr(zipfile.ZipInfo(path, (2020, 1, 1, 0, 0, 0)), content)
    return folder


@pytest.fixture(scope="module")
def python(venv: Path) -> Path:
    return venv / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


REQUIREMENT = {"requirement": "{requirement}"}
NEAREST = {"requirement": "{requirement}", "versions": "{versions}"}
GOOD, BAD = "{demo-1.0}", "a" * 64
CASES: list[tuple[str, str, dict[str, Any], dict[str, str]]] = [
    # what the file says, the action, its arguments, the captures
    ("demo=1.0\n", "correct_operator", REQUIREMENT, {"requirement": "demo=1.0"}),
    ("demo=>1.0\n", "correct_operator", REQUIREMENT, {"requirement": "demo=>1.0"}),
    ("demo^1.0\n", "correct_operator", REQUIREMENT, {"requirement": "demo^1.0"}),
    ("demo 1.0\n", "correct_operator", REQUIREMENT, {"requirement": "demo 1.0"}),
    ('"demo==1.0"\n', "unquote", REQUIREMENT, {"requirement": '"demo==1.0"'}),
    ("demo==1.1\n", "pin_nearest", NEAREST,
     {"requirement": "demo==1.1", "versions": "1.0, 1.2"}),
    ("demo>=9\n", "pin_nearest", NEAREST, {"requirement": "demo>=9", "versions": "1.0, 1.2"}),
    ("early>=1.0b1,<1.0b2\n", "relax", {"package": "{package}"}, {"package": "early"}),
    ("early>=0.95\n", "allow_prerelease", {"package": "{package}"}, {"package": "early"}),
    ("wrong-name\n", "rename", {"package": "{package}", "to": "real-name"}, {"package": "wrong-name"}),
    ("demo==1.0\ndemo==1.2\n", "remove_duplicate", REQUIREMENT, {"requirement": "demo==1.2"}),
    ("early>=0.95 --pre\n", "split_options", {}, {}),
    ("pip install demo\n", "drop_pip_install", {}, {}),
    ("--cert x.pem\ndemo\n", "remove_option", {"option": "{option}"}, {"option": "--cert"}),
    ("missing ; python_version >= '3'\n", "add_marker", {"package": "{package}", "marker": "python_version < '3'"},
     {"package": "missing"}),
    (f"demo==1.0 --hash=sha256:{BAD}\n", "replace_hash", {"expected": "{expected}", "got": "{got}"},
     {"expected": BAD, "got": GOOD}),
    (f"demo==1.0 --hash=sha256:{GOOD}\nreal-name==3.0\n", "add_hash",
     {"requirement": "{requirement}", "hash": "{hash}"},
     {"requirement": "real-name==3.0", "hash": "sha256:{real_name-3.0}"}),
    ("# caf\udce9\ndemo\n", "to_utf8", {}, {}),
]  # fmt: skip
# What some pips put up with: newer ones guess encodings, and take a pre-release where nothing else fits.
HARMLESS = {"to_utf8", "allow_prerelease", "split_options"}


def install(python: Path, wheels: Path, file: Path) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "TEMP", "TMP")}
    command = [
        str(python),
        "-m",
        "pip",
        "install",
        "--dry-run",
        "--no-index",
        "--find-links",
        str(wheels),
        "-r",
        str(file),
    ]
    environ |= {"HOME": str(file.parent), "PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False, cwd=file.parent)


def fixed(found: Diagnosis, folder: Path) -> str:
    """The file after the first fix that is offered, through the real machine's world."""
    world = machine((str(folder),), environ={"HOME": str(folder)}, cwd=str(folder))
    fixes = offers(found, world, "en")
    assert fixes, "nothing is offered"
    edit = resolve(fixes[0], world)
    assert isinstance(edit, FileEdit), edit
    assert apply_edits(edit.before or "", edit.edits) == edit.after
    return edit.after


@pytest.mark.parametrize(
    ("text", "action", "arguments", "captures"), CASES, ids=[f"{case[1]}-{n}" for n, case in enumerate(CASES)]
)
def test_pip_refuses_then_takes_it(
    text: str,
    action: str,
    arguments: dict[str, Any],
    captures: dict[str, str],
    wheels: Path,
    python: Path,
    tmp_path: Path,
) -> None:
    def filled(template: str) -> str:
        for path in wheels.iterdir():
            name = "-".join(path.name.split("-")[:2])
            template = template.replace("{" + name + "}", hashlib.sha256(path.read_bytes()).hexdigest())
        return template

    file = tmp_path / "requirements.txt"
    file.write_bytes(filled(text).encode("utf-8", "surrogateescape"))
    before = install(python, wheels, file)
    assert before.returncode != 0 or action in HARMLESS, before.stdout
    spec = {"action": f"requirements.{action}", "arguments": arguments, "title": "x"}
    after = fixed(diagnosis([spec], {name: filled(value) for name, value in captures.items()}), tmp_path)
    file.write_text(after, encoding="utf-8", newline="")
    again = install(python, wheels, file)
    assert again.returncode == 0, f"{after!r}\n{again.stdout}\n{again.stderr}"


@pytest.mark.parametrize(
    "text",
    [
        "demo=1.0\n",
        "demo==1.0 --user\n",
        "pip install demo\n",
        "--cert x.pem\ndemo\n",
        "demo==1.0\ndemo==2\n",
        "-r gone.txt\n",
        "demo????\n",
    ],
)
def test_what_a_check_calls_an_error_pip_refuses(text: str, wheels: Path, python: Path, tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(text)
    world = machine((str(tmp_path),), environ={"HOME": str(tmp_path)}, cwd=str(tmp_path))
    found = check_file(str(file), "requirements", text, world)
    assert any(one.severity == "error" for one in found)
    assert install(python, wheels, file).returncode != 0
