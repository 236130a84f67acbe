"""`unstuck explain ID`: all that the catalog knows about one failure."""

from __future__ import annotations

import argparse
import difflib
import sys
from typing import TYPE_CHECKING

from unstuck.commands.common import NoCatalog, columns_of, load, locale_of, say
from unstuck.core.signature import Signature
from unstuck.report.model import open_title
from unstuck.report.terminal import Style, visible, wants_color, width
from unstuck.report.text import wrap

if TYPE_CHECKING:
    from unstuck.core.catalog import Catalog


def command(options: argparse.Namespace) -> int:
    try:
        catalog = load(options)
    except NoCatalog as problem:
        say(str(problem))
        return 2
    signature = catalog.get(options.id)
    if signature is None:
        near = nearest(catalog, options.id)
        hint = f"Did you mean {', '.join(near)}?" if near else "`unstuck catalog list` names them all."
        say(f"there is no signature {options.id!r}. {hint}")
        return 2
    style = Style(wants_color(sys.stdout, options.color))
    sys.stdout.write(page(signature, catalog, locale_of(options.locale), style, columns_of(sys.stdout)))
    return 0


def page(signature: Signature, catalog: Catalog, locale: str, style: Style, columns: int) -> str:
    """The hover's text for a terminal of that many columns, with what the signature looks like and its relatives."""
    from unstuck.core.render import render_text

    chinese = locale == "zh"
    _, *blocks = render_text(signature, locale).split("\n\n")
    head = f"{open_title(signature, locale)} [{signature.id}]"
    looks = ("样子：" if chinese else "Looks like: ") + signature.signature
    blocks = [looks, *blocks]
    related = _related(signature, catalog, chinese)
    if related:
        blocks.append("\n\n".join(["相关" if chinese else "Related", "\n".join(f"  - {line}" for line in related)]))
    lines = [style.bold(visible(head))]
    for line in "\n\n".join(blocks).split("\n"):
        lines += _wrapped(visible(line), max(40, min(columns, 120)), style) if line else [""]
    return "\n".join([lines[0], "", *lines[1:]]) + "\n"


def _wrapped(line: str, columns: int, style: Style) -> list[str]:
    indent = len(line) - len(line.lstrip(" "))
    if not indent:
        # A label ("Why: …") or a heading of its own.
        first, *rest = wrap(line, columns)
        label, colon, text = first.partition("：" if "：" in first else ": ")
        if colon and not label.startswith("http"):
            return [style.bold(label) + colon + text, *rest]
        return [style.bold(first), *rest] if not rest and not colon else [first, *rest]
    bullet = line[indent:].partition(" ")[0] + " "
    first, *rest = wrap(line[indent + len(bullet) :], columns - indent - width(bullet))
    hanging = " " * (indent + len(bullet))
    return [" " * indent + bullet + first, *(hanging + more for more in rest)]


def _related(signature: Signature, catalog: Catalog, chinese: bool) -> list[str]:
    graph = signature.transition_graph
    words = (
        (graph.leads_to, "导致" if chinese else "leads to"),
        (graph.preceded_by, "起因" if chinese else "follows from"),
        (graph.frequently_confused_with, "易混淆" if chinese else "easily taken for"),
    )
    return [f"{word} {id}" for ids, word in words for id in ids if id in catalog]


def nearest(catalog: Catalog, wanted: str, count: int = 5) -> list[str]:
    """The ids that were probably meant: those that hold all words of `wanted`, then those spelt alike."""
    ids = [signature.id for signature in catalog]
    words = [word for word in wanted.lower().replace("/", "-").split("-") if word]
    holding = [id for id in ids if words and all(word in id for word in words)]
    slugs = {id.split("/", 1)[1]: id for id in ids}
    close = difflib.get_close_matches(wanted, ids, count, 0.6)
    close += [slugs[slug] for slug in difflib.get_close_matches(wanted.rpartition("/")[2], list(slugs), count, 0.6)]
    return list(dict.fromkeys([*sorted(holding, key=len), *close]))[:count]
