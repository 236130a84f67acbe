"""Our reading of pip's configuration against pip itself: which files it looks at, and what they say together."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from unstuck.core.pip_config import config_files, setting
from unstuck.io.environment import machine

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="the layouts below are those of a Unix machine"),
]


LAYOUTS = {
    "nothing": ({}, {}),
    "user": ({"home/.config/pip/pip.conf": "[global]\ntimeout = 1\n"}, {}),
    "legacy": ({"home/.pip/pip.conf": "[global]\ntimeout = 1\n"}, {}),
    "both": (
        {"home/.pip/pip.conf": "[global]\ntimeout = 1\n", "home/.config/pip/pip.conf": "[global]\ntimeout = 2\n"},
        {},
    ),
    "xdg": (
        {"xdg/pip/pip.conf": "[global]\ntimeout = 3\n", "home/.config/pip/pip.conf": "[global]\ntimeout = 2\n"},
        {"XDG_CONFIG_HOME": "{root}/xdg"},
    ),
    "xdg machine": ({"etc/pip/pip.conf": "[global]\ntimeout = 4\n"}, {"XDG_CONFIG_DIRS": "{root}/none:{root}/etc"}),
    "environment over user": (
        {"venv/pip.conf": "[global]\ntimeout = 5\n", "home/.config/pip/pip.conf": "[global]\ntimeout = 2\n"},
        {},
    ),
    "section over file": (
        {"venv/pip.conf": "[global]\ntimeout = 5\n", "home/.config/pip/pip.conf": "[install]\ntimeout = 6\n"},
        {},
    ),
    "empty hides": (
        {"venv/pip.conf": "[global]\ntimeout =\n", "home/.config/pip/pip.conf": "[global]\ntimeout = 6\n"},
        {},
    ),
    "named": (
        {"named.conf": "[global]\ntimeout = 7\n", "home/.config/pip/pip.conf": "[install]\ntimeout = 6\n"},
        {"PIP_CONFIG_FILE": "{root}/named.conf"},
    ),
    "named but missing": (
        {"home/.config/pip/pip.conf": "[install]\ntimeout = 6\n"},
        {"PIP_CONFIG_FILE": "{root}/named.conf"},
    ),
    "null device": ({"home/.config/pip/pip.conf": "[install]\ntimeout = 6\n"}, {"PIP_CONFIG_FILE": "/dev/null"}),
    "variable": ({"home/.config/pip/pip.conf": "[install]\ntimeout = 6\n"}, {"PIP_TIMEOUT": "8"}),
}

# What `pip install` would take, by pip's own parser of options; `pip config` shows the files apart.
SCRIPT = """
from pip._internal.commands import create_command
command = create_command("install")
print(command.parser.get_default_values().timeout)
from pip._internal.configuration import Configuration
for kind, paths in Configuration(isolated=False).iter_config_files():
    for path in paths:
        print(path)
"""


@pytest.mark.parametrize("name", LAYOUTS)
def test_pip_agrees(name: str, venv: Path, tmp_path: Path) -> None:
    files, variables = LAYOUTS[name]
    own = venv / "pip.conf"
    own.unlink(missing_ok=True)
    for path, content in files.items():
        place = own if path == "venv/pip.conf" else tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)
    environ = {key: value.replace("{root}", str(tmp_path)) for key, value in variables.items()}
    environ = {"XDG_CONFIG_DIRS": str(tmp_path / "none"), **environ, "HOME": str(tmp_path / "home"), "PATH": os.defpath}
    ran = subprocess.run(
        [str(venv / "bin" / "python"), "-c", SCRIPT], env=environ, capture_output=True, text=True, check=True
    )
    timeout, *listed = ran.stdout.splitlines()
    unset = {
        key: "" for key in os.environ if key.startswith(("PIP_", "XDG_")) or key in ("VIRTUAL_ENV", "CONDA_PREFIX")
    }
    world = machine(environ={**unset, **environ, "VIRTUAL_ENV": str(venv)}, cwd=str(tmp_path))
    found = [file.path for file in config_files(world)]
    missing = [path for path in found if path not in listed]
    assert not missing, f"pip does not read {missing}; it reads {listed}"
    taken = setting(world, "timeout")
    expected = taken.value if taken else "15"
    assert timeout.removesuffix(".0") == expected
