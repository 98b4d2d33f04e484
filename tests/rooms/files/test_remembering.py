"""How an account matched the columns of a file is remembered for the next one with these headers (B-20)."""

import io

import pytest

from app.contacts.application import custom_fields
from app.files import application as files
from app.files.domain.consent.questions import ConsentAnswers
from tests.unit.files.contact_files import REPORTS


@pytest.fixture(autouse=True)
def _inside_the_app(app):
    with app.app_context():
        yield


def keep(person, content):
    return files.keep(person.actor, io.BytesIO(content), "people.csv")


def fields(person, upload):
    guesses = files.suggestion(person.actor.account_id, upload)
    return {guess.name: guess.field for guess in guesses}


def test_the_next_file_is_matched_alike_whatever_the_order_of_its_columns(alice, mallory):
    first = keep(alice, b"Mail,Level,Call me\nann@example.com,Gold,Annie\n")
    files.remember_mapping(alice.actor, first, {"0": "email", "1": "custom:Level", "2": "first_name"})
    same = keep(alice, b"call me,MAIL,level\nBobby,bob@example.com,Silver\n")
    assert fields(alice, same) == {"call me": "first_name", "MAIL": "email", "level": "custom:Level"}
    elsewhere = keep(mallory, b"Mail,Level,Call me\nann@example.com,Gold,Annie\n")
    assert fields(mallory, elsewhere)["Level"] == "ignore"


def test_a_column_named_like_a_custom_field_is_matched_to_it(alice, mallory):
    custom_fields.create_field(alice.actor, "Shoe size", "number")
    content = b"Mail,shoe SIZE,Shoe size,Other\nann@example.com,38,39,x\n"
    matched = {"Mail": "email", "shoe SIZE": "custom:Shoe size", "Shoe size": "ignore", "Other": "ignore"}
    assert fields(alice, keep(alice, content)) == matched
    assert fields(mallory, keep(mallory, content))["shoe SIZE"] == "ignore"
    chosen = keep(alice, content)
    files.remember_mapping(alice.actor, chosen, {"0": "email", "2": "custom:Shoe size"})
    assert fields(alice, chosen)["shoe SIZE"] == "ignore", "no field is matched twice"


def test_the_last_choice_counts(alice):
    upload = keep(alice, b"Mail,Nick\nann@example.com,Annie\n")
    files.remember_mapping(alice.actor, upload, {"0": "email", "1": "first_name"})
    files.remember_mapping(alice.actor, upload, {"0": "email"})
    assert fields(alice, upload) == {"Mail": "email", "Nick": "ignore"}


def test_columns_that_were_not_used_are_guessed_anew_and_no_field_twice(alice):
    upload = keep(alice, b"Mail,First name,Given name\nann@example.com,Ann,Ann\n")
    files.remember_mapping(alice.actor, upload, {"0": "email", "2": "first_name"})
    assert fields(alice, upload) == {"Mail": "email", "First name": "ignore", "Given name": "first_name"}
    files.remember_mapping(alice.actor, upload, {"0": "email"})
    assert fields(alice, upload)["First name"] == "first_name"


def test_what_is_remembered_never_hides_a_column_about_consent(alice):
    stage = keep(alice, (REPORTS / "83a_status_is_a_stage.csv").read_bytes())
    said = ConsentAnswers(not_consent=frozenset({3}))
    matched = {"0": "email", "1": "first_name", "2": "custom:Source"}
    files.remember_mapping(alice.actor, stage, matched, said)
    assert files.remembered_answers(alice.actor.account_id, stage) == said, (
        "the same words need no new answer"
    )
    consent = keep(alice, (REPORTS / "83b_status_is_consent.csv").read_bytes())
    assert fields(alice, consent)["Status"] == "consent"
    assert files.remembered_answers(alice.actor.account_id, consent).not_consent == frozenset()
    files.remember_mapping(alice.actor, stage, matched | {"3": "custom:Status"}, said)
    asked = files.questions_of(
        consent,
        {str(at): field for at, field in enumerate(fields(alice, consent).values())},
        files.remembered_answers(alice.actor.account_id, consent),
    )
    assert [question.name for question in asked.open_columns] == ["Status"]


def test_a_remembered_match_of_a_column_with_new_words_is_asked_about(alice):
    first = keep(alice, b"Mail,Level\nann@example.com,Gold\nbob@example.com,Silver\n")
    matched = {"0": "email", "1": "custom:Level"}
    files.remember_mapping(alice.actor, first, matched)
    second = keep(alice, b"Mail,Level\nann@example.com,yes\nbob@example.com,no\ncy@example.com,no\n")
    assert fields(alice, second)["Level"] == "custom:Level", "the match stays"
    asked = files.questions_of(second, matched, ConsentAnswers())
    assert [question.name for question in asked.open_columns] == ["Level"]
    said = ConsentAnswers(not_consent=frozenset({1}))
    assert not files.questions_of(second, matched, said).is_open
    files.remember_mapping(alice.actor, second, matched, said)
    third = keep(alice, b"Mail,Level\ndi@example.com,no\nel@example.com,yes\n")
    assert not files.questions_of(third, matched, ConsentAnswers()).is_open
    elsewhere = {"0": "email", "1": "custom:Something else"}
    assert not files.questions_of(second, elsewhere, ConsentAnswers()).is_open, "chosen now by a person"


def test_answers_about_words_are_remembered_and_new_words_ask_again(alice, mallory):
    first = keep(alice, b"Mail,Newsletter\nann@example.com,yes\nbob@example.com,On hold\n")
    matched = {"0": "email", "1": "consent"}
    files.remember_mapping(alice.actor, first, matched, ConsentAnswers(words={"on hold": "leave-out"}))
    other = keep(alice, b"Mail,Newsletter\nann@example.com,ON HOLD\nbob@example.com,Perhaps\n")
    for person, words in ((alice, ["Perhaps"]), (mallory, ["ON HOLD", "Perhaps"])):
        answers = files.remembered_answers(person.actor.account_id, other)
        asked = files.questions_of(other, matched, answers)
        assert sorted(word.text for word in asked.open_words) == words


def test_columns_of_the_same_name_stay_apart(alice):
    upload = keep(alice, b"Mail,Name,Name\nann@example.com,Ann,Lee\n")
    files.remember_mapping(alice.actor, upload, {"0": "email", "1": "first_name", "2": "last_name"})
    assert list(fields(alice, upload).values()) == ["email", "first_name", "last_name"]


def test_files_without_headers_are_not_remembered(alice):
    upload = keep(alice, b"ann@example.com,Ann\nbob@example.com,Bob\n")
    files.remember_mapping(alice.actor, upload, {"0": "email", "1": "first_name"})
    other = keep(alice, b"cleo@example.com,Paris\ndan@example.com,Rome\n")
    assert list(fields(alice, other).values()) == ["email", "ignore"]


def test_what_a_column_may_be():
    assert files.may_be_mapped_to("email")
    assert files.may_be_mapped_to("custom:Shoe size")
    assert not any(map(files.may_be_mapped_to, ("", "ignore", "custom", "custom: ", "password", "status")))


def test_what_is_kept_of_a_form_is_bounded(bob):
    upload = keep(bob, b"Email\nann@example.com\n")
    files.save_choices(bob.actor, upload, {f"column-{at}": ["x" * 2_000] for at in range(2_000)})
    kept = files.choices_of(bob.actor, upload, "nothing")
    assert kept is not None and "column-0" in kept
    assert sum(len(value) for values in kept.values() for value in values) < 500_000
