"""Workflows to save as templates, and to update from them."""

from copy import deepcopy
from typing import Any

from tests.rooms.gallery.updating import THREE_STEPS, second_version
from tests.services.api_user import ApiUser
from tests.unit.workflows.documents import definition, email, sms

HALLVARD = {
    "first_name": "Hallvard",
    "last_name": "Tveit",
    "email": "hallvard@tveit.example",
    "phone": "+47 22 12 34 56",
    "consent_basis": "opt_in",
}
BODY = """Hi **Hallvard**,

your plan is at [this page](https://a.example/?email=hallvard%40tveit.example&plan=2). Call Sigrun in Hall 7,
+47 22 12 34 56."""


def personal(api: ApiUser, name: str, *others: object) -> str:
    """The path of a workflow that names a contact."""
    found = api.call("GET", f"/contacts?q={HALLVARD['email']}")["data"]
    if not found:
        api.call("POST", "/contacts", HALLVARD)
    workflow = api.create_workflow("New lead welcome", name)
    steps = [email("hello", "For Hallvard Tveit", BODY), sms("text", "Hallvard, see you"), *others]
    api.call("PATCH", workflow, {"definition": definition(*steps)})  # type: ignore[arg-type]
    return workflow


def workflow_behind(api: ApiUser, name: str, subject: str = "") -> str:
    """The path of a workflow whose template has a newer version; `subject` is that of its own first email."""
    made = api.call("POST", "/workflow-templates", {"name": name, "definition": THREE_STEPS})
    cloned = api.call("POST", f"/workflow-templates/{made['id']}/clone", {"name": name})
    path = f"/workflows/{cloned['workflow_id']}"
    if subject:
        document: Any = deepcopy(api.call("GET", path)["definition"])
        document["steps"][0]["config"]["subject"] = subject
        api.call("PATCH", path, {"definition": document})
    api.call("PATCH", f"/workflow-templates/{made['id']}", {"definition": second_version(), "note": "New"})
    return path
