"""Checks of an installation, which rooms register, and the run of all of them for `flask doctor`.

Checks change nothing, and say nothing about people or secrets. They run side by side, each within its time
limit: one that waits for a server that doesn't respond is left behind.
"""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeVar, cast

import sqlalchemy as sa
from flask import Flask, current_app
from sqlalchemy.exc import SQLAlchemyError

from app.platform.database import limit_statements
from app.platform.logs import log

Given = TypeVar("Given")
Made = TypeVar("Made")
DEFAULT_SECONDS: Final = 8.0


class Level(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


_SEVERITY: Final = tuple(Level)


@dataclass(frozen=True)
class Result:
    """What a check found, and what to do about it; both are sentences. Nothing to do if all is well."""

    level: Level
    found: str
    advice: str = ""


def ok(found: str) -> Result:
    return Result(Level.OK, found)


def warning(found: str, advice: str) -> Result:
    return Result(Level.WARNING, found, advice)


def problem(found: str, advice: str) -> Result:
    return Result(Level.PROBLEM, found, advice)


def worst(results: Sequence[Result], otherwise: str) -> Result:
    """Return one result for several: the worst level, with the sentences of all that aren’t OK, problems
    first; `otherwise` if all are."""
    faults = [one for one in results if one.level is not Level.OK]
    if not faults:
        return ok(otherwise)
    faults.sort(key=lambda one: _SEVERITY.index(one.level), reverse=True)
    found, advice = (dict.fromkeys(getattr(one, name) for one in faults) for name in ("found", "advice"))
    return Result(faults[0].level, " ".join(found), " ".join(advice))


@dataclass(frozen=True)
class Check:
    """A check, named by its subject. If it `reads_data`, it only runs on a database whose migrations are
    those of this release; then each of its statements is canceled after `seconds`, too."""

    name: str
    subject: str
    run: Callable[[], Result]
    seconds: float = DEFAULT_SECONDS
    reads_data: bool = False


@dataclass(frozen=True)
class Examined:
    """A check and its result."""

    check: Check
    result: Result


_CHECKS: dict[str, Check] = {}
NEEDED_BY_DATA: Final = ("database", "migrations")
"""Checks without which nothing can be said about the data."""


def register(check: Check) -> None:
    """Let `flask doctor` run a check. A check of the same name is replaced."""
    _CHECKS[check.name] = check


def examine() -> list[Examined]:
    """Run all checks and return their results: first those of the installation, then those of its data."""
    checks = sorted(_CHECKS.values(), key=lambda check: check.reads_data)
    found = _run_together([check for check in checks if not check.reads_data])
    rest = [check for check in checks if check.reads_data]
    if all(found[name].level is not Level.PROBLEM for name in NEEDED_BY_DATA if name in found):
        found |= _run_together(rest)
    else:
        advice = "Solve the problem with the database first, and run flask doctor again."
        found |= {check.name: warning("Not checked.", advice) for check in rest}
    return [Examined(check, found[check.name]) for check in checks]


def _run_together(checks: Sequence[Check]) -> dict[str, Result]:
    """Run each check in a thread, which does not keep the command from ending."""
    app = cast(Any, current_app)._get_current_object()
    found: dict[str, Result] = {}
    began = time.monotonic()
    threads = []
    for check in checks:
        thread = threading.Thread(target=_run, args=(app, check, found), name=check.name, daemon=True)
        thread.start()
        threads.append((check, thread))
    for check, thread in threads:
        thread.join(max(0.0, began + check.seconds - time.monotonic()))
    late = {check.name: _too_late(check) for check, _ in threads}
    return late | dict(found)


def side_by_side(run: Callable[[Given], Made], items: Sequence[Given], seconds: float) -> list[Made | None]:
    """Return what `run`, which uses neither the app nor the database, returns for each item; None for items
    that take longer than so many seconds."""
    found: dict[int, Made] = {}

    def keep(place: int, item: Given) -> None:
        found[place] = run(item)

    threads = [threading.Thread(target=keep, args=pair, daemon=True) for pair in enumerate(items)]
    for thread in threads:
        thread.start()
    end = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, end - time.monotonic()))
    return [found.get(place) for place in range(len(items))]


def _run(app: Flask, check: Check, found: dict[str, Result]) -> None:
    with app.app_context():
        try:
            if check.reads_data:
                limit_statements(check.seconds)
            found[check.name] = check.run()
        except SQLAlchemyError as failure:
            found[check.name] = problem(
                f"The database didn’t answer this check ({_kind(failure)}).",
                "Look at the check of the database, and run flask doctor again.",
            )
        except Exception as failure:
            log.warning("check_failed", extra={"check": check.name, "failure": type(failure).__name__})
            found[check.name] = problem(
                f"This check failed ({type(failure).__name__}).", "Report this as an error of Muster."
            )


def _kind(failure: SQLAlchemyError) -> str:
    cause = failure.orig if isinstance(failure, sa.exc.DBAPIError) else None
    return type(cause or failure).__name__


def _too_late(check: Check) -> Result:
    return problem(
        f"No result within {check.seconds:g} seconds.",
        "What this check asks responds too slowly, or hangs. Check its server and the network to it.",
    )
