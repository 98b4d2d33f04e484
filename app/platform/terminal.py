"""Helpers for commands: errors as one sentence, results as JSON."""

import functools
import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from app.platform.errors import MusterError
from app.platform.logs import log
from app.platform.web.errors.outages import expected_error


def plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Decorate a command: run it in an app context and turn expected errors into a sentence and exit code 1.

    Only warnings and errors are logged, to keep the command's output readable.
    """

    @with_appcontext
    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> Any:
        usual = log.level
        log.setLevel(logging.WARNING)
        try:
            return command(*args, **options)
        except MusterError as error:
            raise click.ClickException(error.message) from error
        except SQLAlchemyError as failure:
            if (expected := expected_error(failure)) is None:
                raise
            raise click.ClickException(expected.message) from failure
        finally:
            log.setLevel(usual)

    return run


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=_text))


def _text(value: Any) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)
