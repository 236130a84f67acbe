"""The command line: serve | check | run | explain | catalog | demo.

Only the standard library is imported here, and each command imports what it needs when it is called: `unstuck check`
must not pay for the language server.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import TYPE_CHECKING

from unstuck import __version__

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

KINDS = ("terminal", "log", "output", "requirements", "pip_config", "pyproject")
FORMATS = ("text", "json", "sarif", "github")

# What each command runs: a module and a function that takes the parsed arguments and returns the exit code.
_COMMANDS = {
    "serve": "unstuck.commands.serve",
    "check": "unstuck.commands.check",
    "run": "unstuck.commands.run",
    "explain": "unstuck.commands.explain",
    "catalog check": "unstuck.authoring.check",
    "catalog list": "unstuck.authoring.listing",
    "catalog table": "unstuck.authoring.listing",
    "catalog actions": "unstuck.authoring.listing",
    "catalog schema": "unstuck.authoring.schema",
    "catalog new": "unstuck.authoring.new",
    "catalog test": "unstuck.authoring.test",
    "demo": "unstuck.commands.demo",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line `argv` (without the program's name) and return its exit code; 2 is a usage error."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    _speak_utf8()
    if arguments in (["serve"], ["serve", "--stdio"]):
        # What every editor says, and waits for: the parser would take longer than the rest of this module.
        from unstuck.commands import serve

        return serve.stdio()
    parser = _parser()
    try:
        options = parser.parse_args(arguments)
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else 2
    if options.command is None:
        parser.print_help(sys.stderr)
        return 2
    name = f"catalog {options.subcommand}" if options.command == "catalog" else options.command
    try:
        code: int = import_module(_COMMANDS[name]).command(options)
        sys.stdout.flush()
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        # The reader went away (`| head`): nothing more to say, and nothing for the interpreter to flush at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    return code


def _speak_utf8() -> None:
    """What the output's encoding cannot say becomes a question mark in place of a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    import argparse

    parser = argparse.ArgumentParser(
        prog="unstuck",
        description="Recognises failures in logs, terminals and requirements files, and says what fixes them.",
    )
    parser.add_argument("--version", action="version", version=f"unstuck {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    serve = commands.add_parser("serve", help="run the language server (over stdio unless told otherwise)")
    way = serve.add_mutually_exclusive_group()
    way.add_argument("--stdio", action="store_true", help="speak over standard input and output (the default)")
    way.add_argument("--tcp", metavar="HOST:PORT", help="listen there in place of stdio; a bare port means loopback")
    way.add_argument("--port", type=int, metavar="PORT", help="the same as --tcp 127.0.0.1:PORT")
    serve.add_argument("--clientProcessId", dest="client_process", help=argparse.SUPPRESS)  # some clients add it

    check = commands.add_parser(
        "check",
        help="report the failures in files, folders or standard input",
        description="Reports the failures in files, in folders (their logs, requirements and pip configuration), or in "
        "standard input (-). Exit code: 0 nothing found, 1 something found, 2 something could not be read.",
    )
    check.add_argument("paths", nargs="+", metavar="PATH", help="a file, a folder, or - for standard input")
    check.add_argument(
        "--format", choices=FORMATS, default="text", help="text for people (default), json, sarif, github"
    )
    check.add_argument("--kind", choices=KINDS, help="what the input is; told by the name unless given")
    check.add_argument(
        "--mute", action="append", default=[], metavar="ID", help="a signature or domain that stays silent"
    )
    _common(check)
    _color(check)

    run = commands.add_parser(
        "run",
        help="run a command line and explain its failure",
        usage="unstuck run [--catalog PATH] [--locale LOCALE] [--color WHEN] [--] CMD ...",
        description="Runs CMD as it is, passes its output through as it comes, then explains what failed on standard "
        "error, and exits with CMD's own code.",
    )
    _common(run)
    _color(run)
    run.add_argument("words", nargs=argparse.REMAINDER, metavar="CMD", help="the command and its arguments")

    explain = commands.add_parser("explain", help="explain a signature of the catalog")
    explain.add_argument("id", metavar="ID", help="such as pip/tls-ssl-certificate-verify-failed-self-signed")
    _common(explain)
    _color(explain)

    demo = commands.add_parser("demo", help="make pip fail, recognise the failure, fix it, and see pip succeed")
    demo.add_argument("--locale", default="auto", help="the language to speak: auto, en, zh")

    _catalog(commands.add_parser("catalog", help="check, list and write signatures"))
    return parser


def _catalog(catalog: argparse.ArgumentParser) -> None:
    commands = catalog.add_subparsers(dest="subcommand", metavar="COMMAND", required=True)

    check = commands.add_parser("check", help="check records and say how to cure what is wrong")
    check.add_argument("ids", nargs="*", metavar="ID", help="ids or files of records; all of them unless given")
    check.add_argument("--clean", action="store_true", help="also scan the clean logs of a checkout (takes longer)")
    _common(check)

    listed = commands.add_parser("list", help="list the signatures: id, tier, title")
    listed.add_argument("--domain", help="only those of one domain")
    listed.add_argument("--tier", choices=("reproduced", "documented", "reported", "ai_generated"))
    listed.add_argument("--format", choices=("text", "json"), default="text")
    _common(listed)

    table = commands.add_parser("table", help="print the table of tiers and versions in Markdown")
    way = table.add_mutually_exclusive_group()
    way.add_argument("--write", action="store_true", help="put it into seeds/README.md")
    way.add_argument("--check", action="store_true", help="only compare it with seeds/README.md; 1 if it differs")
    _common(table)

    commands.add_parser("actions", help="list the actions that a fix may name, with their arguments")

    schema = commands.add_parser("schema", help="print the JSON schema of a record")
    schema.add_argument("--check", action="store_true", help="only compare it with seeds/schema.json; 1 if it differs")

    new = commands.add_parser(
        "new",
        help="propose a record for a failure",
        description="Proposes a record: the telling line becomes a pattern with numbers, paths, versions and hosts as "
        "named captures. On a terminal it asks for what is not given.",
    )
    new.add_argument("--output", metavar="FILE", help="the tool's output, - for standard input")
    new.add_argument("--telling", metavar="TEXT", help="the line (or a part of it) that tells what is wrong")
    new.add_argument("--id", metavar="ID", help="domain/slug, such as pip/no-such-option")
    new.add_argument("--seeds", metavar="FOLDER", default="seeds", help="where records live (default: seeds)")
    new.add_argument("--force", action="store_true", help="replace a record that is there")

    test = commands.add_parser("test", help="which signatures speak on a file, and why the nearest others do not")
    test.add_argument("file", metavar="FILE", help="the tool's output, - for standard input")
    test.add_argument("--id", action="append", default=[], dest="ids", metavar="ID", help="explain this one's silence")
    test.add_argument("--kind", choices=KINDS, help="what the input is; told by the name unless given")
    _common(test)


def _common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--catalog",
        action="append",
        default=[],
        metavar="PATH",
        help="a file or folder of records to load besides ours",
    )
    parser.add_argument("--locale", default="auto", help="the language to speak: auto, en, zh")


def _color(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto", help="default: on a terminal")


if __name__ == "__main__":
    sys.exit(main())
