"""The use cases accept no file with open questions about consent, whoever calls them (B-20)."""

from dataclasses import replace

import pytest

from app.bulk_enrollment.application.jobs.start import JobRequest, dry_run, start_job
from app.bulk_enrollment.domain.selection import FileSelection
from app.files import application as files
from app.files.domain.consent.questions import ConsentAnswers
from app.platform.errors import Invalid
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.workflows.drafts import active
from tests.unit.files.contact_files import REPORTS


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


def test_no_caller_gets_past_the_questions(trial: Trial, workflow):
    text = (REPORTS / "96_status_inactive.csv").read_text()
    for answers in ({"not_consent": []}, {"mapping": {"0": "email", "3": "consent"}}):
        for begin in (trial.start, trial.draft):
            with pytest.raises(Invalid) as refused:
                begin(text, workflow, **{"not_consent": []} | answers)
            assert set(refused.value.facts["fields"]) == {"consent"}
    assert trial.count_jobs() == 0


def test_a_draft_is_asked_again_when_it_starts(trial: Trial, workflow):
    """Its choices may be older than what is asked today."""
    job = trial.draft((REPORTS / "96_status_inactive.csv").read_text(), workflow)
    trial.run_tasks()
    trial.change_job(job, selection=replace(trial.job(job).selection, not_consent=[]))
    with pytest.raises(Invalid):
        trial.start_draft(job)


def test_two_columns_for_one_field_are_named(app, bob, trial: Trial, workflow):
    text = (REPORTS / "75_colliding_fields.csv").read_text()
    for mapping, sentence in (
        ({"1": "custom:Plan", "2": "custom:plan?"}, "“Plan” and “plan?” are both matched to plan?."),
        ({"3": "custom:Größe (cm)", "4": "custom:Grosse cm"}, "“Größe (cm)” and “Grosse cm”"),
        ({"1": "city", "5": "city"}, "“Plan” and “First name” are both matched to city."),
    ):
        with pytest.raises(Invalid) as refused:
            trial.start(text, workflow, mapping={"0": "email"} | mapping)
        assert sentence in refused.value.facts["fields"]["mapping"]


def test_the_use_cases_take_answers_from_anywhere(app, bob, trial: Trial, workflow):
    """As the JSON of an API would bring them."""
    with trial.acting():
        with (REPORTS / "96_status_inactive.csv").open("rb") as stream:
            upload = files.keep(bob.actor, stream, "people.csv")
        asked = files.questions_of(upload, {"0": "email"}, ConsentAnswers())
        assert asked.sentence == "Does this column say who may be contacted? “Status”."
        selection = FileSelection(
            upload.public_id,
            mapping={"0": "email", "3": "consent"},
            consent_words={"inactive": "no", "pending": "leave-out", "archived": "leave-out"},
        )
        wanted = JobRequest(selection, workflow_id=workflow)
        assert dry_run(bob.actor, wanted).selection.consent_words["inactive"] == "no"
        assert start_job(bob.actor, wanted).status == "pending"
