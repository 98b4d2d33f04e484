"""Definitions for tests: one of every type, small ones, and one as large as a workflow may be."""

from typing import Any

from app.workflows.domain import Definition, parse


def definition(*steps: dict[str, Any], trigger: Any = None, goals: Any = None) -> dict[str, Any]:
    document: dict[str, Any] = {
        "format": 1,
        "trigger": trigger or {"type": "manual", "enabled": True, "config": {}},
        "steps": list(steps),
    }
    return {**document, "goals": goals} if goals is not None else document


def parsed(*steps: dict[str, Any], trigger: Any = None, goals: Any = None) -> Definition:
    """The same, parsed."""
    return parse(definition(*steps, trigger=trigger, goals=goals))


def step(step_id: str, step_type: str, /, **config: Any) -> dict[str, Any]:
    return {"id": step_id, "type": step_type, "enabled": True, "config": config}


def off(part: dict[str, Any]) -> dict[str, Any]:
    return {**part, "enabled": False}


def email(step_id: str = "hello", subject: str = "Hello", body: str = "Good to have you.") -> dict[str, Any]:
    return step(step_id, "send_email", subject=subject, body=body)


def sms(step_id: str = "text", text: str = "Hello") -> dict[str, Any]:
    return step(step_id, "send_sms", text=text)


def wait(step_id: str, amount: int = 2, unit: str = "days") -> dict[str, Any]:
    return step(step_id, "wait", amount=amount, unit=unit)


def rule(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def path(path_id: str, name: str, criteria: dict[str, Any], *steps: dict[str, Any]) -> dict[str, Any]:
    return {"id": path_id, "name": name, "criteria": criteria, "steps": list(steps)}


def branch(
    step_id: str, *paths: dict[str, Any], otherwise: list[dict[str, Any]] | None = None
) -> dict[str, Any]:
    default = {"name": "Everyone else", "steps": otherwise or []}
    return step(step_id, "branch", arms=list(paths), default=default)


def split(step_id: str, *shares: int) -> dict[str, Any]:
    paths = [
        {"id": f"{step_id}-{number}", "name": f"Path {number}", "percent": share, "steps": []}
        for number, share in enumerate(shares, 1)
    ]
    return step(step_id, "split", arms=paths)


def goals(*items: dict[str, Any], match: str = "any") -> dict[str, Any]:
    return {"match": match, "items": list(items)}


def goal(goal_id: str, kind: str, **config: Any) -> dict[str, Any]:
    return {"id": goal_id, "type": kind, "config": config}


IN_GERMANY = {"all": [rule("contact.country", "equals", "DE")]}

EVERY_TRIGGER: list[dict[str, Any]] = [
    {"type": kind, "enabled": True, "config": config}
    for kind, config in (
        ("manual", {}),
        ("contact_created", {}),
        ("tag_added", {"tag": "new-lead"}),
        ("tag_removed", {"tag": "new-lead"}),
        ("field_changed", {"field": "contact.country", "to": "DE"}),
        ("form_submitted", {"form": "contact"}),
        ("appointment_booked", {"calendar": "Main"}),
        ("appointment_cancelled", {}),
        ("appointment_completed", {}),
        ("appointment_no_show", {}),
        ("purchase_made", {"product": "Course", "min_amount": 50}),
        ("date_reached", {"field": "contact.birthday", "days_before": 3, "at": "08:30"}),
        ("webhook_received", {"key": "shop-order"}),
    )
]

EVERY_STEP: list[dict[str, Any]] = [
    email("welcome", "Hi {{ contact.first_name | default: 'there' }}", "Book: {{ account.booking_link }}"),
    sms("short", "Hi {{ contact.first_name }}"),
    step("tagged", "add_tag", tag="lead"),
    step("untagged", "remove_tag", tag="cold"),
    step("field", "update_field", field="contact.city", value="{{ contact.custom.town }}"),
    step("tell", "notify_team", message="Look at {{ contact.full_name }}", to="marketer"),
    step("task", "create_task", title="Call", due_days=2, notes="Soon"),
    step("note", "add_note", text="Said hello"),
    step(
        "hook",
        "webhook",
        url="https://example.com/hook",
        method="POST",
        fields={"name": "{{ contact.email }}"},
    ),
    step("in", "enroll_in_workflow", workflow="b2"),
    step("out", "remove_from_workflow", workflow="b3"),
    wait("pause", 3, "hours"),
    step("day", "wait_until", kind="date", date="2026-05-01", time="09:00"),
    step("birthday", "wait_until", kind="contact_field", field="contact.birthday"),
    step(
        "renewal",
        "wait_until",
        kind="contact_field",
        field="contact.custom.renewal",
        days_before=3,
        time="09:00",
        zone="contact",
        passed="end",
    ),
    step("clock", "wait_until", kind="time_of_day", time="10:00", zone="contact"),
    step("monday", "wait_until", kind="weekday", weekday="monday", time="08:00"),
    step(
        "click", "wait_for_event", event="link_clicked", step="welcome", timeout={"amount": 3, "unit": "days"}
    ),
    step("open", "wait_for_event", event="email_opened", timeout={"amount": 1, "unit": "weeks"}),
    step("tagging", "wait_for_event", event="tag_added", tag="vip", timeout={"amount": 1, "unit": "days"}),
    branch(
        "ways",
        path(
            "clicked", "Clicked", {"all": [rule("event.link_clicked", "equals", "welcome")]}, wait("more", 1)
        ),
        path(
            "german",
            "German",
            {"any": [*IN_GERMANY["all"], {"all": [rule("contact.tags", "has_any", ["de"])]}]},
        ),
        otherwise=[step("bye", "stop", reason="Nothing to do")],
    ),
    split("test", 40, 60),
    step("end", "stop"),
]

EVERY_GOAL: list[dict[str, Any]] = [
    goal("g1", "tag_added", tag="customer"),
    goal("g2", "form_submitted", form="order"),
    goal("g3", "appointment_booked"),
    goal("g4", "purchase_made"),
    goal("g5", "field_equals", field="contact.city", value="Bristol"),
    goal("g6", "link_clicked", step="welcome"),
]


def one_of_everything() -> dict[str, Any]:
    trigger = {**EVERY_TRIGGER[2], "filters": IN_GERMANY}
    return definition(*EVERY_STEP, trigger=trigger, goals=goals(EVERY_GOAL[0], EVERY_GOAL[3], EVERY_GOAL[5]))


def as_large_as_allowed() -> dict[str, Any]:
    """100 steps: emails with long texts and merge tags, waits and branches."""
    steps: list[dict[str, Any]] = []
    for number in range(25):
        text = f"Hi {{{{ contact.first_name | default: 'you' }}}}, part {number}.\n\n" + "Some words. " * 60
        message = email(f"mail-{number}", f"Part {number}", text + "[Book]({{ account.booking_link }})")
        clicked = {"all": [rule("event.link_clicked", "equals", f"mail-{number}")]}
        fork = branch(
            f"fork-{number}",
            path(f"arm-{number}", "Clicked", clicked, step(f"tag-{number}", "add_tag", tag="x")),
        )
        steps += [message, wait(f"wait-{number}"), fork]
    return definition(*steps, goals=goals(goal("g", "link_clicked", step="mail-3")))
