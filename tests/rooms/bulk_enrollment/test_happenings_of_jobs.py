"""Jobs tell listeners what they do to contacts, with the job's number, and undos do, too."""

from collections import Counter
from typing import Any

import pytest

from app.bulk_enrollment.application.undoing import undo_job
from app.contacts import application as contacts
from app.contacts.application import happenings
from app.contacts.application.happenings import Happening
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.contacts.people import add
from tests.rooms.workflows.drafts import active

MAPPING = {"0": "email", "1": "city", "2": "tags", "3": "consent"}
CARES = [*((kind, "*") for kind in happenings.Kind), ("field_changed", "contact.city")]
FILE = "\n".join(
    [
        "Email,City,Tags,Newsletter",
        "known@example.com,Rome,own,yes",
        "new@example.com,Oslo,own,yes",
        "left@example.com,Bath,,no",
        "other@example.com,,,yes",
        "",
    ]
)


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> list[Happening]:
    found: list[Happening] = []
    monkeypatch.setattr(happenings, "_listeners", {})
    contacts.register_listener("ear", lambda _: CARES, lambda _, happening: found.append(happening))
    return found


def told(trial: Trial, heard: list[Happening]) -> Counter[tuple[str, str, str]]:
    """What was heard: (kind, what, name of the contact)."""
    contact_of = {name: trial.contact(f"{name}@example.com") for name in ("known", "new", "left", "other")}
    names = {contact.id: name for name, contact in contact_of.items() if contact is not None}
    found = Counter((one.kind, one.what, names[contact]) for one in heard for contact in one.contacts)
    heard.clear()
    return found


def run(trial: Trial, job: str) -> None:
    """Run the batches of a job in this process, where the listener is."""
    for batch in trial.batches(job):
        trial.run_batch(batch.id)


@pytest.mark.parametrize("kind", ["enroll", "import"])
@pytest.mark.parametrize("is_as_planned", [True, False])
def test_what_jobs_do_is_told(trial: Trial, app: Any, bob: Any, heard, kind, is_as_planned) -> None:
    workflow = active(app, bob.actor) if kind == "enroll" else None
    ids = [add(app, bob.actor, f"{name}@example.com", tags=["all"]) for name in ("known", "left", "other")]
    job = trial.started(FILE, workflow, mapping=MAPPING, missing="create", existing="overwrite", tags=["all"])
    if not is_as_planned:
        with trial.acting():
            contacts.unsubscribe(bob.actor, ids[2])
    heard.clear()
    run(trial, job)
    assert trial.outcomes(job)[3] == {
        ("enroll", True): "ENROLLED",
        ("import", True): "UNCHANGED",
    }.get((kind, is_as_planned), "CONTACT_BLOCKED unsubscribed")
    assert {one.job_id for one in heard} == {trial.job(job).id}
    assert told(trial, heard) == Counter(
        {
            ("contact_created", "", "new"): 1,
            ("field_changed", "contact.city", "known"): 1,
            ("field_changed", "contact.city", "left"): 1,
            ("field_changed", "*", "known"): 1,
            ("field_changed", "*", "left"): 1,
            ("status_changed", "unsubscribed", "left"): 1,
            ("tag_added", "own", "known"): 1,
            ("tag_added", "own", "new"): 1,
            ("tag_added", "all", "new"): 1,
        }
    )


def test_an_undo_tells_which_tags_it_takes_back(trial: Trial, app: Any, bob: Any, heard) -> None:
    """Not those of the contacts that it deletes."""
    for name, tags in (("known", ["all"]), ("other", [])):
        add(app, bob.actor, f"{name}@example.com", tags=tags)
    job = trial.started(FILE, active(app, bob.actor), mapping=MAPPING, missing="create", tags=["all"])
    run(trial, job)
    with trial.acting():
        undo = undo_job(trial.actor, job).public_id
    trial.plan(undo)
    heard.clear()
    run(trial, undo)
    assert trial.contact("new@example.com") is None
    assert told(trial, heard) == Counter(
        {
            ("tag_removed", "own", "known"): 1,
            ("tag_removed", "all", "other"): 1,
        }
    )
