"""Something to look at: invented contacts, two active workflows, a finished job with failures."""

from app.accounts.domain import Actor


def make_sample_data(actor: Actor) -> None:
    """Fill an empty account."""
