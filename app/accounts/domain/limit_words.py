"""What the limits of an account are called, and what they mean, in the order of the settings."""

from typing import Final

LIMIT_WORDS: Final = (
    ("Workflows", "Includes drafts and archived workflows."),
    ("Unfinished enrollments and imports", "Jobs that are scheduled, queued, running, or paused."),
    ("People per enrollment", "Larger files can be split, or imported as contacts."),
    ("Rows per import", "Contacts added without enrolling them."),
    ("Batches at a time", "Keeps one account from slowing down the others."),
    ("People enrolled per minute", "When it’s reached, jobs wait for the next minute. Nothing fails."),
    ("People enrolled per second", "Spreads the people of each minute more evenly."),
    ("Rows without approval", "Larger enrollments and imports wait until a second person approves them."),
)
