"""What a person is asked about consent, and how long an answer holds.  # B-20"""

import pytest

from app.files.domain.cells.profile import FileProfile
from app.files.domain.consent.cells import blank_key, word_key
from app.files.domain.consent.columns import by_words
from app.files.domain.consent.questions import (
    ConsentAnswers,
    consent_questions,
    doubtful_matches,
    recalled,
    remembered,
)
from tests.unit.files.consent_files import read_consent
from tests.unit.files.contact_files import REPORTS


def report(name):
    return REPORTS / f"{name}.csv"


def test_words_that_are_not_understood_are_listed_with_their_counts():
    file = read_consent(report("16k_constantcontact_status"))
    assert file.words == {"Awaiting Confirmation": 1}
    assert [(word.text, word.count, word.answer) for word in file.questions.words] == [
        ("Awaiting Confirmation", 1, ""),
        ("No Permissions Set", 1, "leave-out"),
    ]
    assert file.questions.sentence == "Choose what these values mean: “Awaiting Confirmation” (1 row)."
    assert file.free == [3, 4, 6]


def test_the_person_says_what_each_word_means():
    path = report("82_consent_words")
    assert read_consent(path).words == {
        "Awaiting Confirmation": 1,
        "Temp hold": 1,
        "cancelled": 1,
        "Expired": 1,
    }
    answers = {"awaiting_confirmation": "yes", "temp_hold": "leave-out", "cancelled": "no", "expired": "no"}
    file = read_consent(path, **answers)
    assert not file.questions.is_open
    before = read_consent(path).free
    assert set(file.free) - set(before) == {3}, "only who was said to be free is free"


def test_a_column_that_may_say_it_is_asked_about_and_then_its_words():
    path = report("96_status_inactive")
    file = read_consent(path)
    assert file.questions.sentence == "Does this column say who may be contacted? “Status”."
    [question] = file.questions.columns
    assert [(word.text, word.count) for word in question.words] == [
        ("Active", 2),
        ("Inactive", 1),
        ("Pending", 1),
        ("Archived", 1),
    ]
    taken = read_consent(path, Status="consent")
    assert taken.asked == [] and set(taken.words) == {"Inactive", "Pending", "Archived"}
    assert taken.free == [1, 5]
    assert not read_consent(path, Status="no").questions.is_open


def test_several_columns_are_asked_about_at_once():
    file = read_consent("Email,Club,Segeln\na@example.com,yes,no\nb@example.com,no,no\n")
    assert file.asked == ["Club", "Segeln"]
    assert file.questions.sentence == "Does one of these columns say who may be contacted? “Club”, “Segeln”."


def test_one_word_in_several_columns_is_one_question():
    file = read_consent("Email,Newsletter,Consent\na@example.com,yes,PENDING\nb@example.com,pending,no\n")
    [word] = file.questions.open_words
    assert (word.key, word.count, list(word.columns)) == ("pending", 2, ["Newsletter", "Consent"])


def test_what_may_be_about_anything_is_settled_when_it_is_matched():
    names = ["Email", "Club", "Status"]
    profile = FileProfile.of_rows([["a@example.com", "yes", "New"], ["b@example.com", "no", "Lead"]], 3)
    mapping = {0: "email", 1: "custom:Club", 2: "custom:Status"}
    asked = consent_questions(names, True, profile, mapping, ConsentAnswers()).open_columns
    assert [question.name for question in asked] == ["Status"]


def test_too_many_words_to_list_are_left_out_and_said_so():
    rows = [["a@example.com", f"because {chr(97 + at % 26)}{chr(97 + at // 26)}"] for at in range(600)]
    names = ["Email", "Unsubscribe reason"]
    profile = FileProfile.of_rows(rows, 2, by_words(names))
    questions = consent_questions(names, True, profile, {1: "opt_out"}, ConsentAnswers())
    assert questions.unlisted == {"Unsubscribe reason": 400}
    assert len(questions.open_words) == 200


@pytest.mark.parametrize(
    "yes",
    ["x", "1", "true", "Yes", "✓", "Subscribed", "oui", "I agree to receive the newsletter", "2024-05-06"],
)
def test_blank_is_asked_about_where_a_column_says_nothing_but_yes(yes):
    text = f"Email,Newsletter\na@example.com,{yes}\nb@example.com,\nc@example.com,NULL\nd@example.com,{yes}\n"
    file = read_consent(text)
    if file.asked:
        file = read_consent(text, Newsletter="consent")
    [question] = [word for word in file.questions.open_words if word.is_blank]
    assert question.sentence == (
        "2 of 4 cells in “Newsletter” are blank, and no other cell says no. What does blank mean?"
    )
    assert not {2, 3} & set(file.free), "until there is an answer nobody is free"


