"""A type of step, trigger or goal is named in the file that declares it and nowhere else in the app: whatever
differs from type to type is asked of its declaration. What a step does to contacts is the engine's: it has an
effect for every type."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from jinja2 import Environment, nodes

from app.engine.application.moving.effects import EFFECTS
from app.workflows.domain import GOALS, STEPS, TRIGGERS
from tests.guards.sources import ROOT, sources

DECLARING = "app/workflows/domain/steps/"
EFFECTS_FILE = "app/engine/application/moving/effects.py"
EXAMPLE = "app/workflows/domain/example.py"  # a whole definition, for documentation
NAMES = frozenset(one.type for types in (STEPS, TRIGGERS, GOALS) for one in types)

REPORTED = "an event that other software reports"

# Words that are types here and something else there: each with the files, and what it means in them.
HOMONYMS = {
    "contact_created": {
        "app/contacts": "an audit entry, and a line of the timeline",
        "app/workflows/domain/types/changes.py": "something that happens to a contact",
    },
    "tag_added": {
        "app/contacts": "a line of the timeline",
        "app/engine/domain/interests.py": "something that happens to a contact",
        "app/workflows/domain/types/changes.py": "something that happens to a contact",
    },
    "field_changed": {
        "app/contacts": "something that happens to a contact",
        "app/engine/domain/interests.py": "something that happens to a contact",
        "app/workflows/domain/types/changes.py": "something that happens to a contact",
    },
    "tag_removed": {
        "app/contacts": "a line of the timeline",
        "app/workflows/domain/types/changes.py": "something that happens to a contact",
    },
    "add_note": {"app/tasks": "a use case"},
    "create_task": {"app/tasks": "a use case"},
    "form_submitted": {"app/forms/application/public.py": "something that happens to a contact"},
    "link_clicked": {"app/workflows/domain/checks/advice.py": "something that happens to a message"},
    "appointment_booked": {"app/integrations/domain": REPORTED},
    "appointment_cancelled": {"app/integrations/domain": REPORTED},
    "appointment_completed": {"app/integrations/domain": REPORTED},
    "appointment_no_show": {"app/integrations/domain": REPORTED},
    "webhook_received": {"app/integrations/domain": REPORTED},
    "purchase_made": {
        "app/engine/presentation/events_api.py": "an example of an event",
        "app/integrations/domain": REPORTED,
    },
    "manual": {"app/bulk_enrollment": "people chosen by hand"},
    "webhook": {
        "app/integrations": "an integration",
        "app/templates/integrations": "an integration",
        "app/templates/deliveries": "an icon",
        "app/templates/messaging": "an icon",
    },
    "split": {"app/workflows/domain/messages": "a Liquid filter"},
    "wait": {
        "app/platform": "an argument of a lock",
        "app/bulk_enrollment/domain/brakes": "a verb in a sentence",
        "app/messaging/domain/pace/frequency.py": "what a message beyond the cap does",
        "app/messaging/presentation/api_schemas.py": "what a message beyond the cap does",
        "app/templates/messaging/mail_settings.html": "what a message beyond the cap does",
    },
    "stop": {
        "app/templates/bulk_enrollment": "an icon",
        "app/messaging/domain/sms/wishes.py": "what people answer to a text message",
    },
}


def in_python() -> Iterator[tuple[str, str]]:
    """(file:line, text) of every string in our Python files."""
    for source in sources():
        for node in source.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield f"{source.name}:{node.lineno}", node.value


def in_templates() -> Iterator[tuple[str, str]]:
    """The same for expressions in Jinja files."""
    environment = Environment(autoescape=True)
    for path in sorted((ROOT / "app" / "templates").rglob("*.html")):
        for node in environment.parse(path.read_text("utf-8")).find_all(nodes.Const):
            if isinstance(node.value, str):
                yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def in_assets() -> Iterator[tuple[str, str]]:
    """Words in our scripts and styles: quoted ones, and names with an underscore wherever they stand."""
    for path in sorted((ROOT / "app" / "static").glob("*.*")):
        if path.suffix in (".js", ".css"):
            for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
                for word in re.findall(r"[\"'`]([\w-]+)[\"'`]|\b(\w+_\w+)\b", line):
                    yield f"{path.relative_to(ROOT)}:{number}", word[0] or word[1]


@cache
def every_word() -> tuple[tuple[str, str], ...]:
    return (*in_python(), *in_templates(), *in_assets())


@cache
def declaring_files() -> frozenset[str]:
    return frozenset(
        source.name
        for source in sources()
        if source.name.startswith(DECLARING)
        and any(isinstance(node, ast.Name) and node.id == "TYPES" for node in source.nodes)
    )


def is_allowed(where: str, name: str) -> bool:
    path = where.rpartition(":")[0]
    return path in {EXAMPLE, EFFECTS_FILE, *declaring_files()} or any(
        path.startswith(place) for place in HOMONYMS.get(name, ())
    )


def test_nothing_else_names_a_type() -> None:
    wrong = [
        f"{where} names {text}"
        for where, text in every_word()
        if text in NAMES and not is_allowed(where, text)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_step_has_an_effect() -> None:
    assert set(EFFECTS) == {one.type for one in STEPS}


def test_the_guard_sees_types_in_every_kind_of_file() -> None:
    assert len(declaring_files()) >= 9 and len(NAMES) >= 30
    declared = {text for where, text in every_word() if where.rpartition(":")[0] in declaring_files()}
    assert declared >= NAMES
    seen = {where.rpartition(":")[0].rpartition("/")[2] for where, _ in every_word()}
    assert seen >= {"drawing.py", "drawing.html", "_step.html", "app.js"}
