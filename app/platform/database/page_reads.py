"""Reads that several parts of a page ask for, done once while the page is made.

Only requests that show something remember what they have read, and only until their first transaction.
"""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g

Given = ParamSpec("Given")
Found = TypeVar("Found")

_NAME = "page_reads"


def begin_page() -> None:
    """Remember from now on what is read."""
    setattr(g, _NAME, {})


def end_page() -> None:
    """Read everything anew from now on, because the page is done or something is written."""
    g.pop(_NAME, None)


def read_once(read: Callable[Given, Found]) -> Callable[Given, Found]:
    """Let a function read only once for a page. Its arguments are hashable, and nobody changes what it
    returns."""

    @wraps(read)
    def run(*given: Given.args, **named: Given.kwargs) -> Found:
        known = g.get(_NAME)
        if known is None or named:
            return read(*given, **named)
        key = (read, given)
        if key not in known:
            found = read(*given, **named)
            if g.get(_NAME) is not known:  # it has written
                return found
            known[key] = found
        return known[key]  # type: ignore[no-any-return]

    return run
