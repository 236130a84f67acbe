"""A fix's edit of a file as a workspace edit that this client can apply."""

from __future__ import annotations

from lsprotocol import types
from pygls.uris import from_fs_path

from unstuck.core import render
from unstuck.core.fixes import FileEdit, Fix
from unstuck.core.redact import redact
from unstuck.core.text import Text
from unstuck.lsp import convert
from unstuck.lsp.session import Session

_ANNOTATION = "unstuck.unsafe"


def cannot_create(path: str, chinese: bool) -> str:
    """Why a client without resource operations does not get a fix that makes a file."""
    if chinese:
        return f"此编辑器不能创建文件：请先创建空文件 {path}"
    return f"this editor cannot create files: create {path} as an empty file first"


def workspace_edit(session: Session, fix: Fix, edit: FileEdit) -> types.WorkspaceEdit:
    """`edit` in the client's units; the version of an open document goes along, so that a late edit is refused."""
    client, text = session.client, Text(edit.before or "")
    document = session.open_file(edit.path)
    uri = document.uri if document is not None else from_fs_path(edit.path) or ""
    changes = [
        types.TextEdit(convert.span_range(text, span, session.encoding), new_text) for span, new_text in edit.edits
    ]
    if not client.document_changes:
        return types.WorkspaceEdit(changes={uri: changes})
    annotations: dict[str, types.ChangeAnnotation] | None = None
    marked: list[types.TextEdit | types.AnnotatedTextEdit | types.SnippetTextEdit] = [*changes]
    if fix.applicability == "unsafe" and client.annotations:
        annotations = {
            _ANNOTATION: types.ChangeAnnotation(
                label=render.shorten(redact(fix.title)),
                needs_confirmation=True,
                description=render.shorten(redact(fix.consequence)) if fix.consequence else None,
            )
        }
        marked = [types.AnnotatedTextEdit(_ANNOTATION, change.range, change.new_text) for change in changes]
    version = document.version if document is not None else None
    operations: list[types.TextDocumentEdit | types.CreateFile | types.RenameFile | types.DeleteFile] = []
    if edit.before is None:
        # Without ignoreIfExists a file that has come into being meanwhile would be emptied.
        operations.append(
            types.CreateFile(uri, options=types.CreateFileOptions(overwrite=False, ignore_if_exists=True))
        )
    operations.append(types.TextDocumentEdit(types.OptionalVersionedTextDocumentIdentifier(uri, version), marked))
    return types.WorkspaceEdit(document_changes=operations, change_annotations=annotations)
