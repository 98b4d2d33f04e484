"""Queue tasks and periodic tasks of messages."""

from app.messaging.application import sending
from app.messaging.application.mailbox import reading
from app.messaging.application.outbox import transactional
from app.messaging.application.providers import receiving
from app.messaging.application.sms import callbacks
from app.platform.clock import every
from app.platform.queue import task

task(sending.SEND_TASKS["email"], "steps", timeout=600)(sending.send_emails)
task(sending.SEND_TASKS["sms"], "steps", timeout=600)(sending.send_texts)
task(reading.READ_TASK, "upkeep", timeout=240)(reading.read_mailbox)

every(0.5)(sending.wake_senders)
every(1)(sending.free_turns)
every(1)(callbacks.record_early_reports)
every(10)(sending.doubt_abandoned)
every(10)(reading.wake_readers)
# Each call deletes a limited number, because everything else that is periodic waits meanwhile.
every(60)(transactional.discard_old)
every(60)(receiving.discard_used_signatures)
