"""How an account matched the columns of a file is remembered for the next one with these headers (B-20)."""

import io

import pytest

from app.files import application as files


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


def test_the_last_choice_counts(alice):
    upload = keep(alice, b"Mail,Nick\nann@example.com,Annie\n")
    files.remember_mapping(alice.actor, upload, {"0": "email", "1": "first_name"})
    files.remember_mapping(alice.actor, upload, {"0": "email"})
    assert fields(alice, upload) == {"Mail": "email", "Nick": "ignore"}


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
