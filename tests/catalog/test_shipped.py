"""Our own catalog: every check of `unstuck catalog check`, and the captures that the lab stored."""

from __future__ import annotations

from pathlib import Path

from unstuck.core.catalog import Catalog
from unstuck.core.check import Surroundings, check_catalog
from unstuck.core.signature import Signature
from unstuck.io.catalogs import load_catalog, shipped_path

CAPTURES = Path(__file__).parents[1] / "captures"


def test_every_record_satisfies_the_checks(shipped: Catalog) -> None:
    stored = {file.relative_to(CAPTURES).with_suffix("").as_posix() for file in CAPTURES.rglob("*.json")}
    complaints = check_catalog(shipped, surroundings=Surroundings(captures=stored))
    assert not complaints, "\n" + "\n".join(map(str, complaints))


def test_every_record_stands_where_its_id_says() -> None:
    loaded = load_catalog()
    for id, file in loaded.sources.items():
        assert file == shipped_path() / f"{id}.json"


def test_the_customers_record_still_matches_its_own_signature_text(shipped: Catalog) -> None:
    own = shipped.get("pip/tls-ssl-certificate-verify-failed-self-signed")
    assert isinstance(own, Signature)
    assert own.signature.startswith(
        "ERROR: Could not install packages due to a TLS/SSL error: [SSL: CERTIFICATE_VERIFY"
    )


def test_no_wrapper_leads_to_what_it_wraps(shipped: Catalog) -> None:
    # What leads to what holds over any number of steps: one entry too many, and pip's first line beats the compiler's.
    wrappers = ["docker/solve-failed", "uv/build-failed", "pip/subprocess-exited-with-error", "pip/command-errored-out"]
    wrappers += ["pip/failed-to-build-wheel", "pip/metadata-generation-failed"]
    inside = ("build/", "cargo/", "python/")
    wrapped = {
        wrapper: sorted(id for id in shipped.leads_to.get(wrapper, ()) if id.startswith(inside)) for wrapper in wrappers
    }
    assert wrapped == {wrapper: [] for wrapper in wrappers}
