"""Nothing starts from a file before a person has said who may be contacted (B-20)."""

import re

import pytest

from tests.rooms.bulk_enrollment.jobs import forecast
from tests.rooms.files.mapping_pages import checked, choices_on, decide, text_of, tiles, uploaded
from tests.rooms.workflows.drafts import active
from tests.unit.files.contact_files import REPORTS

ADD = {"missing": "create", "consent_basis": "customer"}


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


def report(bob, workflow, name):
    """The address of the mapping page of one of the files."""
    [path] = REPORTS.glob(f"{name}*.csv")
    return uploaded(bob, workflow, path.read_bytes(), path.name)


def card(page):
    """The words of the questions, empty when there are none."""
    [found] = re.findall(r'<section id="consent"(.*?)</section>', page, re.DOTALL)
    return "" if " hidden" in found[: found.index(">")] else text_of(found.partition(">")[2])


def test_from_the_question_to_the_start(bob, workflow, run_tasks):
    address = report(bob, workflow, "96")
    page = bob.get(address).text
    assert "Does this column say who may be contacted? Status Active 2 rows Inactive 1 row" in card(page)
    for act in ("check", "start"):
        refused = decide(bob, address, act, **ADD)
        assert refused.status_code == 422
        assert "Answer these questions before you continue." in card(refused.text)
        assert 'href="#consent"' in refused.text
    refused = decide(bob, address, **ADD, **{"consent-column-3": "consent"})
    assert refused.status_code == 422
    assert "What do these values mean?" in card(refused.text)
    form = choices_on(refused.text)
    assert form["column-3"] == "consent"
    words = [name for name in form if name.startswith("consent-word:")]
    assert sorted(words) == ["consent-word:archived", "consent-word:inactive", "consent-word:pending"]
    answers = dict(zip(sorted(words), ("no", "leave-out", "yes"), strict=True))
    answer = bob.post(address, form | answers | {"act": "check"})
    assert answer.status_code == 303, card(answer.text)
    run_tasks()
    check = bob.get(answer.headers["Location"]).text
    assert forecast(check) == {"ENROLLED": 3, "CONTACT_BLOCKED": 2}
    back = re.search(r'href="([^"]+check=[^"]+)"', check)
    assert back and choices_on(bob.get(back[1].replace("&amp;", "&")).text)["consent-word:archived"] == "no"
    started = bob.post(f"{answer.headers['Location']}/start", {})
    assert started.status_code == 303
    run_tasks()
    page = bob.get(started.headers["Location"]).text
    assert "The file doesn’t clearly say this person may be contacted. The contact wasn’t changed." in page


def test_a_column_about_something_else_is_left_out_when_a_person_says_so(bob, workflow, run_tasks):
    address = report(bob, workflow, "96")
    check = checked(bob, address, **ADD, **{"consent-column-3": "no"})
    run_tasks()
    assert forecast(bob.get(check).text) == {"ENROLLED": 5}


def test_several_columns_are_answered_with_one_button(bob, workflow):
    address = uploaded(bob, workflow, b"Email,Club,Segeln\na@example.com,yes,no\nb@example.com,no,no\n")
    assert "Does one of these columns say who may be contacted? Club" in card(bob.get(address).text)
    answered = decide(bob, address, "none-about-consent", **ADD)
    assert answered.status_code == 200
    form = choices_on(answered.text)
    assert (form["consent-column-1"], form["consent-column-2"], form["missing"]) == ("no", "no", "create")
    assert bob.post(address, form | {"act": "check"}).status_code == 303


def test_one_answer_for_all_other_words(bob, workflow):
    address = report(bob, workflow, "82")
    assert "All values without an answer" in card(bob.get(address).text)
    answer = {"consent-word:cancelled": "no", "consent-rest": "leave-out"}
    assert decide(bob, address, **ADD, **answer).status_code == 303


BOXES = b"Email,Accepts marketing\na@example.com,x\nb@example.com,\nc@example.com,NULL\nd@example.com,x\n"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ("yes", {"ENROLLED": 4}),
        ("no", {"ENROLLED": 2, "CONTACT_BLOCKED": 2}),
        ("leave-out", {"ENROLLED": 2, "CONTACT_BLOCKED": 2}),
    ],
)
def test_what_a_box_without_a_tick_means_is_asked(bob, workflow, run_tasks, answer, expected):
    address = uploaded(bob, workflow, BOXES, "boxes.csv")
    page = bob.get(address).text
    sentence = (
        "2 of 4 cells in “Accepts marketing” are blank, and no other cell says no. What does blank mean?"
    )
    assert sentence in card(page)
    assert tiles(page)["Consent unclear"] == "2"
    assert decide(bob, address, **ADD).status_code == 422
    check = checked(bob, address, **ADD, **{"consent-word:=1": answer})
    run_tasks()
    assert forecast(bob.get(check).text) == expected
    started = bob.post(f"{check}/start", {})
    run_tasks()
    page = bob.get(started.headers["Location"]).text
    assert ("doesn’t clearly say this person may be contacted" in page) == (answer == "leave-out")
    again = bob.get(uploaded(bob, workflow, BOXES + b"e@example.com,\n", "boxes.csv")).text
    assert choices_on(again)["consent-word:=1"] == answer, "the same columns need no second answer"


