"""Nobody is enrolled of whom the file says outside its consent columns that they said no (B-20)."""

import io

import openpyxl
import pytest

from app.bulk_enrollment.application.jobs import start
from app.bulk_enrollment.presentation.jobs import commands
from app.files import application as files
from app.platform.errors import Invalid
from tests.rooms.bulk_enrollment.jobs import page_of, requested
from tests.rooms.bulk_enrollment.trial import Trial
from tests.rooms.contacts.people import add
from tests.rooms.files.mapping_pages import text_of, uploaded
from tests.rooms.workflows.drafts import active


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor)


@pytest.fixture
def run(trial: Trial, workflow):
    """Run a file through a job with the columns as guessed; returns its outcomes and the job."""

    def run(content, name="people.csv", **given):
        with trial.acting():
            data = content if isinstance(content, bytes) else content.encode()
            upload = files.keep(trial.actor, io.BytesIO(data), name)
            guesses = files.suggestion(trial.actor.account_id, upload)
            mapping = {str(one.index): one.field for one in guesses if one.field in files.MAPPABLE}
            said = {str(one.index): given.pop(one.name) for one in guesses if one.name in given}
            mapping = {at: field for at, field in mapping.items() if at not in said}
            mapping |= {at: field for at, field in said.items() if field != "no"}
            given["not_consent"] = [at for at, field in said.items() if field == "no"]
            chosen = {"missing": "create", "consent_basis": "customer", "mapping": mapping} | given
            job = start.start_job(trial.actor, requested(upload.public_id, chosen, workflow)).public_id
        trial.finish(job)
        trial.holds(job)
        return trial.outcomes(job), job

    return run


ADDED = "ENROLLED"


def test_a_cell_beyond_the_last_column(trial, run, bob):
    outcomes, job = run(
        "Email,Name\na@example.com,Ann,unsubscribed\nb@example.com,Bob\nc@example.com,Cy\nd@example.com,Di,,\n"
    )
    assert outcomes == ["CONTACT_BLOCKED file:unsubscribed", ADDED, ADDED, ADDED]
    contact = trial.contact("a@example.com")
    assert contact is not None and contact.status == "unsubscribed"
    assert "The file says this person has opted out. It says “unsubscribed”." in page_of(bob, job)


def test_cells_beyond_the_last_column_that_are_not_understood(run):
    text = (
        "Email,Name\na@example.com,Ann,yes\nb@example.com,Bob\nc@example.com,Cy,no\nd@example.com,Di\n"
        "e@example.com,E\n"
    )
    with pytest.raises(Invalid, match="Cells beyond the last column"):
        run(text)
    outcomes, _ = run(text, **{"Cells beyond the last column": "consent"})
    assert outcomes == [ADDED, ADDED, "CONTACT_BLOCKED file:no", ADDED, ADDED]


@pytest.mark.parametrize("blank", ["", ",,"])
def test_people_below_a_title_that_says_no(run, blank):
    outcomes, _ = run(
        f"Email,Name,City\na@example.com,Ann,Oslo\nUnsubscribed{blank}\nb@example.com,Bob,Rome\n"
        f"c@example.com,Cy,Rome\nSubscribed{blank}\nd@example.com,Di,Rome\n"
    )
    withheld = "CONTACT_BLOCKED file:Unsubscribed"
    assert outcomes == [ADDED, withheld, withheld, ADDED]


def test_a_title_that_is_not_understood_asks(run):
    text = "Email,Name,City\na@example.com,Ann,Oslo\nCancelled\nb@example.com,Bob,Rome\n"
    with pytest.raises(Invalid, match="Section title"):
        run(text)
    assert run(text, **{"Section title": "no"})[0] == [ADDED, ADDED]
    outcomes, _ = run(text, **{"Section title": "consent"}, consent_words={"cancelled": "leave-out"})
    assert outcomes == ["ALREADY_ENROLLED", "CONTACT_BLOCKED unclear:Cancelled"]


def test_titles_in_a_workbook(run):
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Members 2026", None], ["Name", "Email"], ["Ann", "a@example.com"], ["Verstorben", None],
        ["Bob", "b@example.com"], [None, None], ["Cy", "c@example.com"],
    ):  # fmt: skip
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    outcomes, _ = run(
        file.getvalue(),
        "club.xlsx",
        **{"Section title": "consent"},
        consent_words={"verstorben": "no"},
    )
    assert outcomes == [ADDED, *["CONTACT_BLOCKED file:Verstorben"] * 2]


