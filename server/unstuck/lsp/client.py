"""What the connected client can do: its capabilities, asked once, by the names that our features use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lsprotocol import types
from pygls.capabilities import get_capability


@dataclass(frozen=True)
class Client:
    """A client's capabilities and wishes, as `initialize` told them; what it does not say, it cannot do."""

    locale: str = "en"
    markdown: bool = False
    # Diagnostics
    related_information: bool = False
    code_description: bool = False
    diagnostic_data: bool = False
    versions: bool = False
    # Code actions
    literals: bool = False
    lazy_edits: bool = False
    action_data: bool = False
    disabled: bool = False
    preferred: bool = False
    # Edits
    document_changes: bool = False
    create_files: bool = False
    annotations: bool = False
    confirms: bool = False
    apply_edit: bool = False
    # Settings
    configuration: bool = False
    register_configuration: bool = False
    # Others
    register_watchers: bool = False
    relative_patterns: bool = False
    progress: bool = False
    text_content: bool = False
    commands: frozenset[str] = field(default_factory=frozenset)
    settings: Any = None

    @classmethod
    def of(cls, params: types.InitializeParams) -> Client:
        capabilities = params.capabilities

        def has(path: str) -> bool:
            return bool(get_capability(capabilities, path, False))

        def listed(path: str, value: str) -> bool:
            return any(
                str(getattr(entry, "value", entry)) == value for entry in get_capability(capabilities, path) or ()
            )

        action = "text_document.code_action"
        edit = "workspace.workspace_edit"
        published = "text_document.publish_diagnostics"
        # Neovim names resource operations and not documentChanges, which alone can hold them.
        document_changes = has(f"{edit}.document_changes") or has(f"{edit}.resource_operations")
        annotations = document_changes and has(f"{edit}.change_annotation_support")
        options = params.initialization_options
        options = options if isinstance(options, Mapping) else {}
        commands = options.get("clientCommands")
        # Without contentFormat the protocol's answer is a MarkedString, which is Markdown.
        formats = get_capability(capabilities, "text_document.hover.content_format")
        return cls(
            locale=params.locale or "en",
            markdown=formats is None or (bool(formats) and str(getattr(formats[0], "value", formats[0])) == "markdown"),
            related_information=has(f"{published}.related_information"),
            code_description=has(f"{published}.code_description_support"),
            diagnostic_data=has(f"{published}.data_support"),
            versions=has(f"{published}.version_support"),
            literals=has(f"{action}.code_action_literal_support"),
            lazy_edits=listed(f"{action}.resolve_support.properties", "edit") and has(f"{action}.data_support"),
            action_data=has(f"{action}.data_support"),
            disabled=has(f"{action}.disabled_support"),
            preferred=has(f"{action}.is_preferred_support"),
            document_changes=document_changes,
            create_files=listed(f"{edit}.resource_operations", "create"),
            annotations=annotations,
            confirms=annotations and has(f"{action}.honors_change_annotations"),
            apply_edit=has("workspace.apply_edit"),
            configuration=has("workspace.configuration"),
            register_configuration=has("workspace.did_change_configuration.dynamic_registration"),
            register_watchers=has("workspace.did_change_watched_files.dynamic_registration"),
            relative_patterns=has("workspace.did_change_watched_files.relative_pattern_support"),
            progress=has("window.work_done_progress"),
            text_content=get_capability(capabilities, "workspace.text_document_content") is not None,
            commands=frozenset(name for name in commands if isinstance(name, str))
            if isinstance(commands, (list, tuple))
            else frozenset(),
            settings=options.get("settings"),
        )
