"""At the terminal a question about consent ends the command, and an option answers it (B-20)."""

import pytest

from app.bulk_enrollment.presentation.jobs import commands
from tests.rooms.workflows.drafts import active
from tests.unit.files.contact_files import REPORTS

PAST_THE_QUESTIONS = "No background worker is running."


@pytest.fixture(autouse=True)
def _impatient(monkeypatch):
    """Without workers a command ends at once when it has come past the questions."""
    monkeypatch.setattr(commands, "PATIENCE_SECONDS", 0.0)


@pytest.fixture
def enroll(app, alice):
    active(app, alice.actor, "Win-back")

    def run(name, *options, command="enroll"):
        [path] = REPORTS.glob(f"{name}*.csv")
        target = ["--workflow", "Win-back", "--create-missing"] if command == "enroll" else []
        return app.test_cli_runner().invoke(args=[command, str(path), *target, *options])

    return run


def test_the_question_names_the_options_that_answer_it(enroll):
    ended = enroll("96")
    assert ended.exit_code == 1
    assert (
        "Does “Status” say who may be contacted? Active 2, Inactive 1, Pending 1, Archived 1." in ended.output
    )
    for option in (
        '--map "Status=consent"',
        '--map "Status=opt_out"',
        '--map "Status=ignore"',
        '--consent-word "Inactive=leave-out"',
    ):
        assert option in ended.output
    assert PAST_THE_QUESTIONS in enroll("96", "--map", "Status=ignore").output
    words = enroll("96", "--map", "Status=consent")
    assert words.exit_code == 1
    assert "Inactive 1 in Status" in words.output and '--consent-word "Archived=leave-out"' in words.output
    answers = [f"--consent-word={word}" for word in ("Inactive=no", "PENDING=leave-out", "archived=yes")]
    assert PAST_THE_QUESTIONS in enroll("96", "--map", "Status=consent", *answers).output
    rest = ("--consent-word", "Inactive=no", "--consent-word", "*=leave-out")
    assert PAST_THE_QUESTIONS in enroll("96", "--map", "Status=consent", *rest).output


def test_words_are_listed_with_their_counts(enroll):
    ended = enroll("16k")
    assert ended.exit_code == 1
    assert "Awaiting Confirmation 1 in Email status - home" in ended.output
    assert "No Permissions Set 1 in Email status - home" in ended.output
    assert PAST_THE_QUESTIONS in enroll("16k", "--consent-word", "Awaiting Confirmation=leave-out").output


@pytest.mark.parametrize("name", ["15", "16b", "16d", "35", "39", "45", "83b", "91", "103"])
def test_files_that_say_it_clearly_ask_nothing(enroll, name):
    assert PAST_THE_QUESTIONS in enroll(name).output


def test_a_column_about_another_channel_may_leave_people_out(app, alice, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text("Email,SMS_BLACKLISTED,Newsletter\na@example.com,Yes,yes\nb@example.com,,no\n")
    asked = app.test_cli_runner().invoke(args=["import", str(path)]).output
    option = '--map "SMS_BLACKLISTED=channel_opt_out"'
    assert f"{option}  it’s about another channel: leave out people who said no to it" in asked


def test_an_import_asks_too(enroll):
    assert "Does “Status” say who may be contacted?" in enroll("83a", command="import").output
    assert PAST_THE_QUESTIONS in enroll("83a", "--map", "Status=ignore", command="import").output


def test_several_columns_may_be_matched_to_consent_and_one_only_to_a_field(enroll):
    again = enroll("39", "--map", "Email status - work=consent", "--map", "Company=last_name")
    assert PAST_THE_QUESTIONS in again.output


def test_what_blank_means_is_asked_and_answered(app, enroll, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text(
        "Email,Accepts marketing,Newsletter\na@example.com,x,x\nb@example.com,,\nc@example.com,,x\n"
    )

    def run(*options):
        target = ["--workflow", "Win-back", "--create-missing"]
        return app.test_cli_runner().invoke(args=["enroll", str(path), *target, *options]).output

    asked = run()
    assert "2 of 3 cells in “Accepts marketing” are blank, and no other cell says no." in asked
    assert '--consent-word "=Accepts marketing=leave-out"' in asked
    assert '--consent-word "=Newsletter=leave-out"' in asked
    half = run("--consent-word", "=accepts Marketing=no")
    assert "=Newsletter=leave-out" in half and "=Accepts marketing=leave-out" not in half
    assert PAST_THE_QUESTIONS in run("--consent-word", "=Newsletter=yes", "--consent-word", "=no")
    assert PAST_THE_QUESTIONS in run("--consent-word", "*=leave-out")
    assert "What does blank mean?" in run("--consent-word", "*=yes"), (
        "a yes for blank is said in so many words"
    )
    assert "the file has no column “Club”" in run("--consent-word", "=Club=no")


def test_what_cannot_be_an_answer_is_refused(enroll):
    for option in ("Inactive", "Inactive=perhaps", "=perhaps"):
        ended = enroll("96", "--consent-word", option)
        assert ended.exit_code == 1
        assert "use WORD=ANSWER with yes, no or leave-out" in ended.output
    assert "use COLUMN=FIELD" in enroll("96", "--map", "Status=nonsense").output


def test_the_file_does_not_steer_the_terminal(app, alice, tmp_path):
    path = tmp_path / "list.csv"
    path.write_text('Email,"State\x1b[2J$(x)`"\na@example.com,yes\nb@example.com,"no\x1b]0;mine\x07"\n')
    ended = app.test_cli_runner().invoke(args=["import", str(path)])
    assert ended.exit_code == 1
    assert all(line.isprintable() for line in ended.output.splitlines()), ended.output