def test_the_list_of_columns_and_the_question_speak_of_the_same_column(bob, workflow):
    address = report(bob, workflow, "96")
    form = choices_on(bob.get(address).text)
    in_list = choices_on(bob.post(address, form | {"act": "count", "column-3": "consent"}).text)
    assert in_list["consent-column-3"] == "consent"
    undone = choices_on(bob.post(address, in_list | {"act": "count", "column-3": ""}).text)
    assert (undone["column-3"], undone["consent-column-3"]) == ("", "")
    in_question = choices_on(bob.post(address, form | {"act": "count", "consent-column-3": "opt_out"}).text)
    assert in_question["column-3"] == "opt_out"
    undone = choices_on(bob.post(address, in_question | {"act": "count", "consent-column-3": "no"}).text)
    assert (undone["column-3"], undone["consent-column-3"]) == ("", "no")


def test_the_questions_follow_the_answers_without_a_new_page(bob, workflow):
    """The list of columns is not drawn again then, and still shows what it showed."""
    address = report(bob, workflow, "96")
    form = choices_on(bob.get(address).text)
    part = bob.htmx("post", f"{address}/consent", data=form | {"consent-column-3": "consent"}).text
    assert part.lstrip().startswith('<section id="consent"')
    form |= choices_on(part)
    assert form["column-3"] == "" and form["consent-column-3"] == "consent"
    form |= choices_on(
        bob.htmx("post", f"{address}/consent", data=form | {"consent-word:pending": "yes"}).text
    )
    assert (form["consent-column-3"], form["consent-word:pending"]) == ("consent", "yes")
    counted = bob.htmx("post", f"{address}/checkup", data=form).text
    assert tiles(counted)["Consent unclear"] == "2", "as a start would leave them out"
    sure = {"consent-word:inactive": "no", "consent-word:archived": "no", "act": "check"}
    assert bob.post(address, form | sure | ADD).status_code == 303


@pytest.mark.parametrize(
    ("name", "withheld", "unclear"),
    [
        ("15", "1", "1"),
        ("16b", "3", None),
        ("16d", "2", None),
        ("16k", "1", "2"),
        ("35", "1", None),
        ("45", "1", None),
        ("83b", "2", None),
        ("91", "2", None),
        ("103", "19", None),
    ],
)
def test_the_check_up_counts_who_is_not_to_be_contacted(bob, workflow, run_tasks, name, withheld, unclear):
    """The same figures as the job's, whose code it is."""
    address = report(bob, workflow, name)
    shown = tiles(bob.get(address).text)
    assert (shown["Opted out"], shown.get("Consent unclear")) == (withheld, unclear)
    check = checked(bob, address, **ADD, **{"consent-rest": "leave-out"})
    run_tasks()
    expected = forecast(bob.get(check).text)
    assert expected["CONTACT_BLOCKED"] == int(withheld) + int(unclear or 0)


def test_each_address_has_a_consent_column_of_its_own(bob, workflow):
    address = report(bob, workflow, "39")
    other = {"column-4": "", "column-7": "email"}
    page = decide(bob, address, "count", **other).text
    form = choices_on(page)
    assert (form["column-8"], form["column-9"]) == ("consent", "consent")
    assert tiles(page)["Opted out"] == "1"


def test_what_was_a_stage_may_be_consent_in_the_next_file(bob, workflow):
    """83a is remembered when it has started; the next file with these headers is judged by its own words."""
    first = report(bob, workflow, "83a")
    assert decide(bob, first, "start", **ADD).status_code == 422
    assert decide(bob, first, "start", **ADD, **{"consent-column-3": "no"}).status_code == 303
    again = bob.get(report(bob, workflow, "83a")).text
    assert choices_on(again)["consent-column-3"] == "no", "the same words need no second answer"
    second = bob.get(report(bob, workflow, "83b")).text
    assert choices_on(second)["column-3"] == "consent"
    assert tiles(second)["Opted out"] == "2"


def test_the_contact_numbers_of_another_program_are_left_out(bob, workflow):
    page = bob.get(report(bob, workflow, "41b")).text
    assert choices_on(page)["column-0"] == ""
    assert "Which column identifies your contacts?" in page


def test_nonsense_about_consent_does_no_harm(bob, workflow):
    address = report(bob, workflow, "96")
    nonsense = {
        "consent-column-3": "x",
        "consent-column-99": "consent",
        "consent-word:active": "no",
        "consent-word:": "yes",
        "consent-word:inactive": "perhaps",
        "consent-rest": "x",
        "consent-shown-3": "consent",
    }
    assert decide(bob, address, **ADD, **nonsense).status_code == 422
    many = {f"consent-word:{at}": "yes" for at in range(5_000)}
    assert decide(bob, address, **ADD, **many).status_code == 422


def test_words_of_the_file_are_shown_as_text(bob, workflow):
    text = 'Email,Newsletter\na@example.com,yes\nb@example.com,"<img src=x>"\nc@example.com,"{{ 7*7 }}""x"\n'
    page = bob.get(uploaded(bob, workflow, text.encode())).text
    assert "<img" not in page and "&lt;img src=x&gt;" in page and "{{ 7*7 }}" in page


def test_others_cannot_ask(bob, vera, mallory, workflow):
    address = report(bob, workflow, "96")
    assert vera.htmx("post", f"{address}/consent").status_code == 403
    assert mallory.htmx("post", f"{address}/consent").status_code == 404
