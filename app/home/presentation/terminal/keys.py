"""Command `rotate-keys`."""

import click
from flask import Flask

from app.platform.encrypted_columns import encrypt_anew, encrypted_columns
from app.platform.settings import current
from app.platform.terminal import plain_errors
from app.platform.text.words import counted


def register(app: Flask) -> None:
    app.cli.add_command(_rotate_keys)


@click.command("rotate-keys")
@plain_errors
def _rotate_keys() -> None:
    """Encrypt saved passwords with the first key of ENCRYPTION_KEY.

    Can be stopped and repeated at any time, also while Muster runs with these keys.
    """
    changed = lost = 0
    for column in encrypted_columns():
        counts = encrypt_anew(column)
        changed, lost = changed + counts.older, lost + counts.lost
        if counts.older or counts.lost:
            click.echo(f"{column.name}: {counts.older:,} encrypted anew, {counts.lost:,} can’t be read")
    key = "the first key of ENCRYPTION_KEY" if current().encryption_key else "SECRET_KEY"
    click.echo(f"{counted(changed, 'saved password')} encrypted anew with {key}.")
    if lost:
        raise click.ClickException(
            f"{counted(lost, 'saved password')} can’t be read with any key. Add the earlier key to"
            " ENCRYPTION_KEY and run this again, or enter them again in the settings. People whose"
            " authenticator app doesn’t sign them in can set it up again after: flask reset-two-factor."
        )
