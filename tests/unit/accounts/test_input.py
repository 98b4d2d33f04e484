"""What a person may type about themselves and their company."""

import pytest

from app.accounts.domain import leaked_passwords
from app.accounts.domain.input import (
    EASY_TO_GUESS,
    LEAKED,
    account_problems,
    normal_email,
    normal_password,
    password_problem,
    person_problems,
)
from app.accounts.domain.regions import countries, country_of, former_names, zones_by_area
from ops.leaked_passwords import made_of
from tests.services.hangs import no_hang


def test_good_input_has_no_problems() -> None:
    assert person_problems("alice@example.com", "correct horse battery", "Alice") == {}
    assert account_problems("Agency", "Europe/Berlin", "DE") == {}
    assert account_problems("", "UTC", "") == {}


@pytest.mark.parametrize(
    "email", ["alice", "alice@", "@example.com", "alice@example", "a b@example.com", "é@.com"]
)
def test_an_incomplete_address_is_named_at_its_field(email: str) -> None:
    assert list(person_problems(email, "correct horse battery", "")) == ["email"]


@pytest.mark.parametrize("password", ["", "too short", "a" * 40, "abcabcabcabc", "x1" * 65])
def test_a_weak_password_is_named_at_its_field(password: str) -> None:
    assert list(person_problems("alice@example.com", password, "")) == ["password"]


@pytest.mark.parametrize(
    "password",
    [
        *("password123", "Password123!", "P@ssw0rd123", "qwertyuiop", "1234567890", "iloveyou123"),
        *("letmein1234", "passwordpassword", "abcdefghij", "trustno1trustno1", "welcome2024", "Summer2024!"),
        *("Summer2024!!", "monkey123456!", "2019-Berlin-2019", "!!!football!!!"),
    ],
)
def test_common_passwords_are_refused(password: str) -> None:
    problem = password_problem(password)
    assert problem in (LEAKED, EASY_TO_GUESS)


# Each is in lists of leaked passwords, and was random to everything else.
@pytest.mark.parametrize(
    "password", ["josephphone7", "JosephPhone7", "neymar4santos", "fggjkbyfhbz", "zerosevenzerotwo0702"]
)
def test_leaked_passwords_are_refused(password: str) -> None:
    assert password_problem(password) == LEAKED


def test_the_list_of_leaked_passwords_is_as_long_as_it_has_to_be() -> None:
    kept = leaked_passwords.FILE.read_bytes()
    length = leaked_passwords.LENGTH
    digests = [kept[at : at + length] for at in range(0, len(kept), length)]
    assert len(digests) > 45_000
    assert digests == sorted(set(digests)), "it is searched by halves"
    made = made_of(["kurz\n", "josephPhone7\n", "JOSEPHPHONE7\r\n", "x" * 129])
    assert made == leaked_passwords.digest_of("josephphone7")
    assert made in digests


@pytest.mark.parametrize(
    "password",
    [
        "alice@example.com",
        "ALICE@EXAMPLE.COM",
        "Alice Agency",
        "agencyalice1",
        "Alice-2024!!",
        "example.com1",
    ],
)
def test_what_others_know_of_somebody_is_no_password(password: str) -> None:
    assert password_problem(password, "alice@example.com", "Alice", "Agency") is not None


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "gr\u00fc\u00dfe aus k\u00f6ln", "x7Kq!mz0Pw", "alice loves tulips green"],
)
def test_a_good_password_is_taken(password: str) -> None:
    assert password_problem(password, "alice@example.com", "Alice", "Agency") is None


def test_judging_a_password_takes_no_time() -> None:
    with no_hang():
        for password in ("a1" * 64, "ab" * 64, "(){}" * 32, "qwerty" * 21, "\u212a" * 128):
            password_problem(password, *["x" * 200] * 3)


def test_every_problem_is_told_at_once() -> None:
    assert set(person_problems("", "", "x" * 121)) == {"email", "name", "password"}
    assert set(account_problems("x" * 121, "Europe/Nowhere", "XX")) == {
        "account_name",
        "time_zone",
        "country",
    }


def test_an_address_is_kept_in_one_spelling() -> None:
    assert normal_email("  Alice@Example.COM ") == "alice@example.com"


def test_accents_typed_in_two_ways_are_one_password() -> None:
    assert normal_password("gr\u00fc\u00dfe aus k\u00f6ln") == normal_password(
        "gru\u0308\u00dfe aus ko\u0308ln"
    )


def test_zones_and_countries_can_be_chosen_from() -> None:
    zones = {zone for places in zones_by_area().values() for zone, _ in places}
    assert {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires", "Asia/Kolkata"} <= zones
    assert not {"Asia/Calcutta", "Europe/Kiev", "America/Buenos_Aires", "US/Eastern"} & zones
    assert former_names()["Asia/Calcutta"] == "Asia/Kolkata"
    assert zones_by_area("Asia/Calcutta")["Other"] == [("Asia/Calcutta", "Asia/Calcutta")]
    assert "Other" not in zones_by_area("Asia/Kolkata") and "Other" not in zones_by_area("Atlantis/Sunken")
    assert countries()["DE"] == "Germany"
    assert not {"EU", "ZZ", "UN"} & set(countries())


def test_a_time_zone_tells_its_country() -> None:
    assert country_of("Europe/Berlin") == "DE"
    assert country_of("Asia/Calcutta") == "IN"
    assert country_of("UTC") == ""
