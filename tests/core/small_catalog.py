"""Three small signatures: a cause, its symptom, and one whose text stands on two lines."""

from __future__ import annotations

from unstuck.core.catalog import Catalog
from unstuck.core.signature import Signature, TransitionGraph

CATALOG = Catalog(
    [
        Signature(
            id="example/refused",
            domain="example",
            signature="frob: host a.example.com is refused",
            regex=r"frob: host (?P<host>\S+) is refused",
            transition_graph=TransitionGraph(leads_to=["example/gave-up"]),
        ),
        Signature(id="example/gave-up", domain="example", signature="x", regex="frob: giving up", role="symptom"),
        Signature(id="example/two", domain="example", signature="x", regex=r"frob: first half\nfrob: second half"),
    ]
)
