"""Queue tasks and periodic tasks of contacts."""

from app.contacts.application import erasing
from app.contacts.application.custom_fields import values
from app.contacts.application.selecting import bulk_actions, selections
from app.platform.clock import every
from app.platform.queue import task

task(values.VALUES_TASK, "upkeep", timeout=600)(values.change_values)
task(erasing.ERASE_TASK, "upkeep", timeout=3600)(erasing.erase_traces)
task(bulk_actions.ACTION_TASK, "bulk", timeout=600)(bulk_actions.continue_action)

every(30)(values.resume_changes)
every(60)(erasing.resume_erasures)
every(30)(bulk_actions.resume_actions)
every(3600)(selections.discard_old_selections)
