"""When a task is due or was done, in words."""

from app.platform.text import formats
from app.tasks.application import ShownTask
from app.tasks.domain import Urgency


def due_words(shown: ShownTask) -> str:
    """Return “Due today, 3:00 PM”, “Due Nov 30, 2026”, “Overdue since Nov 28, 2026”, or “Done by Bob”."""
    task = shown.task
    if shown.urgency is None:
        return f"Done by {shown.done_by}" if shown.done_by else "Done"
    if shown.urgency is Urgency.TODAY:
        return "Due today" if shown.is_all_day else f"Due today, {formats.time(task.due_at)}"
    at = formats.day(task.due_at) if shown.is_all_day else formats.exact(task.due_at)
    return f"Overdue since {at}" if shown.urgency is Urgency.OVERDUE else f"Due {at}"
