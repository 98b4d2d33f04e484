"""No sequence of what people do, of workers that die or come late, of lost tasks, and of jumps of the clock
leads to a wrong figure, a stuck job, a forbidden state, or a person who should not be in (B-05, B-06)."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from app.accounts.domain import Actor
from app.accounts.infrastructure.tables import Account
from app.bulk_enrollment.application import undoing
from app.bulk_enrollment.application.control import approvals, schedule, stopping
from app.bulk_enrollment.application.fixing import editing, retry, sheet
from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.domain.brakes.rules import Brakes
from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import FileSelection, FilterSelection, ManualSelection, Selection
from app.contacts import application as contacts
from app.contacts.application import selecting
from app.engine.domain import UNDER_WAY
from app.platform.clock import now
from app.platform.database import session, transaction
from app.platform.errors import MusterError
from app.platform.text.pace import Drip
from app.workflows import application as workflows
from tests.chaos import observing
from tests.chaos.observing import Seen
from tests.chaos.workers import Fate, Worker, watched
from tests.chaos.world import KNOWN, NEW, REJECTED, WRONG, World
from tests.services.databases import Database

EVERYBODY = {"all": [{"field": "contact.status", "op": "in_list", "value": ["active", "unsubscribed"]}]}
TAGGED = {"all": [{"field": "contact.tags", "op": "has_any", "value": ["VIP"]}]}
EXAMPLES_A_ROUND, STEPS = 4, 40
HOURS = {"opens": 9 * 60, "closes": 12 * 60 + 3}  # the world begins at noon
NO_BRAKES = Brakes(failed_percent=None)

someone = st.integers(0, 30)
cells = st.lists(
    st.tuples(
        st.sampled_from([*KNOWN, *NEW, *WRONG, *REJECTED]), st.sampled_from(["yes", "yes", "yes", "no"])
    ),
    min_size=1,
    max_size=30,
)
options = st.fixed_dictionaries(
    {
        "missing": st.sampled_from(["create", "skip"]),
        "existing": st.sampled_from(["leave", "fill"]),
        "tags": st.sampled_from([(), ("Spring",)]),
        "brakes": st.sampled_from(
            [NO_BRAKES, NO_BRAKES, Brakes(canary_rows=3), Brakes(failed_percent=None, failed_rows=1)]
        ),
        "drip": st.sampled_from([None, None, Drip(4, unit="minutes"), Drip(4, unit="minutes", **HOURS)]),
        "hours": st.sampled_from([0, 0, 1]),
    }
)
into = st.sampled_from([0, 0, 1, 1, None])
fates = st.one_of(
    st.just(Fate("finishes")),
    st.builds(Fate, st.just("stops"), st.integers(0, 12)),
    st.builds(Fate, st.sampled_from(["dies", "breaks"]), st.integers(0, 60)),
)

JOB_ACTS: dict[str, Callable[[Actor, str], object]] = {
    "pause": stopping.pause_job,
    "resume": stopping.resume_job,
    "cancel": stopping.cancel_job,
    "refuse": approvals.refuse_job,
    "approve": approvals.approve_job,
    "start the dry run": start.start_draft,
    "start now": schedule.start_scheduled_job,
    "reschedule": lambda actor, job: schedule.reschedule_job(actor, job, now() + timedelta(minutes=90)),
    "show what can be undone": undoing.prepare_undo,
    "show it again": undoing.refresh_undo,
    "undo": undoing.undo_job,
    "retry": retry.retry_failures,
    "open the sheet": sheet.open_sheet,
    "fix a row": lambda actor, job: _fix(actor, job),
}
OF_ALICE = ("approve", "refuse")


def _fix(actor: Actor, job: str) -> None:
    """Give the first row that is wrong the address of somebody new, and leave out the second."""
    rows = editing.fixing_page(actor, job).rows
    edits = {row.number: {"0": f"fixed{row.number}@example.com"} for row in rows[:2]}
    editing.save_edits(actor, job, edits, [row.number for row in rows[1:2]])


def _delete(actor: Actor, contact_id: int) -> None:
    selected = selecting.select_contacts(actor, [contact_id])
    selecting.delete_selection(actor, selected.id, 1)


CONTACT_ACTS: dict[str, Callable[[Actor, int], object]] = {
    "delete": _delete,
    "erase": contacts.erase_contact,
    "tag": lambda actor, contact_id: contacts.tag_contact(actor, contact_id, "VIP"),
    "unsubscribe": contacts.unsubscribe,
    "subscribe again": lambda actor, contact_id: contacts.reactivate(actor, contact_id, "Asked for it"),
    "rename": lambda actor, contact_id: contacts.change_contact(actor, contact_id, {"city": "Lyon"}),
    "give a new address": lambda actor, contact_id: contacts.change_contact(
        actor, contact_id, {"email": f"moved{contact_id}@example.com"}
    ),
    "take the address of another": lambda actor, contact_id: contacts.change_contact(
        actor, contact_id, {"email": NEW[contact_id % len(NEW)]}
    ),
}
REMOVALS = ("delete", "erase")


class Sequences(RuleBasedStateMachine):
    """After each step the database is read past the app and compared with what it was before."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.reset()
        self.workers: list[Worker] = []
        self.touched: set[int] = set()
        self.made: dict[int, set[int]] = defaultdict(set)
        self.erased: set[tuple[int, int]] = set()
        self.has_failed = False
        self.per_minute = 0
        self.seen = self.world.look()

    @initialize(unapproved=st.sampled_from([0, 0, 0, 12]), per_minute=st.sampled_from([0, 0, 0, 5]))
    def limit_the_account(self, unapproved: int, per_minute: int) -> None:
        self.per_minute = per_minute
        limits = {"unapproved_rows": unapproved, "enrollments_per_minute": per_minute}
        with self.world.app.app_context(), transaction():
            account = session().get_one(Account, self.world.bob.account_id)
            account.limits = account.limits | {name: limit for name, limit in limits.items() if limit}

    # What people do.

    @rule(rows=cells, chosen=options, workflow=into)
    def start_a_file(self, rows: list[tuple[str, str]], chosen: dict[str, Any], workflow: int | None) -> None:
        text = "\n".join(["Email,Newsletter", *(f"{address},{word}" for address, word in rows), ""])
        with self.person():
            upload = self.world.upload(text)
            self.start(FileSelection(upload, {"0": "email", "1": "consent"}), chosen, workflow)

    @rule(people=st.lists(someone, min_size=1, max_size=14), chosen=options, workflow=st.integers(0, 1))
    def start_selected_people(self, people: list[int], chosen: dict[str, Any], workflow: int) -> None:
        ids = [str(contact.id) for contact in self.seen.contacts] or ["1"]
        with self.person():
            entries = tuple(ids[one % len(ids)] for one in people)
            self.start(ManualSelection(entries), chosen | {"missing": "skip"}, workflow)

    @rule(criteria=st.sampled_from([EVERYBODY, TAGGED]), chosen=options, workflow=st.integers(0, 1))
    def start_a_filter(self, criteria: dict[str, Any], chosen: dict[str, Any], workflow: int) -> None:
        with self.person():
            self.start(FilterSelection(criteria), chosen | {"missing": "skip"}, workflow)

    @rule(rows=cells, chosen=options, workflow=into)
    def check_a_file(self, rows: list[tuple[str, str]], chosen: dict[str, Any], workflow: int | None) -> None:
        text = "\n".join(["Email,Newsletter", *(f"{address},{word}" for address, word in rows), ""])
        with self.person():
            selection = FileSelection(self.world.upload(text), {"0": "email", "1": "consent"})
            start.dry_run(self.world.bob, self.request(selection, chosen, workflow))

    @rule(job=someone, act=st.sampled_from(sorted(JOB_ACTS)))
    def act_on_a_job(self, job: int, act: str) -> None:
        jobs = [one for one in self.seen.jobs if one.status != "discarded"]
        if jobs:
            actor = self.world.alice if act in OF_ALICE else self.world.bob
            public_id = jobs[-1 - job % len(jobs)].public_id
            with self.person(acts_on=public_id):
                JOB_ACTS[act](actor, public_id)

    @rule(who=someone, act=st.sampled_from(sorted(CONTACT_ACTS)))
    def act_on_a_contact(self, who: int, act: str) -> None:
        if not self.seen.contacts:
            return
        contact = self.seen.contacts[-1 - who % len(self.seen.contacts)]
        naming = {
            (row.job_id, row.row_number)
            for row in self.seen.rows
            if row.contact_id == contact.id or (row.key and row.key == contact.email_key)
        }
        with self.person(is_removal=act in REMOVALS):
            CONTACT_ACTS[act](self.world.bob, contact.id)
            self.touched.add(contact.id)
            if act == "erase":
                self.erased |= naming

    @rule(
        number=st.integers(0, 1), act=st.sampled_from(["pause", "activate", "pause", "activate", "archive"])
    )
    def act_on_a_workflow(self, number: int, act: str) -> None:
        public_id = self.world.workflows[number]
        with self.person():
            if act == "activate":
                workflows.activate(self.world.bob, public_id, workflows.Ask.NEVER)
            else:
                getattr(workflows, act)(self.world.bob, public_id)

    @rule(who=someone, status=st.sampled_from(["active", "completed", "goal_reached"]))
    def somebody_goes_on_in_the_workflow(self, who: int, status: str) -> None:
        """As the engine will do it."""
        active = [one for one in self.seen.enrollments if one.status in UNDER_WAY]
        if active:
            one = active[who % len(active)]
            with self.person():
                counted = ((one.status, -1), (status, 1))
                self.world.execute(
                    f"UPDATE enrollments SET status = '{status}' WHERE id = {one.id}",
                    *(
                        "INSERT INTO enrollment_counts"
                        " (account_id, workflow_id, version_id, step_id, status, enrollments)"
                        f" SELECT account_id, workflow_id, version_id, coalesce(step_id, ''), '{of}', {more}"
                        f" FROM enrollments WHERE id = {one.id}"
                        for of, more in counted
                    ),
                )
                self.touched.add(one.contact_id)

    # What the machines do.

    @rule(fate=fates)
    def a_worker_takes_a_task(self, fate: Fate) -> None:
        work = self.world.take_work()
        if work is not None:
            with self.machines():
                self.workers.append(Worker(self.world.app, work))
                self.workers[-1].go_on(fate)

    @rule(act=st.sampled_from(["pause", "cancel"]), after=st.integers(0, 12))
    def somebody_acts_while_a_worker_is_at_a_batch(self, act: str, after: int) -> None:
        """The worker stops between two transactions, if it can, and goes on when the person has acted."""
        work = self.world.take_work()
        if work is None:
            return
        with self.machines():
            worker = Worker(self.world.app, work)
            self.workers.append(worker)
            worker.go_on(Fate("stops", after))
        at_work = {batch.job_id for batch in self.seen.batches if batch.status == "processing"}
        for job in [self.seen.job[job_id] for job_id in sorted(at_work)]:
            with self.person(acts_on=job.public_id):
                JOB_ACTS[act](self.world.bob, job.public_id)
        if not worker.is_over:
            with self.machines():
                worker.go_on(Fate("finishes"))

    @rule(which=st.integers(0, 3), fate=fates)
    def a_worker_goes_on(self, which: int, fate: Fate) -> None:
        resting = self.resting()
        if resting:
            with self.machines():
                resting[which % len(resting)].go_on(fate)

    @rule()
    def workers_run_all_tasks(self) -> None:
        with self.machines():
            self.world.work_off()

    @rule()
    def the_queue_loses_its_tasks(self) -> None:
        while self.world.take_work() is not None:
            pass

    @rule(leases_end=st.booleans())
    def the_clock_process_looks(self, leases_end: bool) -> None:
        if leases_end:
            self.let_leases_end()
        with self.machines():
            self.world.clock_process()

    @rule(minutes=st.sampled_from([1, 1, 2, 65, 1_500, 131_100]))
    def time_passes(self, minutes: int) -> None:
        self.world.clock.at += timedelta(minutes=minutes)

    # At the end.

    def teardown(self) -> None:
        try:
            if not self.has_failed:
                self.come_to_an_end()
        finally:
            for worker in self.resting():
                worker.kill()

    def come_to_an_end(self) -> None:
        """Nobody does anything any more: each job ends or waits for a person. Then people let them go on."""
        for _ in range(30):
            self.come_to_rest()
            waiting = self.seen.unfinished()
            if not waiting:
                break
            for job in waiting:
                self.let_go_on(job)
        assert not self.seen.unfinished(), self.seen.unfinished()
        assert not self.world.broken_checks(self.seen), self.world.broken_checks(self.seen)
        observing.nothing_names_erased_people(self.seen, self.erased)
        for job in self.seen.jobs:
            assert job.status != "discarded", job
            assert job.batches or not self.seen.rows_of[job.id] or job.status == "draft", job

    def come_to_rest(self) -> None:
        for worker in self.resting():
            with self.machines():
                worker.go_on(Fate("finishes"))
        for _ in range(40):
            before = self.seen.progress()
            self.let_leases_end()
            with self.machines():
                self.world.clock_process()
                self.world.work_off()
            later = [job.not_before for job in self.seen.unfinished() if job.not_before]
            later = [at for at in later if at > self.world.clock.at]
            if later:
                self.world.clock.at = min(later)
            elif before == self.seen.progress():
                break
        paused_workflows = {one.id for one in self.seen.workflows if one.status == "paused"}
        for job in self.seen.unfinished():
            is_for_person = job.paused_by in ("person", "canary", "brake", "approval")
            waits = is_for_person or (job.paused_by == "workflow" and job.workflow_id in paused_workflows)
            has_missed_start = job.status == "scheduled" and job.not_before is None
            is_waiting = has_missed_start or (job.status == "paused" and waits)
            assert is_waiting, ("stuck", job, self.seen.batches_of[job.id])

    def let_leases_end(self) -> None:
        with self.machines():
            self.world.let_leases_end()

    def let_go_on(self, job: Any) -> None:
        with self.person(acts_on=job.public_id):
            if job.paused_by == "workflow":
                public_ids = self.world.workflows
                for public_id in public_ids:
                    self.world.clock.at += timedelta(seconds=1)
                    try:
                        workflows.activate(self.world.bob, public_id, workflows.Ask.NEVER)
                    except MusterError:
                        continue  # it is archived
            elif job.status == "scheduled":
                schedule.start_scheduled_job(self.world.bob, job.public_id)
            elif job.paused_by == "approval":
                approvals.approve_job(self.world.alice, job.public_id)
            else:
                stopping.resume_job(self.world.bob, job.public_id)

    # How it is done.

    def request(self, selection: Selection, chosen: dict[str, Any], workflow: int | None) -> start.JobRequest:
        chosen = dict(chosen)
        hours = chosen.pop("hours")
        if chosen["missing"] == "create":
            chosen["consent_basis"] = "customer"
        if workflow is None:
            chosen["drip"] = None
        at = now() + timedelta(hours=hours) if hours else None
        public_id = None if workflow is None else self.world.workflows[workflow]
        return start.JobRequest(selection, JobOptions(scheduled_at=at, **chosen), public_id)

    def start(self, selection: Selection, chosen: dict[str, Any], workflow: int | None) -> None:
        start.start_job(self.world.bob, self.request(selection, chosen, workflow))

    def resting(self) -> Sequence[Worker]:
        self.workers = [worker for worker in self.workers if not worker.is_over]
        return self.workers

    def person(self, is_removal: bool = False, acts_on: str | None = None) -> "_Step":
        return _Step(self, is_person=True, is_removal=is_removal, acts_on=acts_on)

    def machines(self) -> "_Step":
        return _Step(self, is_person=False)

    def check(
        self, before: Seen, after: Seen, *, is_person: bool, is_removal: bool, acts_on: str | None
    ) -> None:
        observing.transitions_are_legal(after)
        observing.counts_add_up(after)
        observing.nobody_is_in_twice(after)
        observing.rows_are_taken_once(after)
        observing.hours_are_kept(after)
        observing.nothing_is_left_of_removed_contacts(after)
        observing.waits_are_kept(after)
        if self.per_minute:
            observing.rate_is_kept(after, self.per_minute)
        observing.step_is_right(
            before, after, is_person=is_person, is_removal=is_removal, touched=self.touched
        )
        for contact in after.contacts:
            if contact.created_job_id is not None:
                self.made[contact.created_job_id].add(contact.id)
        observing.created_contacts_are_counted(after, self.made)
        observing.pauses_hold(before, after, acts_on)
        observing.running_batches_finish(before, after)


