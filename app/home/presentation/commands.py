"""Commands that need more than one room."""

import click
from flask import Flask
from flask_security import hash_password

from app.accounts.application import create_owner
from app.platform.terminal import plain_errors


def register(app: Flask) -> None:
    app.cli.add_command(_create_owner)


@click.command("create-owner")
@click.option("--email", required=True)
@click.option("--password", required=True)
@click.option("--name", default="", help="The owner's name.")
@click.option("--account", "account_name", default="", help="Name of the account.")
@click.option("--time-zone", default="UTC", show_default=True)
@plain_errors
def _create_owner(email: str, password: str, name: str, account_name: str, time_zone: str) -> None:
    """Make the owner of a fresh installation."""
    actor = create_owner(
        email=email,
        password=password,
        hashed=hash_password,
        name=name,
        account_name=account_name,
        time_zone=time_zone,
    )
    click.echo(f"{actor.name} owns {actor.account_name}.")
