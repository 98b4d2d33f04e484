"""Template commands: load system templates, list templates, and create a workflow from one."""

from typing import Any

import click
from flask import Flask

from app.accounts.application import terminal_actor
from app.accounts.domain import Actor
from app.gallery import application as gallery
from app.gallery.presentation.shapes import clone_shape, template_shape
from app.platform.ids import new_public_id
from app.platform.tenancy import acting_for
from app.platform.terminal import plain_errors, print_json
from app.platform.text.words import counted
from app.workflows import application as workflows


def register(app: Flask) -> None:
    for command in (_load_templates, _templates, _clone):
        app.cli.add_command(command)


@click.command("load-templates")
@plain_errors
def _load_templates() -> None:
    """Update the templates that come with Muster."""
    loaded = gallery.load_system_templates()
    for file, sentence in loaded.refused.items():
        click.echo(f"Skipped {file}: {sentence}", err=True)
    changes = [("new", loaded.added), ("changed", loaded.changed), ("removed", loaded.removed)]
    words = [f"{len(keys)} {word}" for word, keys in changes if keys]
    if words:
        click.echo(f"{counted(loaded.total, 'system template')}: {', '.join(words)}.")


@click.command("templates")
@click.option("--account", "account_name", help="Account name or ID; defaults to the first account.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def _templates(account_name: str | None, as_json: bool) -> None:
    """List the templates available to an account."""
    actor = terminal_actor(account_name)
    with acting_for(actor.account_id):
        shapes = [template_shape(details) for details in gallery.all_templates(actor)]
    if as_json:
        print_json(shapes)
        return
    rows = [("KEY", "NAME", "CATEGORY", "STEPS", "DAYS", "NEEDS")]
    rows += [
        (
            shape["key"] or shape["id"],
            shape["name"],
            shape["category"],
            str(shape["steps"]),
            str(shape["days"]),
            ", ".join(
                need + (" (not connected)" if need in shape["missing"] else "") for need in shape["needs"]
            ),
        )
        for shape in shapes
    ]
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


@click.command("clone")
@click.argument("template")
@click.option("--name", help="Workflow name; defaults to the template’s name.")
@click.option("--same-name", is_flag=True, help="Use the name even if another workflow has it.")
@click.option("--activate", is_flag=True, help="Activate the workflow.")
@click.option("--activate-anyway", is_flag=True, help="Activate it even if it would send nothing.")
@click.option(
    "--switch-off-missing", is_flag=True, help="Switch off steps whose integration isn’t connected."
)
@click.option(
    "--field",
    "fields",
    nargs=2,
    multiple=True,
    metavar="THEIRS YOURS",
    help="Use your contact field YOURS for THEIRS of the template, by key; can be repeated.",
)
@click.option("--account", "account_name", help="Account name or ID; defaults to the first account.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@plain_errors
def _clone(
    template: str,
    name: str | None,
    same_name: bool,
    activate: bool,
    activate_anyway: bool,
    switch_off_missing: bool,
    fields: tuple[tuple[str, str], ...],
    account_name: str | None,
    as_json: bool,
) -> None:
    """Create a workflow from TEMPLATE, given by ID, key, or exact name."""
    actor = terminal_actor(account_name)
    activate = activate or activate_anyway
    with acting_for(actor.account_id):
        workflow, template_id = _cloned(actor, template, name, switch_off_missing, same_name, dict(fields))
        if activate:
            workflow = _activated(actor, workflow.public_id, activate_anyway)
        shape = clone_shape(workflow, template_id)
    if as_json:
        print_json(shape)
        return
    click.echo(f"{shape['name']} is {'active' if activate else 'a draft'}: {shape['workflow_id']}")
    for step in shape["switched_off"]:
        click.echo(f"Switched off: {step}")


def _cloned(
    actor: Actor,
    reference: str,
    name: str | None,
    switch_off_missing: bool,
    same_name: bool,
    fields: dict[str, str],
) -> tuple[Any, str]:
    """Return the new workflow and the template's public id."""
    template = gallery.named_template(actor, reference)
    try:
        workflow = gallery.clone_template(
            actor,
            template.public_id,
            name=name if name is not None else template.name,
            idempotency_key=new_public_id(),
            switch_off_missing=switch_off_missing,
            same_name=same_name,
            fields=fields,
        )
    except workflows.SameName as taken:
        raise click.ClickException(
            f"You already have a workflow named “{taken.facts['name']}”. "
            "Choose another name with --name, or use --same-name."
        ) from taken
    return workflow, template.public_id


def _activated(actor: Actor, public_id: str, anyway: bool) -> Any:
    """Activate a workflow and report what is missing. If no step would run, it stays a draft unless
    `anyway`."""
    missing = workflows.what_is_missing(actor, public_id)
    for one in missing:
        click.echo(f"Missing: {one.message}", err=True)
    try:
        workflows.activate(actor, public_id, workflows.Ask.NEVER if anyway else workflows.Ask.NOTHING_LIVE)
    except workflows.ActivationQuestion as question:
        raise click.ClickException(
            f"{question.missing[0].message} It stays a draft ({public_id}). "
            "Use --activate-anyway to activate it anyway."
        ) from question
    return workflows.find_workflow(actor, public_id)
