"""The library: `python -m bench.library [--database sqlite,postgresql] [--templates 1000] [--rounds 5]`.

The gallery, search, and results with so many templates, and a template of 100 steps: its preview, a clone,
opening and saving its workflow in the editor. The floor is the same reading or writing in hand-written SQL on
the same database, in the same round; of a preview and of the editor also a plain list of the steps. Times are
the server's own.
"""

import argparse
import json
import re
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import uuid4

import jinja2
import psutil

from bench import library_rows
from bench.browser import Answer
from bench.calls import cpu_seconds
from bench.site import Site, site
from tests.services.api_user import ApiUser
from tests.unit.workflows.documents import as_large_as_allowed

REPEATS = 5  # in each round
SETTINGS = {"MAX_WORKFLOWS": "100000", "API_REQUESTS_PER_MINUTE": "10000000"}
CARDS = (
    "SELECT public_id, name, description, category, tags, version, summary, times_used"
    " FROM workflow_templates WHERE (account_id IS NULL OR account_id = 1) AND deleted_at IS NULL"
)
COUNTS = (
    "SELECT category, count(*) FROM workflow_templates"
    " WHERE (account_id IS NULL OR account_id = 1) AND deleted_at IS NULL"
)
LIST = jinja2.Environment(autoescape=True).from_string(
    "<ol>{% for step in steps %}<li>{{ step.type }}<dl>{% for name, value in step.config.items() %}"
    "<dt>{{ name }}</dt><dd>{{ value }}</dd>{% endfor %}</dl></li>{% endfor %}</ol>"
)
MATCHES = " AND (lower(name) LIKE ? OR lower(description) LIKE ?)"


class Timing(NamedTuple):
    """Milliseconds of the server over all rounds, and the CPU time of web server and database per request.
    `ratio` is the median over the rounds of the medians of each, ours by the floor's."""

    database: str
    name: str
    most_ms: float
    median_ms: float
    longest_ms: float
    work_ms: float
    ratio: float

    @property
    def is_met(self) -> bool:
        return self.median_ms < self.most_ms


@dataclass(frozen=True)
class Case:
    """Something that people do, within how many milliseconds, and the least that it takes. Both functions get
    a number that is new each time."""

    name: str
    most_ms: float
    ask: Callable[[int], Answer]
    floor: Callable[[Any, int], Any]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.library")
    parser.add_argument("--database", default="sqlite,postgresql")
    parser.add_argument("--templates", type=int, default=1_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="a part of the names of what is measured")
    chosen = parser.parse_args()
    for kind in chosen.database.split(","):
        with tempfile.TemporaryDirectory(prefix="muster-bench-") as folder:
            for one in measure_library(kind, chosen.templates, chosen.rounds, Path(folder), chosen.only):
                print(_line(kind, one), flush=True)


def measure_library(kind: str, templates: int, rounds: int, folder: Path, only: str = "") -> Iterator[Timing]:
    """Yield the times of each case whose name contains `only`, in an installation of its own with so many
    templates."""
    with site(kind, folder, **SETTINGS) as here:
        api = ApiUser(here.muster)
        large = _large_template(api)
        library_rows.fill(here, templates - 1, api.create_workflow("New lead welcome", "To copy"))
        for case in (*_over_many(here), *_of_one(here, large)):
            if only in case.name:
                yield _measured(here, kind, case, rounds)


def _line(kind: str, one: Timing) -> str:
    return (
        f"{'  ' if one.is_met else '! '}{kind}: {one.name}: {one.median_ms:.0f} ms"
        f" (up to {one.longest_ms:.0f}, target {one.most_ms:.0f}), CPU {one.work_ms:.0f} ms,"
        f" {one.ratio:.1f} x plain SQL [load {psutil.getloadavg()[0]:.1f}]"
    )


def _large_template(api: ApiUser) -> str:
    """Make a template of 100 steps; return its public id."""
    text = json.dumps(as_large_as_allowed()).replace("{{ account.booking_link }}", "https://example.com/book")
    body = {"name": "A hundred steps", "category": "custom", "definition": json.loads(text)}
    return str(api.call("POST", "/workflow-templates", body)["id"])


