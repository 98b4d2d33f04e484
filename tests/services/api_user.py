"""A program that uses the JSON API: prepares what a browser test looks at."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tests.services.installation import Installation
from tests.services.plain_client import fetch

OVER = ("completed", "completed_with_errors", "cancelled", "failed")
WITHIN = 60.0  # seconds that a job may take
NEW_CONTACTS = {"missing_contacts": "create", "consent_basis": "opt_in"}


class ApiUser:
    """Calls the API of an installation with a token of the owner. Pages are returned as paths."""

    def __init__(self, muster: Installation) -> None:
        made = muster.command("create-token", "--name", "Preparing tests")
        assert made.returncode == 0, made.stderr
        self._port = muster.port
        self._header = {"Authorization": f"Bearer {made.stdout.strip()}"}

    def call(self, method: str, path: str, body: Any = None, sent_as: str = "application/json") -> Any:
        """Send a request; return the JSON of the response. Raises AssertionError if it is refused."""
        text = json.dumps(body) if sent_as == "application/json" and body is not None else body
        headers = self._header | ({"Content-Type": sent_as} if body is not None else {})
        status, found, _ = fetch(self._port, method, f"/api/v1{path}", text, headers)
        assert status < 400, f"{method} {path}: {status} {found}"
        return json.loads(found) if found else None

    def create_workflow(self, template: str, name: str) -> str:
        """Create a workflow from a template and activate it; return its path."""
        found = self.call("GET", f"/workflow-templates?q={quote(template)}")["data"]
        chosen = next(one["id"] for one in found if one["name"] == template)
        body = {"name": name, "switch_off_missing": True}
        workflow = self.call("POST", f"/workflow-templates/{chosen}/clone", body)["workflow_id"]
        self.call("POST", f"/workflows/{workflow}/activate", {"accept_missing": True})
        return f"/workflows/{workflow}"

    def upload(self, file: Path) -> str:
        """Upload a file of contacts; return the upload's id."""
        media = "text/csv"
        if file.suffix == ".xlsx":
            media = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        return str(
            self.call("POST", f"/uploads?file_name={quote(file.name)}", file.read_bytes(), media)["id"]
        )

    def check(self, workflow: str, file: Path, **options: Any) -> str:
        """Check a job of a file; return the path of the check when it is ready."""
        into = f"/bulk-enrollment{workflow}/dry-run"
        run = self.call("POST", into, self._job(file, options))["id"]
        for state in repeatedly():
            if self.call("GET", f"/bulk-enrollment/dry-runs/{run}")["status"] != "planning":
                return f"/enrollments/checks/{run}"
            assert state < WITHIN
        raise AssertionError

    def start(self, workflow: str, file: Path, **options: Any) -> str:
        """Start a job that adds the people of a file, new ones, too; return the job's id."""
        return str(self.call("POST", f"/bulk-enrollment{workflow}/jobs", self._job(file, options))["id"])

    def add(self, workflow: str, emails: list[str], **options: Any) -> str:
        """Start a job that adds people by their addresses, new ones, too; return the job's id."""
        selection = {"type": "manual", "emails": emails} | NEW_CONTACTS
        body = {"selection": selection, "options": options}
        return str(self.call("POST", f"/bulk-enrollment{workflow}/jobs", body)["id"])

    def wait(self, job: str, *statuses: str) -> dict[str, Any]:
        """Wait until a job has one of the statuses, or is over; return it."""
        for seconds in repeatedly():
            found: dict[str, Any] = self.call("GET", f"/bulk-enrollment/jobs/{job}")
            if found["status"] in (statuses or OVER):
                return found
            assert seconds < WITHIN and found["status"] not in OVER, found
        raise AssertionError

    def settled(self, job: str) -> int:
        """Return how many rows of a paused job are done, once its batches in progress have finished."""
        known, since = -1, 0.0
        for seconds in repeatedly():
            done = int(self.call("GET", f"/bulk-enrollment/jobs/{job}/progress")["processed"])
            if done != known:
                known, since = done, seconds
            elif seconds - since > 1:
                return done
            assert seconds < WITHIN
        raise AssertionError

    def cancel(self, job: str) -> None:
        """Cancel a job, unless it is over."""
        if self.call("GET", f"/bulk-enrollment/jobs/{job}")["status"] not in OVER:
            self.call("POST", f"/bulk-enrollment/jobs/{job}/cancel")

    def _job(self, file: Path, options: dict[str, Any]) -> dict[str, Any]:
        selection = {"type": "csv", "upload_id": self.upload(file)} | NEW_CONTACTS
        return {"selection": selection | options.pop("selection", {}), "options": options}


def repeatedly() -> Iterator[float]:
    """Yield the seconds since the beginning, several times a second."""
    began = time.monotonic()
    while True:
        yield time.monotonic() - began
        time.sleep(0.1)
