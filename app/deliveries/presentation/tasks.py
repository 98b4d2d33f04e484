"""Queue tasks and periodic tasks of deliveries."""

from app.deliveries.application import removal, sending, signing
from app.platform.clock import every
from app.platform.queue import task

task(sending.SEND_TASK, "steps", timeout=600)(sending.send_due)

every(1)(sending.wake_senders)
every(10)(sending.release_abandoned)
every(3600)(removal.discard_old)
every(3600)(signing.save_secrets)
every(3600)(signing.discard_previous_secrets)