def _over_many(here: Site) -> Iterator[Case]:
    """Yield what is done with all templates."""
    htmx = {"HX-Request": "true", "HX-Target": "div#gallery-results"}
    token = {"Authorization": f"Bearer {here.token()}"}
    recommended = " ORDER BY times_used DESC, name LIMIT 24"
    pages: dict[str, tuple[str, dict[str, str], str]] = {
        "gallery": ("/templates", {}, ""),
        "gallery, last page": ("/templates?page=40", {}, ""),
        "gallery, by completion rate": ("/templates?sort=completed", {}, ""),
        "gallery, a category": ("/templates?category=onboarding", {}, ""),
        "search, a word": ("/templates?q=welcome", htmx, "welcome"),
        "search, a typo": ("/templates?q=welcmoe", htmx, "welcmoe"),
        "search, a type of step": ("/templates?q=sms", htmx, "sms"),
        "search, in a category": ("/templates?category=onboarding&q=first+week", htmx, "first week"),
        "search, no match": ("/templates?q=zzzzzz", htmx, "zzzzzz"),
        "API, a search": ("/api/v1/workflow-templates?q=welcome", token, "welcome"),
    }
    for name, (path, headers, word) in pages.items():
        words = [f"%{word}%"] * 2 if word else []
        where = MATCHES if word else ""

        def floor(execute: Any, _: int, where: str = where, words: Sequence[str] = words) -> None:
            execute(CARDS + where + recommended, words)
            execute(COUNTS + where + " GROUP BY category", words)

        yield Case(name, 50, partial(_get, here, path, headers), floor)
    yield Case("results of all templates", 200, partial(_get, here, "/templates/results", {}), _sum_results)


def _of_one(here: Site, template: str) -> Iterator[Case]:
    """Yield what is done with a template of 100 steps, and the workflow made from it."""
    page, sheet = f"/templates/{template}", {"HX-Request": "true", "HX-Target": "div#sheet-body"}

    def read(execute: Any, _: int) -> None:
        LIST.render(_read_document(execute, template))

    yield Case("preview of 100 steps", 100, partial(_get, here, page, {}), read)
    yield Case("preview of 100 steps, dialog", 100, partial(_get, here, page, sheet), read)
    yield Case(
        "clone of 100 steps",
        200,
        lambda number: here.browser.post(
            f"{page}/clone", name=f"Clone {number}", idempotency_key=str(uuid4())
        ),
        lambda execute, number: _insert_clone(execute, template, number),
    )
    workflow = here.browser.post(f"{page}/clone", name="Edited", idempotency_key=str(uuid4())).url
    editor = Editor(here, workflow)
    other = here.browser.post(f"{page}/clone", name="Floor", idempotency_key=str(uuid4())).url
    floor_id = other.partition("?")[0].rpartition("/")[2]

    def read_workflow(execute: Any, _: int) -> None:
        [(document,)] = execute("SELECT definition FROM workflows WHERE public_id = ?", [floor_id])
        LIST.render(_parsed(document))

    yield Case("opening 100 steps in the editor", 200, partial(_get, here, editor.page, {}), read_workflow)
    yield Case(
        "opening a step's settings",
        200,
        partial(_get, here, f"{editor.page}/steps/{editor.step}", sheet),
        read_workflow,
    )
    yield Case(
        "saving a step's settings",
        200,
        editor.save,
        lambda execute, number: _update(execute, floor_id, number),
    )
    yield Case(
        "moving a step in the editor",
        200,
        editor.move,
        lambda execute, number: _update(execute, floor_id, number),
    )


