"""A walk: many enrollments of one version, taken on by set through all steps that need nothing from outside.

Steps are taken in their order in the definition, in which every step comes after those that lead to it. So
enrollments that come from several paths meet, and each step is done once in a walk, for all of them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from operator import attrgetter
from typing import NamedTuple

from app.engine.application.moving.effects import EFFECTS
from app.engine.application.moving.outcomes import Outcome, Setting
from app.engine.domain import TIMEOUT, EndReason, EnrollmentStatus, WaitsFor
from app.engine.domain.route import Route
from app.engine.infrastructure import positions
from app.engine.infrastructure.counters import counts, end_counts, step_counts
from app.engine.infrastructure.counters.counts import Place
from app.engine.infrastructure.counters.end_counts import End
from app.engine.infrastructure.counters.step_counts import Passage
from app.engine.infrastructure.positions import Claimed
from app.workflows.domain import Step


class _Stay(NamedTuple):
    step_id: str
    waits_for: WaitsFor | None


class _End(NamedTuple):
    step_id: str | None
    status: EnrollmentStatus
    reason: EndReason | None


class Walk:
    """One walk, in the caller's transaction. `finish` writes where the enrollments are then."""

    def __init__(self, setting: Setting, route: Route) -> None:
        self._setting, self._route = setting, route
        self._arrived: dict[int, tuple[Step, list[Claimed]]] = {}
        self._stays: dict[_Stay, dict[datetime | None, list[int]]] = defaultdict(lambda: defaultdict(list))
        self._ends: dict[_End, list[int]] = defaultdict(list)
        self._passed: Counter[Passage] = Counter()
        self._moved: Counter[Place] = Counter()
        self._ended: Counter[End] = Counter()
        self._claimed: dict[int, Claimed] = {}

    def take_on(self, claimed: Sequence[Claimed]) -> None:
        """Take enrollments on from where they stand: those that waited pass their step, others begin it."""
        self._claimed |= {one.id: one for one in claimed}
        by_place: dict[tuple[str | None, str | None], list[Claimed]] = defaultdict(list)
        for one in claimed:
            by_place[one.step_id, one.waits_for].append(one)
        for (step_id, waits_for), rows in by_place.items():
            step = self._route.step_at(step_id)
            if step is None:
                self._complete(step_id, rows)
            elif waits_for is None or step.id != step_id:
                self._arrive(step, rows)
            else:
                result = TIMEOUT if waits_for == WaitsFor.EVENT else ""
                self._pass(step, rows, result, self._route.after(step))
        while self._arrived:
            step, rows = self._arrived.pop(min(self._arrived))
            self._do(step, rows)

    def finish(self) -> None:
        """Write positions, ends, and numbers."""
        account_id, at = self._setting.account_id, self._setting.at
        for stay, due in self._stays.items():
            self._let_stay(stay, due)
        for end, ids in self._ends.items():
            positions.end(account_id, ids, *end, at)
            self._count(ids, end.step_id, end.status)
            self._count_ends(ids, end)
        end_counts.change(account_id, self._ended)
        step_counts.add(account_id, self._passed)
        counts.change(account_id, self._moved)

    def _do(self, step: Step, rows: list[Claimed]) -> None:
        if self._setting.may_repeat:
            rows = self._without_repeats(step, rows)
            if not rows:
                return
        effect = EFFECTS[step.type]
        by_contact = {one.contact_id: one for one in sorted(rows, key=attrgetter("contact_id"))}
        for outcome in effect(self._setting, step, by_contact):
            self._settle(step, [by_contact[contact_id] for contact_id in outcome.contact_ids], outcome)

    def _without_repeats(self, step: Step, rows: list[Claimed]) -> list[Claimed]:
        """Take on those who have passed the step in another version, the way they went then; return the
        others."""
        results = positions.results_at(self._setting.account_id, [one.id for one in rows], step.id)
        for result in set(results.values()):
            path = next((one for one in step.paths if (one.id or "default") == result), None)
            then = self._route.into(step, path) if path else self._route.after(step)
            again = [one for one in rows if results.get(one.id) == result]
            if then is None:
                self._complete(step.id, again)
            else:
                self._arrive(then, again)
        return [one for one in rows if one.id not in results]

    def _settle(self, step: Step, rows: list[Claimed], outcome: Outcome) -> None:
        ids = [one.id for one in rows]
        if outcome.end is not None:
            if outcome.end == EnrollmentStatus.COMPLETED:
                self._record(step, rows, outcome.result)
            self._ends[_End(step.id, outcome.end, outcome.reason)] += ids
        elif outcome.waits_for is not None:
            self._stays[_Stay(step.id, outcome.waits_for)][outcome.due_at] += ids
        else:
            then = self._route.into(step, outcome.path) if outcome.path else self._route.after(step)
            self._pass(step, rows, outcome.result, then)

    def _pass(self, step: Step, rows: Sequence[Claimed], result: str, then: Step | None) -> None:
        self._record(step, rows, result)
        if then is None:
            self._complete(step.id, rows)
        else:
            self._arrive(then, rows)

    def _record(self, step: Step, rows: Sequence[Claimed], result: str) -> None:
        if rows:
            setting = self._setting
            ids = [one.id for one in rows]
            positions.record_passed(setting.account_id, ids, step.id, result, setting.at)
            for day, passed in Counter([one.enrolled_on for one in rows]).items():
                passage = Passage(setting.version_id, step.id, date.fromisoformat(day), result)
                self._passed[passage] += passed

    def _arrive(self, step: Step, rows: Sequence[Claimed]) -> None:
        if rows:
            self._arrived.setdefault(step.number, (step, []))[1].extend(rows)

    def _complete(self, step_id: str | None, rows: Sequence[Claimed]) -> None:
        if rows:
            self._ends[_End(step_id, EnrollmentStatus.COMPLETED, None)] += [one.id for one in rows]

    def _let_stay(self, stay: _Stay, due: Mapping[datetime | None, Sequence[int]]) -> None:
        """Let enrollments stand at a step; those that are due at the same time in the fastest way."""
        account_id, at = self._setting.account_id, self._setting.at
        if len(due) == 1:
            [(due_at, ids)] = due.items()
            positions.go_to(account_id, ids, stay.step_id, stay.waits_for, due_at, at)
        else:
            each = {one: due_at for due_at, some in due.items() for one in some}
            positions.go_to_each(account_id, each, stay.step_id, stay.waits_for, at)
        self._count([one for some in due.values() for one in some], stay.step_id, EnrollmentStatus.ACTIVE)

    def _count(self, ids: Sequence[int], step_id: str | None, status: EnrollmentStatus) -> None:
        place = Place(self._setting.workflow_id, self._setting.version_id, step_id or "", status.value)
        self._moved[place] += len(ids)
        for before, number in Counter([self._claimed[one].step_id for one in ids]).items():
            self._moved[place._replace(step_id=before or "", status=EnrollmentStatus.ACTIVE.value)] -= number

    def _count_ends(self, ids: Sequence[int], end: _End) -> None:
        setting = self._setting
        of = (setting.workflow_id, setting.version_id, end.step_id or "")
        how = (end.status.value, end.reason.value if end.reason else "", 0)
        for day, ended in Counter([self._claimed[one].enrolled_on for one in ids]).items():
            self._ended[End(*of, date.fromisoformat(day), *how)] += ended