@pytest.mark.parametrize(
    "cells",
    [
        ["yes", "no", ""],
        ["x", "-", "unsubscribed"],
        ["1", "0", ""],
        ["true", "false", "NULL"],
        ["enabled", "disabled", ""],
        ["Subscribed", "Not set", ""],
        ["yes", "yes", "yes"],
        ["", "", ""],
        ["no", "", ""],
    ],
)
def test_blank_says_nothing_where_a_column_can_say_no(cells):
    rows = "".join(f"p{at}@example.com,{cell}\n" for at, cell in enumerate(cells))
    questions = read_consent(f"Email,Newsletter\n{rows}").questions
    assert not [word for word in questions.words if word.is_blank]


def test_an_answer_about_blank_holds_for_its_column_and_is_remembered_by_name():
    names = ["Email", "Newsletter", "Offers", "Do not contact"]
    profile = FileProfile.of_rows([["a@example.com", "x", "x", "yes"], ["b@example.com", "", "", ""]], 4)
    mapping = {0: "email", 1: "consent", 2: "consent", 3: "opt_out"}

    def open_words(said):
        asked = consent_questions(names, True, profile, mapping, said)
        return [word.columns[0] for word in asked.open_words]

    assert open_words(ConsentAnswers()) == ["Newsletter", "Offers"]
    said = ConsentAnswers(words={blank_key(1): "no", "": "yes"})
    assert open_words(said) == ["Offers"]
    kept = remembered(names, profile, said)
    turned = [names[1], names[0], names[2]]
    assert recalled(kept, turned, profile).words.get(blank_key(0)) == "no"
    assert blank_key(1) not in recalled(kept, turned, profile).words


def test_one_answer_for_all_words_covers_blank_only_where_it_leaves_out():
    questions = read_consent(
        "Email,Newsletter\na@example.com,yes\nb@example.com,\nc@example.com,Perhaps\n"
    ).questions
    assert [word.shown for word in questions.open_words] == ["(blank)", "Perhaps"]
    assert set(questions.answered_alike("leave-out")) == {blank_key(1), "perhaps"}
    assert set(questions.answered_alike("yes")) == set(questions.answered_alike("no")) == {"perhaps"}


def test_a_match_that_was_remembered_settles_nothing_for_new_words():
    names = ["Email", "Level"]
    mapping = {0: "email", 1: "custom:Level"}

    def asked(kept, *words):
        rows = [[f"p{at}@example.com", word] for at, word in enumerate(words)]
        profile = FileProfile.of_rows(rows, 2)
        doubtful = doubtful_matches(kept, names, profile, mapping)
        questions = consent_questions(names, True, profile, mapping, ConsentAnswers(), doubtful)
        return [question.name for question in questions.open_columns]

    def kept(*words):
        rows = [[f"p{at}@example.com", word] for at, word in enumerate(words)]
        return remembered(names, FileProfile.of_rows(rows, 2), ConsentAnswers(), mapping)

    gold = kept("Gold", "Silver", "Gold")
    assert asked(gold, "yes", "no", "yes") == ["Level"]
    assert asked(gold, "silver", "Gold", "Bronze") == [], "plain words ask nothing"
    assert asked(kept("yes", "no", "yes"), "no", "yes", "YES") == []
    assert asked({}, "yes", "no", "yes") == ["Level"], "what was kept before knew no words"


def test_numbers_are_answers_of_their_own_and_dates_are_one():
    profile = FileProfile.of_rows([[f"step {at % 40}"] for at in range(400)], 1, {0})
    assert len({word_key(text) for text in profile.columns[0].values}) == 40
    dated = [[f"paused since 2024-0{at % 9 + 1}-1{at % 10}"] for at in range(400)]
    assert len(FileProfile.of_rows(dated, 1, {0}).columns[0].values) == 1


def profile_of(*words):
    return FileProfile.of_rows([[word] for word in words], 1, {0})


def test_an_answer_holds_for_the_same_words_only():
    names = ["Status"]
    kept = remembered(names, profile_of("New", "Lead"), ConsentAnswers(frozenset({0}), {"pending": "no"}))
    assert recalled(kept, names, profile_of("lead", "NEW")).not_consent == {0}
    assert recalled(kept, names, profile_of("Lead", "Unsubscribed")).not_consent == frozenset()
    assert recalled(kept, ["Stage"], profile_of("Lead")).not_consent == frozenset()
    assert recalled(kept, names, profile_of("Lead")).words == {"pending": "no"}
    assert recalled({}, names, profile_of("Lead")) == ConsentAnswers(frozenset(), {})


@pytest.mark.parametrize("said", ["yes", "no", "leave-out"])
def test_answers_of_the_same_word_are_kept_in_any_spelling(said):
    kept = remembered(["Status"], profile_of("x"), ConsentAnswers(words={word_key("Temp  HOLD"): said}))
    assert recalled(kept, ["Status"], profile_of("x")).words == {"temp hold": said}
