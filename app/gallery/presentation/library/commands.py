"""Commands for templates as files: export one, and import one."""

from typing import BinaryIO

import click
from flask import Flask

from app.accounts.application import terminal_actor
from app.gallery import application as gallery
from app.gallery.application.library import transfer
from app.gallery.domain.template_file import MAX_FILE
from app.integrations.domain import service_name
from app.platform.tenancy import acting_for
from app.platform.terminal import plain_errors
from app.platform.text.words import joined


def register(app: Flask) -> None:
    for command in (_export, _import):
        app.cli.add_command(command)


@click.command("export-template")
@click.argument("template")
@click.option("--account", "account_name", help="Account name or ID; defaults to the first account.")
@plain_errors
def _export(template: str, account_name: str | None) -> None:
    """Print TEMPLATE, given by ID, key, or exact name, as a file."""
    actor = terminal_actor(account_name)
    with acting_for(actor.account_id):
        found = gallery.named_template(actor, template)
        file = transfer.export_template(actor, found.public_id)
    click.echo(file.text.encode(), nl=False)


@click.command("import-template")
@click.argument("file", type=click.File("rb"))
@click.option("--name", help="Template name; defaults to the one in the file.")
@click.option("--account", "account_name", help="Account name or ID; defaults to the first account.")
@plain_errors
def _import(file: BinaryIO, name: str | None, account_name: str | None) -> None:
    """Create a template of an account from FILE; “-” reads it from standard input."""
    actor, content = terminal_actor(account_name), file.read(MAX_FILE + 1)
    with acting_for(actor.account_id):
        report = transfer.check_file(actor, content)
        made = transfer.import_template(actor, content, name=name, new_fields=True)
    click.echo(f"{made.card.name} is imported: {made.card.public_id}")
    if report.missing:
        click.echo(f"Not connected: {joined([service_name(one) for one in report.missing])}", err=True)
    if report.new_fields:
        click.echo(f"Using it creates contact fields: {joined(list(report.new_fields))}", err=True)
