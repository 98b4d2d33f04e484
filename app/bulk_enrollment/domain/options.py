"""What a job does with the rows of its selection."""

from dataclasses import dataclass
from typing import Literal

from app.bulk_enrollment.domain.job import LARGEST_ASKED, SMALLEST_ASKED
from app.bulk_enrollment.domain.selection import Identifier

Missing = Literal["skip", "create"]
Existing = Literal["leave", "fill", "overwrite"]

MISSING: tuple[Missing, ...] = ("skip", "create")
EXISTING: tuple[Existing, ...] = ("leave", "fill", "overwrite")


@dataclass(frozen=True)
class JobOptions:
    """The first five are a person's choices: what to do with contacts that are missing or exist already, on
    what legal basis new ones may be contacted, names of tags to add, rows of a batch (None: automatic).

    The others are filled in when the job is made and started: what the rows are called (a file's name), the
    ids of the tags, the step of the workflow at which people begin, and whether those who left the workflow
    may be enrolled `again`.
    """

    missing: Missing = "skip"
    existing: Existing = "leave"
    consent_basis: str = ""
    tags: tuple[str, ...] = ()
    batch_size: int | None = None
    source_name: str = ""
    tag_ids: tuple[int, ...] = ()
    first_step: str | None = None
    again: bool = False

    @property
    def creates(self) -> bool:
        """Whether people who are no contacts yet become some."""
        return self.missing == "create"

    @property
    def updates(self) -> bool:
        """Whether contacts that exist may be changed."""
        return self.existing != "leave"

    @property
    def writes_contacts(self) -> bool:
        """Whether rows carry the values of their other columns."""
        return self.creates or self.updates


def option_problems(options: JobOptions, identifier: Identifier) -> dict[str, str]:
    """What is wrong with a choice: {field of the form: sentence}; empty when all is well. `identifier` is
    what contacts are matched by."""
    found: dict[str, str] = {}
    if options.creates and identifier == "contact_id":
        found["missing"] = (
            "New contacts need an email address or phone number. Skip them or match by one of these."
        )
    if options.creates and not options.consent_basis:
        found["consent_basis"] = "Choose a legal basis for contacting new contacts."
    if options.batch_size is not None and not SMALLEST_ASKED <= options.batch_size <= LARGEST_ASKED:
        found["batch_size"] = f"Enter a batch size from {SMALLEST_ASKED} to {LARGEST_ASKED}."
    return found
