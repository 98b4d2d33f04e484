"""What a job does with the rows of its selection."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from app.accounts.domain.regions import is_zone
from app.bulk_enrollment.domain.brakes.rules import Brakes, brake_problems
from app.bulk_enrollment.domain.job import LARGEST_ASKED, SMALLEST_ASKED
from app.contacts.domain.criteria import is_contact_value
from app.files.domain.columns.identify import Identifier
from app.platform.addresses import AddressProblem, email_key, explain
from app.platform.text.pace import Drip, drip_problem

Missing = Literal["skip", "create"]
Existing = Literal["leave", "fill", "overwrite"]

MISSING: tuple[Missing, ...] = ("skip", "create")
BATCH_SIZES = f"{SMALLEST_ASKED} to {LARGEST_ASKED}"
EXISTING: tuple[Existing, ...] = ("leave", "fill", "overwrite")
UNKNOWN_ZONE = "Choose a time zone from the list."
FARTHEST_START = timedelta(days=366)
# How late a scheduled job may start by itself. An outage of a night or a day is caught up on; after that the
# reason for the date has often passed (an offer has ended), so a person decides.
LATEST_START = timedelta(hours=24)


@dataclass(frozen=True)
class JobOptions:
    """Options of a job.

    The first eleven are the user's choices: what to do with missing and with existing contacts, the legal
    basis for contacting new ones, names of tags to add, rows per batch (None: automatic), the address that
    gets an email at the end (empty: nobody), when the job starts (None: at once), the time zone that this was
    chosen in, how the people are spread over time (None: not at all), brakes, and the contact field (such as
    `contact.birthday`) without which people are left out (empty: nobody is). The others are set when the job
    is created and started: the name of the rows (a file name), the people in words if they were not
    selected by a file (`selection.people_in_words`), the tag ids, the first step of the workflow, and whether
    contacts who have left the workflow may be enrolled `again`.
    """

    missing: Missing = "skip"
    existing: Existing = "leave"
    consent_basis: str = ""
    tags: tuple[str, ...] = ()
    batch_size: int | None = None
    notify_email: str = ""
    scheduled_at: datetime | None = None
    time_zone: str = ""
    drip: Drip | None = None
    brakes: Brakes = field(default_factory=Brakes)
    only_with: str = ""
    source_name: str = ""
    people: str = ""
    tag_ids: tuple[int, ...] = ()
    first_step: str | None = None
    again: bool = False

    @property
    def creates(self) -> bool:
        """Whether new contacts are created."""
        return self.missing == "create"

    @property
    def updates(self) -> bool:
        """Whether existing contacts may be changed."""
        return self.existing != "leave"

    @property
    def writes_contacts(self) -> bool:
        """Whether the values of other columns are used."""
        return self.creates or self.updates


def import_problems(options: JobOptions, *, brings_more: bool) -> dict[str, str]:
    """Return a problem if an import would change nothing; `brings_more`: a column of the file holds tags or
    consent to text messages."""
    if options.writes_contacts or options.tags or brings_more:
        return {}
    sentence = "With these options, the file changes nothing. Add new contacts or update existing ones."
    return {"missing": sentence}


def option_problems(options: JobOptions, identifier: Identifier) -> dict[str, str]:
    """Validate the choices; return {form field: sentence}, empty if valid. `identifier` is what contacts are
    matched by."""
    found: dict[str, str] = {}
    if options.creates and identifier == "contact_id":
        found["missing"] = (
            "New contacts need an email address or phone number. Skip them or match by one of these."
        )
    if options.creates and not options.consent_basis:
        found["consent_basis"] = "Choose a legal basis for contacting new contacts."
    if options.batch_size is not None and not SMALLEST_ASKED <= options.batch_size <= LARGEST_ASKED:
        found["batch_size"] = f"Enter a batch size from {BATCH_SIZES}."
    if options.time_zone and not is_zone(options.time_zone):
        found["time_zone"] = UNKNOWN_ZONE
    if options.drip is not None:
        found |= pace_problems(options.drip)
    if options.notify_email and isinstance(key := email_key(options.notify_email), AddressProblem):
        found["notify_email"] = explain(key.value)
    if options.only_with and not is_contact_value(options.only_with):
        found["only_with"] = "This contact field doesn’t exist."
    return found | brake_problems(options.brakes)


def pace_problems(drip: Drip) -> dict[str, str]:
    """Validate a drip; return {form field: sentence}, empty if it is valid."""
    problem = drip_problem(drip)
    found = {f"drip_{problem[0]}": problem[1]} if problem else {}
    return found if is_zone(drip.zone) else found | {"time_zone": UNKNOWN_ZONE}


def misses_start(starts_at: datetime, now: datetime) -> bool:
    """Return whether a job scheduled for a moment that has passed must not start by itself any more."""
    return now - starts_at > LATEST_START


def start_problem(starts_at: datetime, now: datetime) -> str | None:
    """Return a sentence if a job can't be scheduled for a moment, else None."""
    if starts_at <= now:
        return "This time has passed. Choose a later time, or start now."
    if starts_at > now + FARTHEST_START:
        return "Choose a time within the next year."
    return None
