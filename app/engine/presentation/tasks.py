"""Queue tasks and periodic tasks of the engine."""

from app.engine.application import archiving, moving, retrying, starting
from app.engine.application.changing import moving as changing
from app.engine.application.triggers import dates
from app.platform.clock import every
from app.platform.queue import task

task(moving.MOVE_TASK, "steps", timeout=600)(moving.move_all_due)
task(starting.START_TASK, "steps", timeout=3600)(starting.release_held)
task(retrying.RETRY_TASK, "steps", timeout=3600)(retrying.retry_rest)
# Only the previous release sends it. It may be removed a release later.
task("engine.retry_failed", "steps", waits_while_suspended=False)(retrying.remember_rest)
task(archiving.LEAVE_TASK, "upkeep", timeout=3600)(archiving.leave_archived)
task(dates.DATE_TASK, "steps", timeout=3600)(dates.enroll_on_dates)

task(changing.MOVE_PEOPLE_TASK, "steps", timeout=3600)(changing.move_people)

every(0.5)(moving.wake_movers)
every(60)(dates.wake_dates)
every(5)(starting.resume_releasing)
every(5)(retrying.resume_retries)
every(5)(changing.resume_moves)
every(30)(archiving.resume_leaving)
