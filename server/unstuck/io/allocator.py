"""How the process's memory goes back to the system."""

from __future__ import annotations

import ctypes

_M_MMAP_THRESHOLD = -3  # of glibc's malloc.h
# Bytes from which on a block is the system's own and goes back to it when it is freed: glibc's value at the start.
BIG = 128 * 1024


def give_back_big_blocks() -> None:
    """Have glibc return big blocks at once. Elsewhere nothing is done.

    It raises its threshold with each big block that is freed, up to 32 MB, and then keeps what a scan took for a
    moment, split up, in an arena of each thread.
    """
    try:
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, BIG)
    except (AttributeError, OSError, TypeError):  # another C library, or Windows
        return


def give_back_free_pages() -> None:
    """Have glibc return what is free between the blocks in use, which takes some milliseconds."""
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (AttributeError, OSError, TypeError):
        return
