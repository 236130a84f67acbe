"""Real requirements files, as source distributions hold them: hardly anything is wrong, so little is said."""

from __future__ import annotations

import json
import lzma
from collections import defaultdict
from pathlib import Path

from fixes_support import PROJECT, world

from unstuck.core.file_checks import check_file

CORPUS = Path(__file__).parent.parent / "clean" / "corpus" / "requirements.jsonl.xz"
# The corpus does not hold every file that its files include.
INCOMPLETE = "requirements/missing-file"
# These two name a distribution twice, without need.
TRUE = {
    ("homeassistant-2024.3.3", "requirements/duplicate", "pyOpenSSL>=24.0.0"),
    ("spacy-4.0.0.dev3", "requirements/duplicate", "types-setuptools>=57.0.0"),
}


def test_real_requirements_files_are_left_alone() -> None:
    packages: dict[str, dict[str, str]] = defaultdict(dict)
    for line in lzma.decompress(CORPUS.read_bytes()).decode().split("\n"):
        if line:
            item = json.loads(line)
            packages[item["package"]][f"{PROJECT}/{item['path']}"] = item["text"]
    assert sum(map(len, packages.values())) > 300
    found = {
        (package, check.code, text.split("\n")[check.span.start.line])
        for package, files in packages.items()
        for path, text in files.items()
        for check in check_file(path, "requirements", text, world(files))
        if check.code != INCOMPLETE
    }
    assert found == TRUE, f"missing {sorted(TRUE - found)}, extra {sorted(found - TRUE)}"