class _Step:
    """A step, after which everything is looked at. What Muster refuses, with a sentence, does not happen."""

    def __init__(
        self, machine: Sequences, *, is_person: bool, is_removal: bool = False, acts_on: str | None = None
    ) -> None:
        self._machine = machine
        self._is_person, self._is_removal, self._acts_on = is_person, is_removal, acts_on
        self._acting = machine.world.acting() if is_person else None

    def __enter__(self) -> None:
        if self._acting:
            self._acting.__enter__()

    def __exit__(self, kind: Any, failure: BaseException | None, trace: Any) -> bool:
        if self._acting:
            self._acting.__exit__(None, None, None)
        machine = self._machine
        is_refused = self._is_person and isinstance(failure, MusterError)
        if failure is not None and not is_refused:
            machine.has_failed = True
            return False
        before, machine.seen = machine.seen, machine.world.look()
        try:
            machine.check(
                before,
                machine.seen,
                is_person=self._is_person,
                is_removal=self._is_removal,
                acts_on=self._acts_on,
            )
        except BaseException:
            machine.has_failed = True
            raise
        return True


@pytest.fixture
def world(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    made = World(database, monkeypatch)
    with watched(made.app):
        yield made
    made.end()


def test_no_sequence_of_events_is_harmful(world: World, rounds: int) -> None:
    class OfWorld(Sequences):
        pass

    OfWorld.world = world
    run_state_machine_as_test(
        OfWorld,
        settings=settings(
            max_examples=EXAMPLES_A_ROUND * rounds,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            derandomize=rounds < 10,  # `make test` tries the same ones each time, `make chaos` others
            phases=[Phase.generate, Phase.shrink],
            suppress_health_check=list(HealthCheck),
            print_blob=True,
            report_multiple_bugs=False,
        ),
    )
