"""What was found out about records is kept on disk: it counts while the bytes are the same, and never else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from unstuck.core.analysis import analyse
from unstuck.core.catalog import Catalog, Entry
from unstuck.io import cache, catalogs
from unstuck.io.catalogs import Loaded, load_catalog

LINE = "frob: host a.example.com is refused"


def record(slug: str, **more: Any) -> dict[str, Any]:
    return {"id": f"t/{slug}", "domain": "t", "signature": "x", "regex": rf"frob: host (?P<host>\S+) is {slug}", **more}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Some records, one of which is wrong, and a cache of their own."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    records = tmp_path / "records"
    records.mkdir()
    for slug in ("refused", "lost", "gone"):
        (records / f"{slug}.json").write_text(json.dumps(record(slug, title=slug)))
    (records / "wrong.json").write_text(json.dumps(record("wrong", regex="(")))
    return records


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the records that were worked out, not taken from the cache."""
    names: list[str] = []
    real = catalogs.parse_record

    def parse(content: bytes | str, source: str, *, own: bool = False) -> Any:
        names.append(Path(source).stem)
        return real(content, source, own=own)

    monkeypatch.setattr(catalogs, "parse_record", parse)
    return names


def load(folder: Path) -> Loaded:
    """Load it, and check that it is as good as one that was just worked out."""
    loaded = load_catalog([folder], shipped=False)
    [problem] = loaded.problems
    assert "wrong.json: regex: is not a regular expression" in str(problem)
    assert {id: path.stem for id, path in loaded.sources.items()} == {id: id[2:] for id in loaded.sources}
    for id in loaded.sources:
        [diagnosis] = analyse(loaded.catalog, "log", f"frob: host a.example.com is {id[2:]}\n")
        assert (diagnosis.signature.id, diagnosis.captures) == (id, {"host": "a.example.com"})
    return loaded


def test_the_second_time_nothing_is_worked_out(folder: Path, read: list[str]) -> None:
    load(folder)
    assert sorted(read) == ["gone", "lost", "refused", "wrong"]
    read.clear()
    load(folder)
    assert read == []


def test_what_has_changed_is_worked_out_again(folder: Path, read: list[str]) -> None:
    path = folder / "lost.json"
    load(folder)
    read.clear()
    found = path.stat()
    path.write_text(path.read_text().replace('"title": "lost"', '"title": "LOST"'))
    # Its bytes count, not its size and time.
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))
    signature = load(folder).catalog.get("t/lost")
    assert signature is not None
    assert (signature.title, read) == ("LOST", ["lost"])
    read.clear()
    (folder / "gone.json").unlink()
    assert "t/gone" not in load(folder).catalog
    (folder / "new.json").write_text(json.dumps(record("new")))
    assert "t/new" in load(folder).catalog
    assert read == ["new"]


def test_another_version_s_cache_does_not_count(folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    load(folder)
    read.clear()
    monkeypatch.setattr(cache, "_version", lambda: b"another version".ljust(32))
    load(folder)
    assert sorted(read) == ["gone", "lost", "refused", "wrong"]


def _halved(content: bytes) -> bytes:
    return content[: len(content) // 2]


def _changed(content: bytes) -> bytes:
    return content.replace(b"is refused", b"is refusee")


@pytest.mark.parametrize(
    "damage", [_halved, _changed, lambda _: b"", lambda content: content[:80], lambda _: b"\xff" * 999]
)
def test_a_damaged_cache_is_made_anew(folder: Path, read: list[str], damage: Any) -> None:
    load(folder)
    [file] = (folder.parent / "cache").iterdir()
    before = file.read_bytes()
    file.write_bytes(damage(before))
    assert file.read_bytes() != before
    read.clear()
    load(folder)
    assert sorted(read) == ["gone", "lost", "refused", "wrong"]
    read.clear()
    load(folder)
    assert read == []


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="permissions are a POSIX matter")
def test_what_others_may_write_does_not_count(folder: Path, read: list[str]) -> None:
    load(folder)
    [file] = (folder.parent / "cache").iterdir()
    assert file.stat().st_mode & 0o077 == 0
    file.chmod(0o666)
    read.clear()
    load(folder)
    assert len(read) == 4


@pytest.mark.parametrize("place", ["", "/dev/null/cache", "records/gone.json"])
def test_without_a_place_for_it_everything_works(
    folder: Path, read: list[str], monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(folder.parent / place) if place else "")
    load(folder)
    read.clear()
    load(folder)
    assert len(read) == 4


def test_several_at_once(folder: Path) -> None:
    """Servers that start together, on a catalog that changes: each has it whole, and the cache is sound afterwards."""
    code = (
        "import sys; from pathlib import Path; from unstuck.io.catalogs import load_catalog\n"
        "for number in range(20):\n"
        "    Path(sys.argv[1], f'{sys.argv[2]}.json').write_text(sys.argv[3].replace('NUMBER', str(number)))\n"
        "    loaded = load_catalog([Path(sys.argv[1])], shipped=False)\n"
        "    assert loaded.catalog.get('t/refused').title == 'refused'\n"
        "    assert loaded.catalog.get(f't/{sys.argv[2]}').title == str(number)\n"
    )
    running = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                code,
                str(folder),
                f"own{number}",
                json.dumps(record(f"own{number}", title="NUMBER")),
            ],
            stderr=subprocess.PIPE,
        )
        for number in range(3)
    ]
    errors = [process.communicate()[1].decode() for process in running]
    assert [process.returncode for process in running] == [0, 0, 0], "\n".join(errors)
    assert not list((folder.parent / "cache").glob("*.part"))
    load(folder)


def test_a_record_is_the_same_from_the_cache(shipped: Catalog, foreign: Catalog) -> None:
    for catalog in (shipped, foreign):
        for signature in catalog:
            again = type(signature).restore(json.loads(json.dumps(signature.plain())))
            assert again == signature
            kept, made = catalog._by_id[signature.id].plans, Entry.of(signature).plans
            assert list(map(tuple, kept)) == list(map(tuple, made)), signature.id


def test_old_ones_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path))
    monkeypatch.setattr(cache, "MOST_FILES", 3)
    for number in range(6):
        cache.write(f"name {number}", number)
        os.utime(tmp_path / cache._file_name(f"name {number}"), (number + 1e9, number + 1e9))
    assert [cache.read(f"name {number}") for number in range(6)] == [None, None, None, 3, 4, 5]


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs itself is asked")
@pytest.mark.parametrize("chosen", ["", "  ", "/somewhere/else"])
def test_the_folder_is_the_one_that_platformdirs_names(monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    from platformdirs import user_cache_path

    monkeypatch.delenv(cache.VARIABLE, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", chosen)
    assert cache._folder() == user_cache_path("unstuck", appauthor=False)
