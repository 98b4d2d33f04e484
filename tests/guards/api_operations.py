"""The operations of the JSON API as its document describes them, with requests that they understand."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from flask import Flask

from app.accounts.application import create_sub_account
from app.messaging.infrastructure.tables import Message
from app.platform.api.document import document
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.tenancy import acting_for
from tests.people import Program
from tests.rooms.gallery.shelf import definition

API = "/api/v1"
BULK = "/bulk-enrollment"
# Scopes of operations that act on two kinds of jobs, so that the use case decides which one they need.
SCOPES_BY_OBJECT = {
    name: {"workflow:manage", "contact:manage"}
    for name in (
        *("start_dry_run", "update_job", "start_job", "pause_job", "resume_job", "cancel_job"),
        *("approve_job", "refuse_job", "fix_failure", "retry_failures", "check_undo", "undo_job"),
    )
}
NEEDS_NO_SCOPE = {"get_me"}
# Whose ids the fields of bodies hold: {field: collection}.
ID_FIELDS = {
    "upload_id": "uploads",
    "workflow_id": "workflows",
    "segment_id": "segments",
    "contact_ids": "contacts",
    "corrects": "jobs",
    "into": "contact-fields",
    "user_id": "people",
    "account_ids": "sub-accounts",
}


@dataclass(frozen=True)
class Described:
    """An operation in the document. `path` is without the prefix that all operations share."""

    id: str
    method: str
    path: str
    facts: dict[str, Any]
    bodies: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.id} ({self.method} {self.path})"

    @property
    def parameters(self) -> list[str]:
        """The names in braces of its path."""
        return re.findall(r"{(\w+)}", self.path)

    @property
    def made_up(self) -> str:
        """Its path with ids of the right kind that nothing has."""
        path = self.path
        for one in self.facts["parameters"]:
            if one["in"] == "path":
                path = path.replace(f"{{{one['name']}}}", "1" if one["schema"]["type"] == "integer" else "x")
        return path

    @property
    def is_file(self) -> bool:
        """Whether its body is a file instead of JSON."""
        return "text/csv" in self.facts.get("requestBody", {}).get("content", {})

    @property
    def scopes(self) -> set[str]:
        """Scopes of which a token needs one. Fails if nothing says which, so that none is forgotten."""
        declared = re.findall(r"Needs the scope `([a-z]+:[a-z]+)`\.", self.facts.get("description", ""))
        found = set(declared) or SCOPES_BY_OBJECT.get(self.id, set())
        assert found or self.id in NEEDS_NO_SCOPE, f"{self}: declare its permission"
        return found

    def send(self, program: Program, path: str, body: Any = None) -> Any:
        """Send a request to `path` with the first example body, or with `body`."""
        if self.is_file:
            return program.send(self.method, path, data=b"Email\nann@example.com\n", content_type="text/csv")
        return program.send(self.method, path, body or next(iter(self.bodies), None))


def operations(app: Flask) -> list[Described]:
    """Return all operations, those that delete last, and of them those on parts of something first."""
    with app.app_context():
        described = list(_described(document(app)))
    return sorted(described, key=lambda one: -one.path.count("/") if one.method == "DELETE" else -100)


def _described(known: dict[str, Any]) -> Iterator[Described]:
    for path, methods in known["paths"].items():
        for method, facts in methods.items():
            content = facts.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            bodies = known["components"]["schemas"].get(name, {}).get("examples", [])
            yield Described(
                facts["operationId"], method.upper(), path.removeprefix(API), facts, tuple(bodies)
            )


def address(one: Described, ids: dict[str, Any]) -> str:
    """Return its path with ids: of {collection: id} the one of the collection before the braces."""
    path = one.path
    for name in one.parameters:
        collection = path.partition(f"/{{{name}}}")[0].rpartition("/")[2]
        assert collection in ids, f"{one}: tell the guards of the API what {{{name}}} of {collection} is"
        path = path.replace(f"{{{name}}}", str(ids[collection]), 1)
    return path


def with_ids(body: Any, ids: dict[str, Any]) -> Any:
    """Return a body with these ids in the fields that hold ids."""
    if not isinstance(body, dict):
        return body
    found = {}
    for name, value in body.items():
        if name in ID_FIELDS:
            one = ids[ID_FIELDS[name]]
            found[name] = [one] if isinstance(value, list) else one
        else:
            found[name] = with_ids(value, ids)
    return found


def one_of_everything(program: Program) -> dict[str, Any]:
    """One of everything that Alice's account has, by the collection in whose path its id is."""
    template = _made(program, "/workflow-templates", {"name": "Ours alone", "definition": definition()})
    workflow = _made(program, f"/workflow-templates/{template['id']}/clone", {})["workflow_id"]
    assert program.post(f"/workflows/{workflow}/activate", {"accept_missing": True}).status_code == 200
    contact = _made(program, "/contacts", {"email": "ann@example.com", "consent_basis": "opt_in"})
    upload = program.send("POST", "/uploads", data=b"Email\nann@example.com\n", content_type="text/csv").json
    chosen = {"selection": {"type": "manual", "contact_ids": [contact["id"]]}}
    everybody = {"all": [{"field": "status", "op": "equals", "value": "active"}]}
    tagged = {"action": "tag", "tag": "seen", "contact_ids": [contact["id"]]}
    call = {"title": "Call", "due_at": "2026-03-01T09:00:00Z"}
    field = {"label": "T-shirt size", "kind": "choice", "choices": ["S", "M"]}
    form = {"name": "Ours alone", "title": "Join us", "consent_text": "I agree."}
    return {
        "segments": _made(program, "/segments", {"name": "Everybody", "filter": everybody})["id"],
        "forms": _made(program, "/forms", form)["id"],
        "contact-fields": _made(program, "/contact-fields", field)["id"],
        "notes": _made(program, f"/contacts/{contact['id']}/notes", {"text": "Called"})["id"],
        "tasks": _made(program, f"/contacts/{contact['id']}/tasks", call)["id"],
        "people": program.actor.user_id,
        "bulk-actions": _made(program, "/contacts/bulk-actions", tagged)["id"],
        "failures": 1,
        "workflow-templates": template["id"],
        "sub-accounts": _sub_account_of(program),
        "versions": 1,
        "workflows": workflow,
        "contacts": contact["id"],
        "messages": _message_to(program, contact["id"]),
        "uploads": upload["id"],
        "jobs": _made(program, f"{BULK}/workflows/{workflow}/jobs", chosen)["id"],
        "dry-runs": _made(program, f"{BULK}/workflows/{workflow}/dry-run", chosen)["id"],
    }


def _sub_account_of(program: Program) -> int:
    with program.client.application.app_context(), acting_for(program.actor.account_id):
        return create_sub_account(program.actor, name="Branch North")


def _message_to(program: Program, contact_id: int) -> int:
    """The id of a message, which only a workflow can make."""
    account_id = program.actor.account_id
    with program.client.application.app_context(), acting_for(account_id), transaction():
        message = Message(account_id=account_id, token=uuid4().hex, channel="email", due_at=now())
        message.workflow_id = message.version_id = message.visit = 1
        message.step_id, message.contact_id = "hello", contact_id
        message.enrollment_id = contact_id
        session().add(message)
        session().flush()
        return message.id


def _made(program: Program, path: str, body: Any) -> Any:
    answer = program.post(path, body)
    assert answer.status_code in (201, 202), answer.text
    return answer.json
