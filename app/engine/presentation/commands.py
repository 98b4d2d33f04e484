"""`flask verify-workflow`: count the enrollments and messages of workflows again.
`flask recount-enrollments`: correct the numbers of them that pages show."""

import click
from flask import Flask

from app.accounts.application import terminal_actor
from app.engine import application as engine
from app.platform.tenancy import acting_for
from app.platform.terminal import plain_errors
from app.platform.text.words import counted


def register(app: Flask) -> None:
    app.cli.add_command(_recount_enrollments)
    app.cli.add_command(_verify_workflow)


@click.command("recount-enrollments")
@click.option("--account", "account_name", help="Account name or ID; defaults to the first account.")
@plain_errors
def _recount_enrollments(account_name: str | None) -> None:
    """Count the enrollments, steps, and messages of an account, and correct the numbers that pages show."""
    actor = terminal_actor(account_name)
    with acting_for(actor.account_id):
        corrections = engine.recount_enrollments(actor)
    for one in corrections:
        number = f"{one.workflow or 'A deleted workflow'}, {one.what}"
        click.echo(f"{number}: {one.shown:,} corrected to {one.counted:,}")
    click.echo(
        f"{counted(len(corrections), 'number')} corrected." if corrections else "All numbers are right."
    )


@click.command("verify-workflow")
@click.argument("workflow", metavar="[NAME OR ID]", required=False)
@click.option("--account", "account_name", help="Account name or ID; defaults to the first account.")
@plain_errors
def _verify_workflow(workflow: str | None, account_name: str | None) -> None:
    """Recount a workflow, or all: pages show the numbers of the tables, and everybody has a place to go."""
    actor = terminal_actor(account_name)
    all_hold = []
    with acting_for(actor.account_id):
        for verified in engine.verify_workflows(actor, workflow):
            click.echo(f"{verified.name} ({verified.status})")
            for check in verified.checks:
                mark = "ok    " if check.holds else "BROKEN"
                click.echo(f"  {mark}  {check.says}: {check.expected:,} = {check.found:,}")
                for detail in check.details:
                    click.echo(f"          {detail}")
            all_hold.append(verified.holds)
    if not all(all_hold):
        click.echo(f"{all_hold.count(False):,} of {counted(len(all_hold), 'workflow')} inconsistent.")
        raise SystemExit(1)
    click.echo(f"{counted(len(all_hold), 'workflow')} consistent.")
