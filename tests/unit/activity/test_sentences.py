"""Audit entries in words."""

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from app.activity.domain.sentences import ACTIONS, KINDS, SUBJECTS, sentence_of

APP = Path(__file__).resolve().parents[3] / "app"


@dataclass
class Told:
    action: str
    subject: str
    subject_id: str = "7"
    user_name: str = "Alice"
    facts: dict[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (
            Told("workflow_activated", "workflow", facts={"name": "Win-back"}),
            "activated the workflow Win-back",
        ),
        (Told("workflow_activated", "workflow"), "activated a workflow"),
        (
            Told("file_uploaded", "upload", facts={"name": "500 people, with mistakes.csv", "rows": 500}),
            "uploaded the file “500 people, with mistakes.csv” with 500 rows",
        ),
        (Told("contact_tag_added", "contact", facts={"tag": "vip"}), "tagged a contact with “vip”"),
        (Told("job_started", "job", facts={"rows": 1250}), "started an enrollment with 1,250 rows"),
        (Told("job_started", "job", facts={"rows": 1, "kind": "import"}), "started an import with 1 row"),
        (
            Told(
                "job_finished", "job", facts={"status": "completed", "outcomes": {"CREATED": 3, "UPDATED": 4}}
            ),
            "finished an import (7 succeeded)",
        ),
        (
            Told("job_finished", "job", facts={"status": "cancelled", "outcomes": {"ENROLLED": 3}}),
            "finished an enrollment (canceled, 3 succeeded)",
        ),
        (
            Told("job_finished", "job", facts={"status": "failed"}),
            "finished an enrollment (failed: the file couldn’t be read)",
        ),
        (
            Told("something_new", "workflow", facts={"name": "Win-back"}),
            "something new the workflow Win-back",
        ),
        (Told("something_new", "spaceship"), "something new"),
    ],
)
def test_an_entry_in_words(entry: Told, words: str) -> None:
    assert sentence_of(entry).text == f"Alice {words}"


def test_a_name_that_is_known_today_is_used() -> None:
    sentence = sentence_of(Told("contact_created", "contact"), "Jürgen Müller")
    assert sentence.text == "Alice added the contact Jürgen Müller"
    assert sentence.url == "/contacts/7"


def test_everything_that_is_noted_anywhere_can_be_told() -> None:
    noted = dict(_noted())
    assert len(noted) > 12, "the rooms note more than that"
    assert not set(noted) - set(ACTIONS), "add a sentence to app/activity/domain/sentences.py"
    assert not set(noted.values()) - set(SUBJECTS)
    assert not set(noted.values()) - {subject for kind in KINDS.values() for subject in kind.subjects}


def _noted() -> list[tuple[str, str]]:
    """(action, subject) of every `record(actor, action, subject, …)` where both are spelled out."""
    found = []
    for path in APP.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and len(node.args) >= 4 and _is_record(node.func):
                action, subject = node.args[1], node.args[2]
                if isinstance(action, ast.Constant) and isinstance(subject, ast.Constant):
                    found.append((str(action.value), str(subject.value)))
    return found


def _is_record(function: ast.expr) -> bool:
    return isinstance(function, ast.Attribute) and function.attr == "record"
