"""The command line: errors as one sentence, results as JSON where asked for."""

import functools
import json
import logging
from collections.abc import Callable
from typing import Any

import click
from flask.cli import with_appcontext
from sqlalchemy.exc import SQLAlchemyError

from app.platform.errors import MusterError
from app.platform.logs import log
from app.platform.outages import as_expected


def plain_errors(command: Callable[..., Any]) -> Callable[..., Any]:
    """Run a command inside the app and turn an expected error into its sentence and exit code 1.

    Events are logged from warnings on: the person at the terminal reads the command's own words.
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
            if (expected := as_expected(failure)) is None:
                raise
            raise click.ClickException(expected.message) from failure
        finally:
            log.setLevel(usual)

    return run


def print_json(value: Any) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))
