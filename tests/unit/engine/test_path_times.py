"""When the messages on a path leave (T-02)."""

from datetime import UTC, datetime
from typing import Any

from app.engine.domain.path_times import PathTimes, Timing, path_times
from app.messaging.domain.sms.quiet_hours import NIGHT, QuietHours
from app.workflows.domain import longest_path, shortest_path
from tests.unit.workflows.documents import IN_GERMANY, branch, email, parsed, path, sms, step, wait

BERLIN = "Europe/Berlin"
THURSDAY = datetime(2026, 12, 3, 8, tzinfo=UTC)  # 9:00 in Berlin
NINE = step("nine", "wait_until", kind="time_of_day", time="09:00")
REPLY = step("reply", "wait_for_event", event="replied", timeout={"amount": 2, "unit": "days"})


def times(*steps: dict[str, Any], quiet: QuietHours | None = None, at: datetime = THURSDAY) -> PathTimes:
    timing = Timing(at, BERLIN, quiet)
    return path_times(longest_path(parsed(*steps), timing.pace), timing)


def days(found: PathTimes) -> list[tuple[int, int]]:
    return [(one.day, one.hour) for one in found.messages]


def test_waits_are_added_up() -> None:
    found = times(email("a"), wait("w", 2), email("b"), wait("v", 3, "hours"))
    assert days(found) == [(3, 8), (5, 8)]
    assert found.ends_at == datetime(2026, 12, 5, 11, tzinfo=UTC)


def test_times_of_day_and_weekdays_are_those_of_the_zone() -> None:
    late = datetime(2026, 12, 3, 20, tzinfo=UTC)
    monday = step("monday", "wait_until", kind="weekday", weekday="monday", time="10:00")
    assert days(times(NINE, email("a"), monday, email("b"), at=late)) == [(4, 8), (7, 9)]


def test_dates_of_contacts_count_as_passed_and_others_are_waited_for() -> None:
    birthday = step("birthday", "wait_until", kind="contact_field", field="contact.birthday", passed="end")
    christmas = step("day", "wait_until", kind="date", date="2026-12-24", time="12:00")
    assert days(times(birthday, email("a"), christmas, email("b"))) == [(3, 8), (24, 11)]


def test_events_happen_at_once_or_never() -> None:
    fast = Timing(THURSDAY, BERLIN, events_happen=True)
    at_once = path_times(shortest_path(parsed(REPLY, email("a")), fast.pace), fast)
    assert (days(times(REPLY, email("a"))), days(at_once)) == ([(5, 8)], [(3, 8)])


def test_quiet_hours_delay_text_messages_and_what_follows_them() -> None:
    late = datetime(2026, 12, 3, 21, tzinfo=UTC)  # 22:00 in Berlin
    found = times(email("a"), sms("b"), email("c"), quiet=NIGHT, at=late)
    assert (days(found), found.delayed) == ([(3, 21), (4, 7), (4, 7)], 1)
    assert times(email("a"), sms("b"), at=late).delayed == 0


def test_the_start_decides_which_path_is_longest() -> None:
    monday = step("monday", "wait_until", kind="weekday", weekday="monday")
    fork = branch("asks", path("yes", "A", IN_GERMANY, wait("w", 2), email("a")), otherwise=[monday])
    assert len(times(fork).messages) == 0  # Monday is in four days
    assert len(times(fork, at=datetime(2026, 12, 7, 8, tzinfo=UTC)).messages) == 1
