"""Jobs before, while, and after they run, and what can be done with them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.showing import Show, at, opened, pressed, with_dialog
from tests.services import enrolling
from tests.services.api_user import ApiUser
from tests.services.browser_user import BrowserUser

OUTCOMES = """Email,First name,Opted out
new.one@scene.example,Ann,no
new.two@scene.example,Bob,no
NEW.ONE@scene.example,Ann again,no
not an address,Cleo,no
fay@gmail;com,Dan,no
,Dan,no
gone@scene.example,Eve,yes
a.very.long.address.of.somebody.with.many.names.in.it@department.of.something.scene.example,Fay,no
"""
DAILY = {"people": 20, "unit": "days", "opens": "09:00", "closes": "17:00", "weekdays": ["monday", "friday"]}
HOURLY = {"people": 10, "unit": "hours"}
LONG = 5_000
BAD, GOOD = 220, 180  # more batches are left than run at the same time when half of the rows have failed


class JobScenes:
    """Jobs in an installation with sample data; `workflow` is the path of an active workflow."""

    def __init__(self, api: ApiUser, workflow: str, folder: Path) -> None:
        self._api, self._workflow, self._folder = api, workflow, folder
        self._unfinished: list[str] = []
        self._running = ""

    def furnish(self, alice: BrowserUser) -> dict[str, Show]:
        """Name → what shows it."""
        return self._checks() | self._waiting(alice) | self._finished(alice) | self._lists()

    def clear(self) -> None:
        """Cancel all jobs that are not over."""
        for job in filter(None, [*self._unfinished, self._running]):
            self._api.cancel(job)

    def _checks(self) -> dict[str, Show]:
        api = self._api
        birthday = api.create_workflow("Simple birthday greeting", "Birthday wishes")
        born = [
            {"Email": f"born.{at}@scene.example", "Birthday": "1990-04-23" if at < 2 else ""}
            for at in range(5)
        ]
        known = [
            {"Email": f"known.{at}@scene.example", "First name": name}
            for at, name in enumerate(("Ann", "", "Cleo"))
        ]
        before = enrolling.write_csv(self._folder / "known.csv", known)
        api.wait(api.start(self._workflow, before))
        for one in known:
            one |= {"First name": f"New {one['First name']}", "City": "Berlin"}
        after = enrolling.write_csv(self._folder / "changed.csv", [*known, {"Email": "x@scene.example"}])
        overwrites = {"existing_contacts": "overwrite"}
        check = api.check(self._workflow, self._file("checked"))
        return {
            "check": at(check),
            "check-when": opened(check, "Start later"),
            "check-changes": at(api.check(birthday, after, selection=overwrites)),
            "check-birthday": at(api.check(birthday, enrolling.write_csv(self._folder / "born.csv", born))),
            "check-scheduled": at(
                api.check(self._workflow, self._file("later"), scheduled_at=_in_days(3), drip=DAILY)
            ),
        }

    def _waiting(self, alice: BrowserUser) -> dict[str, Show]:
        api = self._api
        scheduled = self._add("scheduled", 60, scheduled_at=_in_days(3), drip=DAILY)
        dripping = self._add("dripping", 30, drip=HOURLY)
        paused = self._add("paused", 30, drip=HOURLY)
        api.wait(paused, "queued", "processing")
        api.call("POST", f"/bulk-enrollment/jobs/{paused}/pause")
        careful = self._add("careful", 60, brakes={"canary_rows": 10})
        rows = [{"Email": f"bad {at}"} for at in range(BAD)] + [
            {"Email": f"good.{at}@scene.example"} for at in range(GOOD)
        ]
        file = enrolling.write_csv(self._folder / "stopped.csv", rows)
        by_email = {"mapping": {"Email": "email"}}
        stopped = api.start(self._workflow, file, batch_size=10, selection=by_email)
        self._unfinished.append(stopped)
        for job in (careful, stopped):
            api.wait(job, "paused")
        limit_approval(alice, "50")
        large = self._add("large", 60)
        api.wait(large, "paused")
        limit_approval(alice, "")
        return {
            "job-scheduled": at(f"/enrollments/{scheduled}"),
            "job-start": with_dialog(f"/enrollments/{scheduled}", "Change start"),
            "job-spread": opened(f"/enrollments/{dripping}", "When the next portions leave"),
            "job-paused": at(f"/enrollments/{paused}"),
            "job-first-rows": at(f"/enrollments/{careful}"),
            "job-stopped": at(f"/enrollments/{stopped}"),
            "job-approval": at(f"/enrollments/{large}"),
            "job-running": self._show_running,
            "job-cancel": self._show_cancel,
        }

    def _finished(self, alice: BrowserUser) -> dict[str, Show]:
        api, page = self._api, alice.page
        canceled = self._add("canceled", 30, scheduled_at=_in_days(3))
        api.cancel(canceled)
        ended = api.start(
            self._workflow, self._file("ended"), tags=["spring"], notify_email="bob@example.com"
        )
        api.wait(ended)
        done = f"/enrollments/{ended}"
        pressed(at(f"{done}/undo"), "Show what can be undone", "#undo-question")(page)
        pressed(at(f"{done}/verification"), "Verify now", "text=Everything adds up.")(page)
        upload = api.upload(self._file("imported"))
        body = {"upload_id": upload, "consent_basis": "opt_in"}
        imported = api.call("POST", "/contacts/import", body)["id"]
        api.wait(imported)
        return {
            "job-completed-with-errors": self._after_running(opened(done, "^Download$")),
            "job-rows-failed": at(f"{done}?code=VALIDATION_ERROR"),
            "job-rows-no-match": at(f"{done}?q=zzzzzz"),
            "job-canceled": at(f"/enrollments/{canceled}"),
            "job-import": at(f"/enrollments/{imported}"),
            "job-report": at(f"{done}/report"),
            "job-row": at(f"{done}/rows/4"),
            "job-fixing": pressed(at(done), "Fix", "#fixing-form"),
            "job-fixing-none": at(f"{done}/fix?state=ready"),
            "job-undo": at(f"{done}/undo"),
            "job-undo-asked": at(f"/enrollments/{imported}/undo"),
            "job-undo-impossible": at(f"/enrollments/{canceled}/undo"),
            "job-verification": at(f"{done}/verification"),
            "job-verification-asked": at(f"/enrollments/{imported}/verification"),
            "correction-upload": at(f"{self._workflow}/enroll?corrects={ended}"),
        }

    def _lists(self) -> dict[str, Show]:
        nothing = "from=1999-01-01&to=1999-01-02"
        return {
            "jobs-no-match": at(f"/enrollments?{nothing}"),
            "imports-no-match": at(f"/contacts/imports?{nothing}"),
            "jobs-unfinished": at("/enrollments?status=unfinished"),
            "home-attention": at("/"),
        }

    def _show_running(self, page: Page) -> None:
        """Show a job that runs, a new one if the last one is over."""
        self._stop_running()
        self._running = self._add("long", LONG, batch_size=10)
        page.goto(f"/enrollments/{self._running}")
        expect(page.locator(".progress-percent")).not_to_have_text("0%", timeout=60_000)

    def _stop_running(self) -> None:
        if self._running:
            self._api.cancel(self._running)

    def _after_running(self, show: Show) -> Show:
        """What shows a page without a job that runs meanwhile and slows down the scenes after it."""

        def alone(page: Page) -> None:
            self._stop_running()
            show(page)

        return alone

    def _show_cancel(self, page: Page) -> None:
        self._show_running(page)
        page.get_by_role("button", name="Cancel job").first.click()
        expect(page.get_by_role("dialog")).to_be_visible()

    def _add(self, name: str, people: int, **options: Any) -> str:
        job = self._api.add(self._workflow, [f"{name}.{at}@scene.example" for at in range(people)], **options)
        self._unfinished.append(job)
        return job

    def _file(self, name: str) -> Path:
        file = self._folder / f"{name}.csv"
        file.write_text(OUTCOMES.replace("scene", name))
        return file


def limit_approval(alice: BrowserUser, rows: str) -> None:
    """Set above how many rows a job needs a second person, or no limit."""
    alice.page.goto("/settings/limits")
    alice.page.get_by_label("Rows without approval").fill(rows)
    alice.button("Save").press("Enter")
    alice.expect_text(f"up to {rows}" if rows else "no limit")


def _in_days(days: int) -> str:
    return f"{datetime.now(UTC) + timedelta(days=days):%Y-%m-%dT09:00:00Z}"