@pytest.mark.parametrize(
    ("name", "above", "column"),
    [("unsubscribed_members_export.csv", "", "File name"), ("cleaned_members_1.csv", "", "File name"),
     ("people.csv", "Suppression list\n", "Section title")],
)  # fmt: skip
def test_a_whole_file_of_people_who_said_no_asks(run, name, above, column):
    text = f"{above}Email,Name\na@example.com,Ann\nb@example.com,Bob\n"
    with pytest.raises(Invalid, match=column):
        run(text, name)
    outcomes, _ = run(text, name, **{column: "consent"})
    assert all(outcome.startswith("CONTACT_BLOCKED file:") for outcome in outcomes)
    assert run(text.replace("@", "2@"), name, **{column: "no"})[0] == [ADDED, ADDED]


def test_remarks_beside_addresses_and_names(trial, run):
    rows = (
        "Ann,a@example.com", "Bob,DO NOT EMAIL <b@example.com>", "Cy,c@example.com (unsubscribed)",
        "Di,d@example.com - bounced", "E,e@example.com OPT OUT", "UNSUBSCRIBED,f@example.com",
        "Fay Ray,Fay Ray <g@example.com>", "Hal (do not contact),h@example.com",
    )  # fmt: skip
    outcomes, _ = run("\n".join(["Name,Email", *rows, ""]))
    assert [outcome.partition(" ")[0] for outcome in outcomes] == [
        ADDED, *["CONTACT_BLOCKED"] * 5, ADDED, "CONTACT_BLOCKED",
    ]  # fmt: skip
    assert outcomes[1] == "CONTACT_BLOCKED file:DO NOT EMAIL"
    statuses = [trial.contact(f"{name}@example.com").status for name in "abcde"]
    assert statuses == ["active", "unsubscribed", "unsubscribed", "bounced", "unsubscribed"]


def test_a_remark_that_may_mean_anything_asks(run):
    text = "Name,Email\nAnn,a@example.com\nzzz DO NOT USE,b@example.com\n"
    with pytest.raises(Invalid, match="Remarks in other columns"):
        run(text)
    outcomes, _ = run(
        text, **{"Remarks in other columns": "consent"}, consent_words={"do not use": "leave-out"}
    )
    assert outcomes[0] == ADDED and outcomes[1].startswith("CONTACT_BLOCKED")


def test_a_no_counts_for_every_address_of_its_row(trial, run):
    outcomes, _ = run(
        "Email,Second email,Owner email,Status\n"
        "b@example.com,,o@agency.example,subscribed\n"
        "a@example.com; b@example.com,c@example.com,o@agency.example,unsubscribed\n"
        "c@example.com,,,subscribed\no@agency.example,,,subscribed\nd@example.com,,,subscribed\n"
        "broken,e@example.com,,unsubscribed\ne@example.com,,,subscribed\n"
    )
    assert outcomes == [
        "CONTACT_BLOCKED file", "CONTACT_BLOCKED file", "CONTACT_BLOCKED file", ADDED, ADDED,
        "CONTACT_BLOCKED file", "DUPLICATE_IN_SELECTION 6",
    ] or outcomes[5:] == ["VALIDATION_ERROR no_at", "CONTACT_BLOCKED file"]  # fmt: skip
    for name in "abce":
        assert not trial.enrollments(f"{name}@example.com")


def test_a_no_counts_for_every_number_of_its_row(run):
    outcomes, _ = run(
        "Phone,Status\n+4915112345678,subscribed\n+4915112345679 / +4915112345678,unsubscribed\n",
        identifier="phone",
    )
    assert outcomes == ["CONTACT_BLOCKED file"] * 2


def test_a_later_no_for_somebody_who_is_no_contact_yet(app, trial, workflow, bob):
    """Whoever becomes a contact between the plan and the start is not enrolled either."""
    text = "Email,Newsletter\na@example.com,yes\nb@example.com,yes\na@example.com,no\n"
    draft = trial.draft(text, workflow, mapping={"0": "email", "1": "consent"})
    trial.run_tasks()
    assert trial.verdicts(draft) == ["CONTACT_NOT_FOUND", "CONTACT_NOT_FOUND", "DUPLICATE_IN_SELECTION 1"]
    for name in "ab":
        add(app, bob.actor, f"{name}@example.com")
    trial.start_draft(draft)
    trial.finish(draft)
    assert trial.outcomes(draft) == ["CONTACT_BLOCKED file", ADDED, "DUPLICATE_IN_SELECTION 1"]


