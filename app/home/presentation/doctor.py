"""`flask doctor`: check the installation, and say what to do."""

import logging
import time
from collections import Counter
from collections.abc import Sequence

import click
from flask import Flask

from app.home.application import doctor as checks
from app.platform.doctor import Examined, Level, examine
from app.platform.logs import log
from app.platform.terminal import plain_errors, print_json
from app.platform.text.words import counted

WIDTH = 9
_NAMES = {Level.PROBLEM: "problem", Level.WARNING: "warning"}


def register(app: Flask) -> None:
    checks.register()
    app.cli.add_command(_doctor)


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="Print the results as JSON.")
@plain_errors
def _doctor(as_json: bool) -> None:
    """Check the installation, and say what to do. Changes nothing. Exits with 1 if there are problems."""
    log.setLevel(logging.CRITICAL)  # what fails is a result
    began = time.monotonic()
    found = examine()
    counts = Counter(one.result.level for one in found)
    if as_json:
        print_json(_document(found, counts, time.monotonic() - began))
    else:
        for one in found:
            advice = f" {one.result.advice}" if one.result.advice else ""
            click.echo(f"{one.result.level:<{WIDTH}}{one.check.subject}: {one.result.found}{advice}")
        click.echo(_summary(counts))
    if counts[Level.PROBLEM]:
        raise SystemExit(1)


def _summary(counts: Counter[Level]) -> str:
    parts = [counted(counts[level], name) for level, name in _NAMES.items() if counts[level]]
    return f"{' and '.join(parts)}." if parts else "Everything is all right."


def _document(found: Sequence[Examined], counts: Counter[Level], seconds: float) -> dict[str, object]:
    level = max(counts, key=list(Level).index, default=Level.OK)
    return {
        "status": level,
        "seconds": round(seconds, 1),
        "checks": [
            {
                "name": one.check.name,
                "subject": one.check.subject,
                "status": one.result.level,
                "found": one.result.found,
                "advice": one.result.advice,
            }
            for one in found
        ],
    }
