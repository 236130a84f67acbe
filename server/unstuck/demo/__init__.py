"""`unstuck demo`: a real pip fails on a loopback index, is diagnosed, mended and run again.

The index, the packages, the certificate and the small client are those that `tests/lab` uses, so they live here, in
the wheel.
"""

from __future__ import annotations


def run_demo(locale: str = "en") -> int:
    """Show it to a person on stdout; the exit code is 0 when everything went as told."""
    from unstuck.demo.run import show

    return show(locale)
