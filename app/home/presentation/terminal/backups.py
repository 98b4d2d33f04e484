"""Commands `backup` and `restore`. What they do is loaded when they run; other commands need none of it."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from flask import Flask

from app.platform import disk
from app.platform.settings import current
from app.platform.terminal import plain_errors


def register(app: Flask) -> None:
    app.cli.add_command(_backup)
    app.cli.add_command(_restore)


@click.command("backup")
@click.argument("file", metavar="[FILE|FOLDER]", required=False, type=click.Path(path_type=Path))
@plain_errors
def _backup(file: Path | None) -> None:
    """Save the database, uploads, and secret key in one file, and verify it. Muster can be running.

    Without FILE, the backup is a new file in the folder “backups” of DATA_DIR.
    """
    from ops.backups.make import make_backup

    with _plain_failures():
        made = make_backup(current(), file)
    for sentence in made.sentences(current()):
        click.echo(sentence)


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Move existing data to another folder first.")
@plain_errors
def _restore(file: Path, replace: bool) -> None:
    """Verify a backup and put its data in DATA_DIR. Muster must be stopped."""
    from ops.backups.restore import restore

    with _plain_failures():
        restored = restore(current(), file, replaces=replace)
    for sentence in restored.sentences():
        click.echo(sentence)


@contextmanager
def _plain_failures() -> Iterator[None]:
    """Turn what may go wrong into a sentence and exit code 1."""
    from ops.backups.stopping import ending_on_signals
    from ops.problems import Problem

    try:
        with ending_on_signals():
            yield
    except Problem as problem:
        raise click.ClickException(str(problem)) from problem
    except sqlite3.Error as failure:
        full = getattr(failure, "sqlite_errorname", "") == "SQLITE_FULL"
        raise click.ClickException(
            _NO_SPACE if full else f"The database can’t be read ({failure})."
        ) from failure
    except OSError as failure:
        place = f" ({failure.filename})" if failure.filename else ""
        full = failure.errno in disk.FULL_ERRNOS
        raise click.ClickException(
            _NO_SPACE if full else f"{failure.strerror or failure}{place}."
        ) from failure


_NO_SPACE = "There isn’t enough free disk space. Nothing was changed."
