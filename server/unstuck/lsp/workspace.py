"""Open documents: our line store in place of pygls's, whose edits cost the whole document and split at form feeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import unquote

from lsprotocol import types
from pygls.uris import to_fs_path
from pygls.workspace import Workspace

from unstuck.core.analysis import Analysis
from unstuck.core.catalog import Catalog
from unstuck.core.diagnosis import Diagnosis
from unstuck.core.kinds import kind_of, scheme_of
from unstuck.core.scanner import Scanner
from unstuck.core.signature import Kind
from unstuck.core.text import Encoding, Position, Span, Text, column_of, split_lines

Change = Callable[["Document"], int]


class Document:
    """A text with a URI and, where its kind is known, an analysis: an open document, a transcript, a log on disk.

    While a scan runs on another thread (`busy`) the text must not change: `Session.apply` keeps changes until it is
    done.
    `cost` is how many characters the next scan has to read, about. A `restless` one is scanned whenever there is
    something to read, and never on the event loop.
    """

    restless = False

    def __init__(
        self,
        uri: str,
        source: str = "",
        *,
        kind: Kind | None = None,
        version: int | None = None,
        language_id: str | None = None,
        columns: int | None = None,
    ) -> None:
        self.uri = uri
        self.kind = kind
        self.version = version
        self.language_id = language_id
        self.columns = columns
        # What is known of the shell whose output it is; the names are those of `unstuck/terminal/didOpen`.
        self.cwd: str | None = None
        self.shell: str | None = None
        self.environ: dict[str, str] = {}
        # Whether the server writes the text itself: what a client sends of it is an old copy.
        self.transcript = False
        # Whether the last scans found anything else than what was known.
        self.changed = True
        self.analysis: Analysis | None = None
        self._text: Text | None = None
        self._source = source
        # The scheduler's own:
        self.cost = len(source)
        self.waiting: list[Change] = []
        self.busy = False
        self.stale = False
        self.closed = False
        self.hidden = False
        self.took = 0.0  # by the clock
        self.worked = 0.0  # of processor time
        self.reading = 0  # what the scan that runs reads, as `cost`
        self.finished = 0.0
        self.timer: Any = None
        # When its results were told last, and how many seconds that took.
        self.told = self.telling = 0.0
        self.teller: Any = None
        # What the client has, as JSON, and of which diagnoses it was made.
        self.published: list[str] | None = None
        self.shown: dict[Any, Any] = {}

    @property
    def path(self) -> str | None:
        """The file's path, None where the document is no file."""
        return to_fs_path(self.uri) if scheme_of(self.uri) == "file" else None

    @property
    def is_open(self) -> bool:
        """Whether the client owns the text: its edits carry a version."""
        return self.version is not None and not self.closed

    @property
    def text(self) -> Text:
        """The lines, read only: change them by `edit` and `replace_all`."""
        if self.analysis is not None:
            return self.analysis.text
        if self._text is None:
            self._text = Text(self._source)
            self._source = ""
        return self._text

    @property
    def source(self) -> str:
        return self._source or self.text.content

    @property
    def size(self) -> int:
        """Characters, about: cheap where the text was not split yet."""
        return len(self._source) or sum(len(line) for line in self.text.raw_lines())

    def weigh(self) -> int:
        """`cost`, with what the edits mean for the rest of the text."""
        if self.cost and self.analysis is not None and self.analysis.looks_at_all:
            self.cost = max(self.cost, self.size)
        return self.cost

    @property
    def diagnoses(self) -> tuple[Diagnosis, ...]:
        return self.analysis.diagnoses if self.analysis is not None else ()

    def analysed(self) -> Analysis:
        """The analysis; where there was no scan yet, one without a catalog, which the first scan gives it."""
        if self.analysis is None:
            assert self.kind is not None
            self.settle(Analysis(Catalog(), self.kind, self.source, columns=self.columns))
            self.cost = self.size
        assert self.analysis is not None
        return self.analysis

    def scan(self, scanner: Scanner) -> Analysis:
        """Bring the analysis up to date; may run on another thread, and touches nothing but the analysis."""
        analysis = self.analysis
        if analysis is None:
            assert self.kind is not None
            analysis = Analysis(scanner.catalog, self.kind, self.source, scanner=scanner, columns=self.columns)
        elif analysis.scanner is not scanner:
            analysis.rescan(scanner)
        if analysis.update():
            self.changed = True
        return analysis

    def settle(self, analysis: Analysis) -> None:
        """Take over what `scan` made."""
        self.analysis = analysis
        self._text, self._source = None, ""
        self.cost = 0

    def give_up(self) -> None:
        """Keep the text and scan no more."""
        self._text, self._source = Text(self.source), ""
        self.analysis, self.kind = None, None
        self.cost = 0

    def edit(self, span: Span, new: str) -> int:
        """Put `new` in the place of `span`; how many characters that makes a scan read again."""
        return self._put(span, new, None if self.analysis is None else self.analysis.edit)

    def write(self, span: Span, new: str, forgotten: bool = False) -> int:
        """The same for what a terminal's program writes; `forgotten` where the oldest lines go."""
        analysis = self.analysis
        how = None if analysis is None else lambda place, text: analysis.write(place, text, forgotten)
        return self._put(span, new, how)

    def _put(self, span: Span, new: str, how: Callable[[Span, str], None] | None) -> int:
        if how is not None:
            how(span, new)
        else:
            self.text.replace(span, new)
        text = self.text
        first = min(span.start.line, len(text) - 1)
        return len(new) + len(text.raw_line(first)) + 1

    def replace_all(self, content: str) -> int:
        """Make `content` the whole text, touching only the lines that differ: terminals send all of it each time."""
        old, new = self.text.raw_lines(), split_lines(content)
        same = _common(old, new)
        tail = min(_common(old[::-1], new[::-1]), len(old) - same, len(new) - same)
        if same == len(old) == len(new):
            return 0
        end = Position(len(old) - tail, 0) if tail else self.text.end
        return self.edit(Span(Position(same, 0), end), "".join(new[same : len(new) - tail]))

    def position(self, place: types.Position | Any, encoding: Encoding) -> Position:
        """A protocol position in code points; what does not exist is the nearest place that does."""
        text = self.text
        if place.line >= len(text):
            return text.end
        return Position(place.line, column_of(text.line(place.line), place.character, encoding))

    def change(self, event: types.TextDocumentContentChangeEvent, encoding: Encoding) -> int:
        """Apply one change of the client; returns what `edit` does."""
        if isinstance(event, types.TextDocumentContentChangePartial):
            span = Span(self.position(event.range.start, encoding), self.position(event.range.end, encoding))
            return self.edit(span, event.text)
        return self.replace_all(event.text)


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(one, other, strict=False):
        if left != right:
            break
        count += 1
    return count


