"""Unstuck, a language server for failures. `server/README.md` is the map of this package."""

__version__ = "0.1.0"
