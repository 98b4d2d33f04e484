"""Queue tasks and periodic tasks of bulk enrollment."""

from app.bulk_enrollment.application.control import schedule
from app.bulk_enrollment.application.fixing import sheet
from app.bulk_enrollment.application.jobs import discarding, dispatch, plan, run, sweep
from app.bulk_enrollment.application.report import verification
from app.bulk_enrollment.application.selection import uploads
from app.bulk_enrollment.application.timing import allowance
from app.files import application as files
from app.platform.clock import every
from app.platform.queue import task

task(plan.PLAN_TASK, "urgent", timeout=3600)(plan.plan_and_run)
task(dispatch.RUN_TASK, "bulk", timeout=600)(run.run_batches)
task(run.CANCEL_TASK, "urgent", timeout=3600)(run.skip_rest)
task(discarding.DISCARD_TASK, "upkeep", timeout=3600)(discarding.discard_rest)
task(sheet.FILL_TASK, "urgent", timeout=3600)(sheet.fill_sheet)
task(verification.VERIFY_TASK, "upkeep", timeout=3600)(verification.verify)

every(1)(sweep.sweep)
every(1)(schedule.start_due_jobs)
every(60)(allowance.forget_old_counts)
every(60)(discarding.resume_discarding)
every(30)(sheet.fill_abandoned_sheets)
every(3600)(sweep.discard_old_drafts)
every(600)(discarding.discard_expired)
every(3600)(files.discard_unused)

uploads.watch_over_uploads()