class DocumentWorkspace(Workspace):
    """pygls's workspace over our documents. What is not open is not there: nothing is read from disk."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.documents: dict[str, Document] = {}

    @property
    def text_documents(self) -> dict[str, Any]:
        return self.documents

    def get_text_document(self, doc_uri: str) -> Any:
        return self.documents.get(doc_uri) or Document(doc_uri)

    def put_text_document(self, text_document: types.TextDocumentItem, notebook_uri: str | None = None) -> None:  # noqa: ARG002
        self.documents[text_document.uri] = Document(
            text_document.uri,
            text_document.text,
            kind=kind_of(text_document.uri, text_document.language_id),
            version=text_document.version,
            language_id=text_document.language_id,
        )

    def remove_text_document(self, doc_uri: str) -> None:
        self.documents.pop(doc_uri, None)

    def folder_paths(self) -> list[str]:
        """The paths of the workspace folders, or of the root where the client knows no folders."""
        uris = [folder.uri for folder in self.folders.values()] or ([self.root_uri] if self.root_uri else [])
        paths = [to_fs_path(uri) for uri in uris if scheme_of(uri) == "file"]
        return [path for path in paths if path]

    def remove_folder(self, folder_uri: str) -> None:
        self.folders.pop(unquote(folder_uri), None)
