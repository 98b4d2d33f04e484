"""A reference: how one contact goes through a definition, one step at a time, written for clarity.

It knows the document only, and shares no code with the engine. Tests compare the two.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

QUIET_FROM, QUIET_UNTIL = 21, 8
UNITS = {"minutes": "minutes", "hours": "hours", "days": "days", "weeks": "weeks"}
Place = tuple[str, ...]


def duration(config: dict[str, Any]) -> timedelta:
    return timedelta(**{UNITS[config["unit"]]: config["amount"]})


def awake_at(at: datetime, zone: str) -> datetime:
    """The moment itself, or when the quiet hours end in which it falls."""
    there = at.astimezone(ZoneInfo(zone))
    if QUIET_UNTIL <= there.hour < QUIET_FROM:
        return at
    morning = there if there.hour < QUIET_UNTIL else there + timedelta(days=1)
    end = morning.replace(hour=QUIET_UNTIL, minute=0, second=0, microsecond=0)
    return end.astimezone(at.tzinfo)


@dataclass
class Message:
    """A message of a step: planned, sent, skipped, failed, or withdrawn."""

    step: dict[str, Any]
    due: datetime
    state: str = "planned"


@dataclass
class Walker:
    """One contact in a workflow: what it has, what it wants, where it stands, and what it passed and got.

    `says` is what its phone number says about text messages, None for nothing; with `asks_consent`, that
    counts as a no.
    """

    document: dict[str, Any]
    contact_id: int
    zone: str = "Europe/Berlin"
    has_phone: bool = True
    asks_consent: bool = False
    says: bool | None = None
    stopped: set[str] = field(default_factory=set)
    messages: list[Message] = field(default_factory=list)
    tags: set[str] = field(default_factory=set)
    city: str | None = None
    status: str = "none"
    stack: list[tuple[list[dict[str, Any]], int]] = field(default_factory=list)
    waits: str | None = None
    due: datetime | None = None
    last: str = ""
    passed: list[tuple[str, str]] = field(default_factory=list)

    def enroll(self, at: datetime) -> None:
        self.status, self.due = "active", at
        self.stack = [(self.document["steps"], 0)]
        self.last = self.document["steps"][0]["id"]

    def later(self, at: datetime) -> None:
        """Go on as far as possible, and get the messages on the way."""
        self.move(at)
        while self.is_sent(at):
            self.move(at)

    def is_sent(self, at: datetime) -> bool:
        """Whether the message for which it waits is settled now, so that it may go on."""
        if self.status != "active" or self.waits != "message" or self.messages[-1].due > at:
            return False
        message = self.messages[-1]
        config = message.step["config"]
        if message.step["type"] == "send_email":
            message.state = "skipped" if config.get("topic") in self.stopped else "sent"
        elif self.has_phone and not (self.says or (self.says is None and not self.asks_consent)):
            message.state = "failed"
        elif awake_at(at, self.zone) > at:
            message.due = awake_at(at, self.zone)
            return False
        else:
            message.state = "sent" if self.has_phone else "failed"
        if message.state == "failed" and config["on_failure"] == "end":
            self.status = "failed"
            return False
        self.waits, self.due = "settled", at
        return True

    def leave(self, status: str) -> None:
        self.status = status
        if self.waits == "message":
            self.messages[-1].state = "withdrawn"

    def move(self, at: datetime) -> None:
        """Go on up to a message that has to be sent, if it is time."""
        if self.status != "active" or self.due is None or self.due > at:
            return
        before = set(self.tags)
        if self.waits is not None:
            result = "timeout" if self.waits == "event" else ""
            self.pass_step(self.here(), result)
        while self.status == "active" and self.waits is None:
            step = self.here()
            if step is None:
                self.status = "completed"
            elif step["enabled"]:
                self.last = step["id"]
                self.do(step, at)
            else:
                self.go_on()
        self.gained(self.tags - before)

    def tagged(self, tag: str, at: datetime) -> None:
        """Somebody adds a tag."""
        if tag in self.tags:
            return
        self.tags.add(tag)
        if self.status != "active":
            return
        self.gained({tag})
        step = self.here() if self.waits == "event" else None
        if self.status == "active" and step and step["config"]["tag"] == tag:
            self.waits, self.due = "happened", at

    def unsubscribed(self) -> None:
        if self.status == "active":
            self.leave("withdrawn")

    def gained(self, tags: set[str]) -> None:
        """Leave if that is a goal, or the last of all goals."""
        items = self.document["goals"]["items"] if "goals" in self.document else []
        wanted = [one["config"]["tag"] for one in items]
        if self.status != "active" or not set(wanted) & tags:
            return
        if self.document["goals"]["match"] == "any" or set(wanted) <= self.tags:
            self.leave("goal_reached")

    def do(self, step: dict[str, Any], at: datetime) -> None:
        config = step["config"]
        match step["type"]:
            case "add_tag":
                self.tags.add(config["tag"])
                self.pass_step(step)
            case "remove_tag":
                self.tags.discard(config["tag"])
                self.pass_step(step)
            case "update_field":
                self.city = config["value"]
                self.pass_step(step)
            case "wait":
                self.waits, self.due = "time", at + duration(config)
            case "wait_for_event":
                if config["tag"] in self.tags:
                    self.pass_step(step)
                else:
                    self.waits, self.due = "event", at + duration(config["timeout"])
            case "send_email" | "send_sms":
                self.messages.append(Message(step, at))
                self.waits, self.due = "message", None
            case "stop":
                self.passed.append((step["id"], ""))
                self.status = "completed"
            case "branch":
                self.take(step, self.path_that_fits(config))
            case "split":
                self.take(step, self.path_of_split(step))

    def path_that_fits(self, config: dict[str, Any]) -> dict[str, Any]:
        for path in config["arms"]:
            if set(path["criteria"]["all"][0]["value"]) & self.tags:
                return dict(path)
        return {"id": "default", **config["default"]}

    def path_of_split(self, step: dict[str, Any]) -> dict[str, Any]:
        point = crc32(f"{step['id']}:{self.contact_id}".encode()) % 100
        for path in step["config"]["arms"]:
            point -= path["percent"]
            if point < 0:
                return dict(path)
        raise AssertionError

    def take(self, step: dict[str, Any], path: dict[str, Any]) -> None:
        self.passed.append((step["id"], path["id"]))
        steps, at = self.stack.pop()
        self.stack += [(steps, at + 1), (path["steps"], 0)]

    def pass_step(self, step: dict[str, Any] | None, result: str = "") -> None:
        assert step is not None
        self.passed.append((step["id"], result))
        self.waits = self.due = None
        self.go_on()

    def go_on(self) -> None:
        steps, at = self.stack.pop()
        self.stack.append((steps, at + 1))

    def here(self) -> dict[str, Any] | None:
        """The step at which it stands; None at the end."""
        while self.stack:
            steps, at = self.stack[-1]
            if at < len(steps):
                return steps[at]
            self.stack.pop()
        return None
