"""Compiling of inner loops, kept on disk where that is possible."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """Compile a function at its first call; it lets other threads run meanwhile.

    The code is kept beside the source, or in the user's cache where the source cannot be written to. Where neither can,
    each process compiles for itself, which takes seconds.
    """
    options: dict[str, Any] = {"nogil": True, "no_cfunc_wrapper": True}
    try:
        kept: Loop = numba.njit(loop, cache=True, **options)
    except RuntimeError:  # Numba found no folder for its cache
        kept = numba.njit(loop, **options)
    return kept


def inlined(loop: Loop) -> Loop:
    """Compile a function that is called from compiled loops alone; without the way in from Python, in half the time."""
    options: dict[str, Any] = {"nogil": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    small: Loop = numba.njit(loop, **options)
    return small
