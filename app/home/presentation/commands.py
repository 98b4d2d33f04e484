"""Commands `create-owner` and `setup-token`."""

import click
from flask import Flask
from flask_security import hash_password

from app.accounts.application import create_owner, discard_setup_token
from app.home.application import prepare_installation, setup_token
from app.home.presentation.terminal import backups, keys
from app.platform.settings import current
from app.platform.tenancy import acting_for
from app.platform.terminal import plain_errors
from app.sample_data.application import make_sample_data


def register(app: Flask) -> None:
    app.cli.add_command(_create_owner)
    app.cli.add_command(_setup_token)
    backups.register(app)
    keys.register(app)


@click.command("create-owner")
@click.option("--email", required=True)
@click.option(
    "--password",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Prompted for if not given. Other users of this machine can see it in the process list.",
)
@click.option("--name", default="", help="Owner’s name.")
@click.option("--account", "account_name", default="", help="Account name.")
@click.option("--time-zone", default="UTC", show_default=True)
@click.option("--sample-data", is_flag=True, help="Add sample contacts, two workflows, and an enrollment.")
@plain_errors
def _create_owner(
    email: str, password: str, name: str, account_name: str, time_zone: str, sample_data: bool
) -> None:
    """Create the owner of a new installation."""
    prepare_installation()
    actor = create_owner(
        email=email,
        password=password,
        hash_password=hash_password,
        name=name,
        account_name=account_name,
        time_zone=time_zone,
    )
    discard_setup_token(current())
    click.echo(f"Created {actor.account_name}, owned by {actor.name}.")
    if sample_data:
        with acting_for(actor.account_id):
            added = make_sample_data(actor.account_id)
        click.echo(
            f"Sample data: {added.contacts:,} contacts, {added.workflows} active workflows, and a job "
            f"that enrolls {added.rows:,} people once the workers run."
        )


@click.command("setup-token")
@plain_errors
def _setup_token() -> None:
    """Print the setup token to enter on the first visit, when others can reach the installation."""
    prepare_installation()
    click.echo(setup_token(current(), is_forwarded=True) or "No setup token is required.")