def test_a_no_in_a_row_with_a_value_that_is_too_long(trial, run):
    long = "x" * 500
    outcomes, _ = run(
        f"Email,First name,Newsletter\na@example.com,Ann,yes\nb@example.com,{long},no\n"
        f"c@example.com,{long},yes\nb@example.com,Bob,yes\n"
    )
    assert outcomes == [
        ADDED,
        "CONTACT_BLOCKED file",
        "VALIDATION_ERROR value_too_long",
        "DUPLICATE_IN_SELECTION 2",
    ]


def test_the_terminal_asks_about_the_file(app, alice, monkeypatch, tmp_path):
    monkeypatch.setattr(commands, "PATIENCE_SECONDS", 0.0)
    active(app, alice.actor, "Win-back")
    path = tmp_path / "unsubscribed_2026.csv"
    path.write_text("Email,Name\na@example.com,Ann\n")

    def enroll(*options):
        command = ["enroll", str(path), "--workflow", "Win-back", "--create-missing", *options]
        return app.test_cli_runner().invoke(args=command)

    ended = enroll()
    assert ended.exit_code == 1
    assert "The file is called “unsubscribed_2026.csv”. Are these people who said no?" in ended.output
    assert '--map "File name=ignore"' in ended.output
    assert "No background worker is running." in enroll("--map", "File name=ignore").output
    assert "No background worker is running." in enroll("--map", "File name=consent").output


def test_the_mapping_page_asks_about_the_file(bob, workflow):
    address = uploaded(bob, workflow, b"Email,Name\na@example.com,Ann\n", "Abgemeldet 2026.csv")
    assert "The file is called “Abgemeldet 2026.csv”. Are these people who said no?" in text_of(
        bob.get(address).text
    )


def test_a_download_keeps_the_section_and_the_cells_as_they_are(bob, run):
    _, job = run(
        "Email,Name\na@example.com,Ann,unsubscribed\nOpt-outs,\nb@example.com,Bob\nc@example.com,Cy\n"
        "d@example.com,Di\n"
    )
    text = bob.get(f"/enrollments/{job}/rows.csv").data.decode("utf-8-sig")
    lines = text.replace('"', "").splitlines()
    assert lines[0].startswith("Email,Name,Section title,outcome,reason")
    assert lines[1].endswith(",unsubscribed") and lines[2].startswith(
        "b@example.com,Bob,Opt-outs,CONTACT_BLOCKED"
    )


def test_another_sheet_of_people_who_said_no_is_pointed_out(bob, workflow):
    file = io.BytesIO()
    book = openpyxl.Workbook()
    book.active.title = "Newsletter"
    unsubscribed, notes = book.create_sheet("Unsubscribed"), book.create_sheet("Notes")
    for sheet, rows in ((book.active, "abc"), (unsubscribed, "a"), (notes, "b")):
        for row in (["Email"], *([f"{one}@example.com"] for one in rows)):
            sheet.append(row)
    book.save(file)
    page = bob.get(uploaded(bob, workflow, file.getvalue(), "people.xlsx")).text
    told = text_of(page).partition("Another sheet may list people who don’t want to be contacted")[2]
    assert told.strip().startswith("Unsubscribed isn’t read with this sheet")
    assert 'id="refusing-sheets"' not in bob.get(uploaded(bob, workflow)).text


def test_a_note_that_allows_another_channel_only_is_a_no(run):
    notes = [
        "nur telefonisch",
        "Contact by phone only",
        "asked us to stop",
        "bitte nur per Post",
        "tylko telefonicznie",
    ]
    rows = [f"a{at}@example.com,Ann,{note}\n" for at, note in enumerate(notes)]
    text = f"Email,Name,Notes\n{''.join(rows)}b@example.com,Bob,likes blue\n"
    outcomes, _ = run(text, Notes="consent_note")
    assert outcomes == [*["CONTACT_BLOCKED file"] * len(notes), ADDED]
