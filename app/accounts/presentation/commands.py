"""Commands `create-token`, `set-password`, and `reset-two-factor`."""

import click
from flask import Flask
from flask_security import hash_password

from app.accounts.application import terminal_actor
from app.accounts.application.api_tokens import create_token
from app.accounts.application.security import two_factor
from app.accounts.application.security.passwords import set_password, user_called
from app.accounts.domain.api_tokens import SCOPES
from app.platform.tenancy import acting_for
from app.platform.terminal import plain_errors


def register(app: Flask) -> None:
    app.cli.add_command(_create_token)
    app.cli.add_command(_set_password)
    app.cli.add_command(_reset_two_factor)


@click.command("create-token")
@click.option("--name", required=True, help="The program that will use it.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice([scope.value for scope in SCOPES]),
    help="May be repeated; all scopes if not given.",
)
@click.option("--days", type=int, help="Days until it expires; never if not given.")
@click.option("--account", "account_name", help="Account, by name or ID; the first one if not given.")
@plain_errors
def _create_token(name: str, scopes: tuple[str, ...], days: int | None, account_name: str | None) -> None:
    """Create an API token for the owner of an account and print it."""
    actor = terminal_actor(account_name)
    with acting_for(actor.account_id):
        _, token = create_token(
            actor, name=name, scopes=scopes or [scope.value for scope in SCOPES], days=days
        )
    click.echo(token)


@click.command("set-password")
@click.option("--email", required=True, help="The email address that the person signs in with.")
@plain_errors
def _set_password(email: str) -> None:
    """Set the password of a person who can’t sign in, and end their sessions. Prompts for it."""
    user_called(email)  # before anybody types a password for nobody
    password = click.prompt("New password", hide_input=True, confirmation_prompt=True)
    name = set_password(email, password, hash_password)
    click.echo(f"Password of {name} set. All of their sessions have ended.")


@click.command("reset-two-factor")
@click.option("--email", required=True, help="The email address that the person signs in with.")
@plain_errors
def _reset_two_factor(email: str) -> None:
    """Turn off two-factor authentication of a person who lost their phone and recovery codes."""
    name = two_factor.reset(email)
    click.echo(f"Two-factor authentication of {name} is off. They sign in with their password alone.")
