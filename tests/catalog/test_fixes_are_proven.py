"""What the lab saw of our own records' fixes: a safe one mends its scenario, in every version that was tried."""

from __future__ import annotations

import json

from unstuck.core.catalog import Catalog
from unstuck.core.check import check_catalog
from unstuck.core.fixes import actions
from unstuck.core.render import tried
from unstuck.core.signature import Signature
from unstuck.io.catalogs import shipped_path

LEAST = 60
"""So many signatures have an edit or a command that was seen to mend the failure."""


def test_every_safe_fix_was_seen_to_mend(shipped: Catalog) -> None:
    unproven, failed = [], []
    for signature in shipped:
        for fix in signature.fixes:
            if fix.applicability != "safe" or actions()[fix.action].least != "safe":
                continue
            seen = [result for versions in tried(fix.outcomes).values() for result in versions.values()]
            name = f"{signature.id} {fix.name}"
            if not seen:
                unproven.append(name)
            elif not all(seen):
                failed.append(name)
    assert not failed, f"safe fixes that did not mend their scenario: {failed}: say `unsafe`, or take them away"
    assert not unproven, f"safe fixes that no scenario tries: {unproven}: name them in a scenario's `fixes`, and record"


def test_every_fix_can_be_tried(shipped: Catalog) -> None:
    nameless = [f"{signature.id} {fix.action}" for signature in shipped for fix in signature.fixes if not fix.name]
    assert not nameless, f"a scenario of the lab calls a fix by its name: {nameless}"


def test_a_fix_is_not_called_as_the_workaround_beside_it() -> None:
    record = json.loads((shipped_path() / "pip/unknown-option.json").read_text(encoding="utf-8"))
    record["fixes"][0]["name"] = record["workarounds"][0]["name"]
    catalog = Catalog([Signature.model_validate_json(json.dumps(record))])
    assert [one.field for one in check_catalog(catalog) if "outcomes would mix" in one.message] == ["fixes.0.name"]


def test_enough_signatures_are_mended(shipped: Catalog) -> None:
    mended = {
        signature.id
        for signature in shipped
        for fix in signature.fixes
        if any(any(versions.values()) for versions in tried(fix.outcomes).values())
    }
    assert len(mended) >= LEAST, f"{len(mended)} signatures have a fix that was seen to work"
