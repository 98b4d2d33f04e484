"""`flask recount-enrollments`: correct the numbers of enrollments that pages show."""

import click
from flask import Flask

from app.accounts.application import terminal_actor
from app.engine import application as engine
from app.platform.tenancy import acting_for
from app.platform.terminal import plain_errors
from app.platform.text.words import counted


def register(app: Flask) -> None:
    app.cli.add_command(_recount_enrollments)


@click.command("recount-enrollments")
@click.option("--account", "account_name", help="Account name; defaults to the first account.")
@plain_errors
def _recount_enrollments(account_name: str | None) -> None:
    """Count all enrollments of an account, and correct the numbers that its pages show."""
    actor = terminal_actor(account_name)
    with acting_for(actor.account_id):
        corrections = engine.recount_enrollments(actor)
    for one in corrections:
        number = f"{one.workflow or 'A deleted workflow'}, {one.status.replace('_', ' ')}"
        click.echo(f"{number}: {one.shown:,} corrected to {one.counted:,}")
    click.echo(
        f"{counted(len(corrections), 'number')} corrected." if corrections else "All numbers are right."
    )
