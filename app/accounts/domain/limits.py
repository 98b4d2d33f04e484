"""The limits of an account by their names in the settings: what they are called, and what they mean."""

from typing import Final, NamedTuple


class LimitWords(NamedTuple):
    """The title stands over the limit's field, `text` below it."""

    title: str
    text: str

    @property
    def in_sentence(self) -> str:
        return self.title[0].lower() + self.title[1:]


LIMITS: Final = {
    "workflows": LimitWords("Workflows", "Includes drafts and archived workflows."),
    "unfinished_jobs": LimitWords(
        "Unfinished enrollments and imports", "Jobs that are scheduled, queued, running, or paused."
    ),
    "contacts_per_job": LimitWords(
        "People per enrollment", "Larger files can be split, or imported as contacts."
    ),
    "import_rows": LimitWords("Rows per import", "Contacts added without enrolling them."),
    "running_batches": LimitWords("Batches at a time", "Keeps one account from slowing down the others."),
    "enrollments_per_minute": LimitWords(
        "People enrolled per minute", "When it’s reached, jobs wait for the next minute. Nothing fails."
    ),
    "enrollments_per_second": LimitWords(
        "People enrolled per second", "Spreads the people of each minute more evenly."
    ),
    "unapproved_rows": LimitWords(
        "Rows without approval", "Larger enrollments and imports wait until a second person approves them."
    ),
}
