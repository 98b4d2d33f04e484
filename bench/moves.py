"""Moves: `python -m bench.moves [--database sqlite,postgresql] [--rows 100000] [--rounds 3]`.

So many enrollments become due at once at a step: a wait that is over, a tag, a branch. The time is that until
none of them is due any more, with the clock and two workers of a running installation. The floor is the same
work in hand-written SQL, in one transaction, without any choice at run time.
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from bench.site import Site, site
from tests.services.api_user import ApiUser

NEXT = {"id": "next", "type": "wait", "enabled": True, "config": {"amount": 9, "unit": "days"}}
TAG = {"id": "tag", "type": "add_tag", "enabled": True, "config": {"tag": "Moved"}}
STEPS: dict[str, list[dict[str, Any]]] = {
    "wait": [
        {"id": "it", "type": "wait", "enabled": True, "config": {"amount": 1, "unit": "days"}},
        NEXT,
        TAG,
    ],
    "tag": [{"id": "it", "type": "add_tag", "enabled": True, "config": {"tag": "Bench"}}, NEXT, TAG],
    "branch": [
        {
            "id": "it",
            "type": "branch",
            "enabled": True,
            "config": {
                "arms": [
                    {
                        "id": "vips",
                        "name": "VIPs",
                        "criteria": {"all": [{"field": "contact.city", "op": "equals", "value": "Bristol"}]},
                        "steps": [],
                    }
                ],
                "default": {"name": "Everyone else", "steps": []},
            },
        },
        NEXT,
        TAG,
    ],
}
MARK, GIVE_UP_SECONDS = "2000-01-01 00:00:00", 600


class Moved(NamedTuple):
    """Seconds of one round."""

    seconds: float
    floor: float


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.moves")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    for kind in chosen.database.split(","):
        with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder, site(kind, Path(folder)) as here:
            for name, rounds in measure_moves(here, chosen.rows, chosen.rounds):
                seconds = statistics.median(one.seconds for one in rounds)
                ratio = statistics.median(one.seconds / one.floor for one in rounds)
                load = psutil.getloadavg()[0]
                print(
                    f"{kind}: {chosen.rows:,} due at a {name}: {seconds:.1f} s, {ratio:.1f} x plain SQL"
                    f" ({len(rounds)} rounds) [load {load:.1f}]",
                    flush=True,
                )


def measure_moves(here: Site, rows: int, rounds: int) -> Iterator[tuple[str, list[Moved]]]:
    """Yield the rounds of each kind of step."""
    api = ApiUser(here.muster)
    _add_contacts(here, rows)
    for name, steps in STEPS.items():
        moved = [_round(here, api, f"{name} {number}", steps, rows) for number in range(rounds)]
        yield name, moved


def _round(here: Site, api: ApiUser, name: str, steps: list[dict[str, Any]], rows: int) -> Moved:
    ours, floor = (_workflow(here, api, f"{name} {of}", steps) for of in ("ours", "floor"))
    waits_for = "time" if steps[0]["type"] == "wait" else None
    for workflow_id, version_id in (ours, floor):
        _enroll(here, workflow_id, version_id, waits_for)
    floor_seconds = _floor(here, floor[1], steps[0]["type"])
    return Moved(_moves(here, ours[1], rows), floor_seconds)


def _moves(here: Site, version_id: int, rows: int) -> float:
    with here.sql() as execute:
        execute("UPDATE enrollments SET due_at = ? WHERE version_id = ?", [MARK, version_id])
    began = time.perf_counter()
    while time.perf_counter() - began < GIVE_UP_SECONDS:
        with here.sql() as execute:
            [(done,)] = execute(
                "SELECT count(*) FROM (SELECT 1 FROM enrollments WHERE version_id = ? AND status = 'active'"
                " AND due_at = ? LIMIT 1) AS due",
                [version_id, MARK],
            )
        if not done:
            seconds = time.perf_counter() - began
            with here.sql() as execute:
                [(passed,)] = execute(
                    "SELECT sum(enrollments) FROM step_counts WHERE version_id = ?", [version_id]
                )
            assert passed == rows, passed
            return seconds
        time.sleep(0.05)
    raise AssertionError("the enrollments were not moved")


def _floor(here: Site, version_id: int, kind: str) -> float:
    """Do the same by hand; return the seconds."""
    now = _now()
    result = "CASE WHEN c.city = 'Bristol' THEN 'vips' ELSE 'default' END" if kind == "branch" else "''"
    with here.sql() as execute:
        began = time.perf_counter()
        execute(
            "INSERT INTO enrollment_steps (account_id, enrollment_id, visit, step_id, passed_at, result)"
            f" SELECT e.account_id, e.id, e.visit, 'it', '{now}', {result} FROM enrollments e"
            " JOIN contacts c ON c.id = e.contact_id AND c.account_id = 1 WHERE e.version_id = ?",
            [version_id],
        )
        if kind == "add_tag":
            execute(
                "INSERT INTO contact_tags (account_id, tag_id, contact_id, added_at)"
                f" SELECT 1, 999999, contact_id, '{now}' FROM enrollments WHERE version_id = ?"
                " ON CONFLICT DO NOTHING",
                [version_id],
            )
        execute(
            "UPDATE enrollments SET step_id = 'next', waits_for = 'time', due_at = '2099-01-01',"
            f" moved_at = '{now}' WHERE version_id = ?",
            [version_id],
        )
    seconds = time.perf_counter() - began
    with here.sql() as execute:
        execute("DELETE FROM contact_tags WHERE account_id = 1")
    return seconds


def _workflow(here: Site, api: ApiUser, name: str, steps: list[dict[str, Any]]) -> tuple[int, int]:
    """Create a workflow with these steps that has been started; return its id and that of its version."""
    path = api.create_workflow("New lead welcome", name)
    definition = {
        "format": 1,
        "trigger": {"type": "manual", "enabled": True, "config": {}},
        "steps": steps,
        "goals": {"match": "any", "items": []},
    }
    api.call("PATCH", path, {"definition": definition})
    api.call("POST", f"{path}/activate", {"accept_missing": True})
    public_id = path.rpartition("/")[2]
    with here.sql() as execute:
        execute("UPDATE workflows SET held_until_started = false WHERE public_id = ?", [public_id])
        [found] = execute("SELECT id, active_version_id FROM workflows WHERE public_id = ?", [public_id])
    return int(found[0]), int(found[1])


def _add_contacts(here: Site, rows: int) -> None:
    now = _now()
    with here.sql() as execute:
        execute.load(
            "contacts",
            ("account_id", "email", "email_key", "city", "status", "created_at", "updated_at"),
            (
                (
                    1,
                    f"p{n}@example.com",
                    f"p{n}@example.com",
                    "Bristol" if n % 2 else "Bath",
                    "active",
                    now,
                    now,
                )
                for n in range(rows)
            ),
        )
        execute("ANALYZE")


def _enroll(here: Site, workflow_id: int, version_id: int, waits_for: str | None) -> None:
    wait = f"'{waits_for}'" if waits_for else "NULL"
    with here.sql() as execute:
        execute(
            "INSERT INTO enrollments (account_id, workflow_id, version_id, contact_id, status, step_id,"
            " waits_for, due_at, source, enrolled_at)"
            f" SELECT 1, {workflow_id}, {version_id}, id, 'active', 'it', {wait}, NULL, 'bulk_enrollment',"
            f" '{_now()}' FROM contacts WHERE account_id = 1"
        )


def _now() -> str:
    return datetime.now(UTC).replace(tzinfo=None).isoformat(sep=" ")


if __name__ == "__main__":
    main()
