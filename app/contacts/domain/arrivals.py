"""Where contacts came from, as their timelines say it."""

from typing import Final

ARRIVALS: Final = ("contact_created", "imported")
"""The kinds of events that say it. Jobs that enroll record none for the contacts they create."""