def _measured(here: Site, kind: str, case: Case, rounds: int) -> Timing:
    """Measure ours and the floor by turns, after all processes of the web server have done it."""
    pids = [here.muster.pid_of("web"), *here.database_pids()]
    numbers = iter(range(time.time_ns() // 1_000_000, 2**62))
    for _ in range(REPEATS):
        case.ask(next(numbers))
    times: list[float] = []
    ratios: list[float] = []
    work = 0.0
    with here.sql() as execute:
        case.floor(execute, next(numbers))
    for _ in range(rounds):
        with here.sql() as execute:
            floor = statistics.median(_floor_ms(case, execute, next(numbers)) for _ in range(REPEATS))
        before = cpu_seconds(pids)
        ours = [case.ask(next(numbers)).server_ms for _ in range(REPEATS)]
        work += cpu_seconds(pids) - before
        times += ours
        ratios.append(statistics.median(ours) / floor)
    return Timing(
        database="SQLite" if kind == "sqlite" else "PostgreSQL",
        name=case.name,
        most_ms=case.most_ms,
        median_ms=statistics.median(times),
        longest_ms=max(times),
        work_ms=work * 1000 / len(times),
        ratio=statistics.median(ratios),
    )


def _floor_ms(case: Case, execute: Any, number: int) -> float:
    began = time.perf_counter()
    case.floor(execute, number)
    return (time.perf_counter() - began) * 1000


def _get(here: Site, path: str, headers: dict[str, str], _: int) -> Answer:
    return here.browser.get(path, **headers)


class Editor:
    """Changes a wait of a workflow, as the forms of its pages do."""

    def __init__(self, here: Site, workflow: str) -> None:
        self.page = workflow.partition("?")[0].removeprefix(here.muster.url)
        self._here, self._revision, self._is_moved = here, "", False
        with here.sql() as execute:
            [(document, revision)] = execute(
                "SELECT definition, revision FROM workflows WHERE public_id = ?",
                [self.page.rpartition("/")[2]],
            )
        self._revision = str(revision)
        steps = _parsed(document)["steps"]
        self.step = str(next(step["id"] for step in steps if step["type"] == "wait"))

    def save(self, number: int) -> Answer:
        """Save the settings of the wait."""
        answer = self._here.browser.post(
            f"{self.page}/steps/{self.step}",
            amount=str(1 + number % 50),
            unit="days",
            revision=self._revision,
        )
        return self._seen(answer, r"revision=(\d+)", answer.url)

    def move(self, _: int) -> Answer:
        """Move the wait down and up again by turns, as a button of the drawing does."""
        to, self._is_moved = ("up" if self._is_moved else "down"), not self._is_moved
        answer = self._here.browser.htmx(
            f"{self.page}/steps/{self.step}/place", "div#workflow-body", to=to, revision=self._revision
        )
        return self._seen(answer, r'name="revision" value="(\d+)"', answer.text)

    def _seen(self, answer: Answer, revision: str, text: str) -> Answer:
        found = re.search(revision, text)
        assert found is not None and int(found[1]) == int(self._revision) + 1, answer.text[:2000]
        self._revision = found[1]
        return answer


def _parsed(document: Any) -> Any:
    return json.loads(document) if isinstance(document, str) else document


def _read_document(execute: Any, template: str) -> Any:
    [row] = execute(
        "SELECT t.name, t.description, t.category, t.version, v.definition FROM workflow_templates t"
        " JOIN workflow_template_versions v ON v.template_id = t.id AND v.number = t.version"
        " WHERE t.public_id = ?",
        [template],
    )
    return _parsed(row[-1])


def _insert_clone(execute: Any, template: str, number: int) -> None:
    document = _read_document(execute, template)
    library_rows.insert_workflow(execute, json.dumps(document), f"Floor {number}")
    execute("UPDATE workflow_templates SET times_used = times_used WHERE public_id = ?", [template])
    execute("COMMIT")


def _update(execute: Any, public_id: str, number: int) -> None:
    [(document,)] = execute("SELECT definition FROM workflows WHERE public_id = ?", [public_id])
    changed = json.dumps(_parsed(document))
    execute(
        "UPDATE workflows SET definition = ?, revision = revision + 1 WHERE public_id = ?",
        [changed, public_id],
    )
    execute("COMMIT")


def _sum_results(execute: Any, _: int) -> None:
    execute(
        "SELECT w.template_id, sum(c.enrollments) FROM workflows w JOIN source_counts c"
        " ON c.account_id = 1 AND c.workflow_id = w.id WHERE w.account_id = 1 GROUP BY w.template_id"
    )
    execute(
        "SELECT w.template_id, sum(c.enrollments) FROM workflows w JOIN end_counts c"
        " ON c.account_id = 1 AND c.workflow_id = w.id WHERE w.account_id = 1 GROUP BY w.template_id"
    )


if __name__ == "__main__":
    main()
