"""A large installation, checked small: `python -m bench.scale [--accounts 1,10,100,1000] [--contacts 1000]`.

Muster runs on PostgreSQL with the large tables in 64 partitions by account, next to so many other accounts of
the same size. A job of 1,000 rows and the pages of one account are measured: blocks for each row or page, and
how many partitions a statement reads. What follows for 100 million contacts is in docs/scale.md.
"""

import argparse
import statistics
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import jobs
from bench.measure import prepare
from bench.partitions import LARGE, partition
from bench.people import People
from bench.plans import PRELOADED, Plan, written_plans
from bench.site import Site, site

ROWS, REPEATS = 1_000, 5
MANY = 100_000  # rows of a table, so that empty pages don't count
NEIGHBORS = Path(__file__).with_name("neighbors.sql")
PAGES = {
    "contacts": "/contacts",
    "search": "/contacts?q=person20",
    "messages": "/messages",
    "activity": "/activity",
    "enrollments": "/enrollments",
    "workflow": "/workflows/{workflow}",
    "people in it": "/workflows/{workflow}/people",
}


@dataclass(frozen=True)
class Cost:
    """What a row or page costs: statements that read a single partition of each large table, the blocks that
    they looked at, and their time."""

    name: str
    blocks: float
    statements: float
    milliseconds: float

    def __str__(self) -> str:
        return (
            f"{self.name}: {self.blocks:.1f} blocks, {self.statements:.2f} statements, "
            f"{self.milliseconds:.2f} ms of the database"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.scale")
    parser.add_argument("--accounts", default="1,10,100,1000")
    parser.add_argument("--contacts", type=int, default=1_000, help="in each account")
    chosen = parser.parse_args()
    for accounts in map(int, chosen.accounts.split(",")):
        with (
            tempfile.TemporaryDirectory(prefix="muster-bench-") as folder,
            site("postgresql", Path(folder), PRELOADED) as here,
        ):
            partition(here.address)
            _fill(here, accounts - 1, chosen.contacts)
            for line in _sizes(here):
                print(f"{accounts:,} accounts, {line}", flush=True)
            across: list[Plan] = []
            for cost in _measure(here, across):
                print(f"{accounts:,} accounts, {cost}", flush=True)
            for line in _sweeps(across):
                print(f"{accounts:,} accounts, {line}", flush=True)


def _fill(here: Site, neighbors: int, contacts: int) -> None:
    with here.sql() as execute:
        execute(f"CREATE TEMPORARY TABLE neighbors AS SELECT 999 + generate_series(1, {neighbors}) AS id")
        execute(f"CREATE TEMPORARY TABLE people AS SELECT generate_series(1, {contacts}) AS id")
        for statement in NEIGHBORS.read_text(encoding="utf-8").split(";"):
            if statement.strip():
                execute(statement)
    here.vacuum()


def _sizes(here: Site) -> Iterator[str]:
    """Yield how large the rows of the tables are, with their indexes."""
    with here.sql() as execute:
        for table in LARGE:
            [(rows,)] = execute(f"SELECT count(*) FROM {table}")
            [(size,)] = execute(
                "SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits"
                " WHERE inhparent = to_regclass(?)",
                [table],
            )
            if rows >= MANY:
                yield f"{table}: {rows:,} rows of {size / rows:.0f} bytes"


def _measure(here: Site, across: list[Plan]) -> Iterator[Cost]:
    """Yield what things cost; add the statements that read several partitions of a table to `across`."""
    workflow = jobs.clone_workflow(here, "Scale")
    files = [_prepared(here, workflow, number) for number in range(REPEATS)]
    yield _cost("job, each row", here, ROWS * REPEATS, lambda: _run_jobs(here, workflow, files), across)
    for name, path in PAGES.items():
        address = path.format(workflow=workflow)
        here.browser.get(address)
        show = partial(here.browser.get, address)
        yield _cost(name, here, REPEATS, lambda: [show() for _ in range(REPEATS)], across)  # noqa: B023


def _prepared(here: Site, workflow: str, number: int) -> People:
    people = People(f"s{number}", ROWS)
    people.write(here.folder / f"{people.mark}.csv")
    prepare(here, people, workflow)
    return people


def _run_jobs(here: Site, workflow: str, files: list[People]) -> None:
    for people in files:
        uploaded = jobs.upload(here, workflow, here.folder / f"{people.mark}.csv")
        job = jobs.start(here, uploaded, people, people.mark)
        jobs.watch(here, job)
        jobs.check(here, job, people)


def _cost(name: str, here: Site, times: int, act: Callable[[], object], across: list[Plan]) -> Cost:
    with written_plans(here.address, here.server_log) as plans:
        act()
    across += [one for one in plans if one.most_parts > 1]
    own = [one for one in plans if one.most_parts == 1]
    return Cost(
        name,
        blocks=sum(one.blocks for one in own) / times,
        statements=len(own) / times,
        milliseconds=sum(one.milliseconds for one in own) / times,
    )


def _sweeps(across: list[Plan]) -> Iterator[str]:
    """Yield what statements cost that read several partitions of a table, each text once."""
    by_text: dict[str, list[Plan]] = {}
    for one in across:
        by_text.setdefault(one.text, []).append(one)
    for text, plans in sorted(by_text.items()):
        blocks = statistics.median(one.blocks for one in plans)
        milliseconds = statistics.median(one.milliseconds for one in plans)
        cost = f"{len(plans)} times, {blocks:,.0f} blocks, {milliseconds:.2f} ms"
        yield f"across accounts, {cost}: {text[:150]}"


if __name__ == "__main__":
    main()
