"""Marks on views, which the request guard and the web server obey."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def public(view: View) -> View:
    """Mark a view as open to people who are not signed in."""
    view.is_public = True  # type: ignore[attr-defined]
    return view


def skip_authentication(view: View) -> View:
    """Mark a view as public and the same for everyone, so that the user is not looked up."""
    view.is_public = view.skips_authentication = True  # type: ignore[attr-defined]
    return view


def unless_unchanged(is_known: Callable[..., bool]) -> Callable[[View], View]:
    """Mark a polled view. If `is_known(**view_args)` is True, the response is 204: nothing has changed.

    The user is then not looked up and the view does not run, so `is_known` must verify, without the database,
    that this session was given the page that polls.
    """

    def mark(view: View) -> View:
        view.is_known = is_known  # type: ignore[attr-defined]
        return view

    return mark


def takes_files(check: Callable[[], object]) -> Callable[[View], View]:
    """Mark a view that accepts uploads. `check` raises a MusterError if the user may not upload.

    It runs before the body is received; the view must call it, too.
    """

    def mark(view: View) -> View:
        view.takes_files = check  # type: ignore[attr-defined]
        return view

    return mark


def takes_bodies(most: int, check: Callable[[], object]) -> Callable[[View], View]:
    """Mark a public view that other programs send up to `most` bytes. `check` raises a MusterError if its
    address says nobody known; it runs before the body is received."""

    def mark(view: View) -> View:
        view.most_bytes = most  # type: ignore[attr-defined]
        view.takes_files = check  # type: ignore[attr-defined]
        return view

    return mark
