"""Queue tasks and periodic tasks of forms."""

from app.forms.application import letters
from app.platform.clock import every
from app.platform.queue import task

task(letters.SEND_TASK, "steps", timeout=300)(letters.send_letters)

every(30)(letters.wake_senders)
every(600)(letters.discard_unconfirmed)
