"""What a person may type about themselves and their company, and how it is kept.

Problems come as {field: sentence}, so that each is shown where it can be mended.
"""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from app.accounts.domain.places import countries, is_zone

LONGEST_NAME = 120
STRONG_ENOUGH = 3  # of 0 to 4, see zxcvbn
ESTIMATED = 40  # characters, for the estimate takes longer than it is worth beyond
FEWEST_OF_ONES_OWN = 4


def person_problems(email: str, password: str, name: str, company: str = "") -> dict[str, str]:
    """What is wrong with a person's address, name and password. `company` only keeps it out of passwords."""
    fields: dict[str, str] = {}
    if problem := email_problem(email):
        fields["email"] = problem
    if len(normal_name(name)) > LONGEST_NAME:
        fields["name"] = f"Use at most {LONGEST_NAME} characters."
    if problem := password_problem(password, email, name, company):
        fields["password"] = problem
    return fields


def email_problem(email: str) -> str | None:
    """Why an address cannot be used to sign in, as a sentence, or None."""
    if not email.strip():
        return "Enter your email address."
    if not _is_email(email):
        return "Enter a complete email address, such as alice@example.com."
    return None


def account_problems(name: str, time_zone: str, country: str) -> dict[str, str]:
    """What is wrong with an account's name, zone and country."""
    fields: dict[str, str] = {}
    if len(normal_name(name)) > LONGEST_NAME:
        fields["account_name"] = f"Use at most {LONGEST_NAME} characters."
    if not is_zone(time_zone):
        fields["time_zone"] = "Choose a time zone from the list, such as Europe/Berlin."
    if country and country not in countries():
        fields["country"] = "Choose a country from the list."
    return fields


def password_problem(password: str, *about: str) -> str | None:
    """Why a password cannot be used, as a sentence, or None. `about` is what others know of the person:
    address, name, company."""
    if not password:
        return "Choose a password of at least 10 characters."
    if len(password) < 10:
        return "Use at least 10 characters."
    if len(password) > 128:
        return "Use at most 128 characters."
    own = [word for text in about for word in _words(text)]
    if len(_without(password, own)) < FEWEST_OF_ONES_OWN:
        return "Use something other than your name, email address, or company."
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # its words take 12 MB

    if zxcvbn(password[:ESTIMATED], own)["score"] < STRONG_ENOUGH:
        return "This password is common or easy to guess. Try three or four unrelated words."
    return None


def _words(text: str) -> list[str]:
    """A text and its parts, as somebody who guesses would use them."""
    plain = text.strip().casefold()[:200]
    return [plain, *(word for word in re.split(r"[^\w]+|_", plain) if len(word) > 2)] if plain else []


def _without(password: str, words: list[str]) -> str:
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return re.sub(r"[\W\d_]+", "", rest) if rest != password.casefold() else rest


def normal_name(name: str) -> str:
    """A name as it is kept: without control characters, which databases refuse, and superfluous spaces."""
    return " ".join("".join(one for one in name if one.isprintable() or one.isspace()).split())


def normal_email(email: str) -> str:
    """An address as it is kept; the address must be valid."""
    return validate_email(email.strip(), check_deliverability=False).normalized.lower()


def normal_password(password: str) -> str:
    """One spelling of accents, whatever keyboard they were typed on: sign-in compares this one."""
    return unicodedata.normalize("NFKD", password)


def _is_email(text: str) -> bool:
    try:
        validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        return False
    return len(text.strip()) <= 254
