"""Queue tasks and periodic tasks of contacts."""

from app.contacts.application import erasing
from app.contacts.application.custom_fields import values
from app.platform.clock import every
from app.platform.queue import task

task(values.VALUES_TASK, "upkeep", timeout=600)(values.change_values)
task(erasing.ERASE_TASK, "upkeep", timeout=3600)(erasing.erase_traces)

every(30)(values.resume_changes)
every(60)(erasing.resume_erasures)
