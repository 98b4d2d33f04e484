"""Queue tasks and periodic tasks of notifications."""

from app.notifications.application import delivering, discarding, webhook_secrets
from app.platform.clock import every
from app.platform.queue import task

task(
    delivering.EMAIL_TASK,
    delivering.QUEUE,
    timeout=delivering.TASK_SECONDS,
    waits_while_suspended=False,
)(delivering.send_emails)
task(delivering.CALL_TASK, delivering.QUEUE, timeout=delivering.TASK_SECONDS)(delivering.call_webhook)

every(2)(delivering.send_again)
every(3600)(discarding.discard_old)
every(3600)(webhook_secrets.save_secrets)
