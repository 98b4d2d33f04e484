"""Validation and normalization of users' and accounts' input.

Problems are returned as {field: sentence}, so that pages can show each next to its field.
"""

import re
import unicodedata

from email_validator import EmailNotValidError, validate_email

from app.accounts.domain.leaked_passwords import is_leaked
from app.accounts.domain.regions import countries, is_zone

MAX_NAME_LENGTH = 120
MIN_PASSWORD_LENGTH = 10
MAX_PASSWORD_LENGTH = 128
MIN_STRENGTH_SCORE = 3  # zxcvbn score, 0 to 4
MAX_SCORED_LENGTH = 40  # characters; zxcvbn is slow on long passwords
MIN_ORIGINAL_CHARACTERS = 4
MIN_WORD_LENGTH = 4
LEAKED = "This password appears in a list of leaked passwords. Choose another one."
EASY_TO_GUESS = "This password is common or easy to guess. Try three or four unrelated words."


def person_problems(email: str, password: str, name: str, company: str = "") -> dict[str, str]:
    """Validate a user's email address, name, and password; return {field: sentence}.

    `company` is not validated; it must not be part of the password.
    """
    fields: dict[str, str] = {}
    if problem := email_problem(email):
        fields["email"] = problem
    if len(normal_name(name)) > MAX_NAME_LENGTH:
        fields["name"] = f"Use at most {MAX_NAME_LENGTH} characters."
    if problem := password_problem(password, email, name, company):
        fields["password"] = problem
    return fields


def email_problem(email: str) -> str | None:
    """Return a sentence that says what is wrong with an email address, or None."""
    if not email.strip():
        return "Enter your email address."
    if not _is_email(email):
        return "Enter a complete email address, such as alice@example.com."
    return None


def account_problems(name: str, time_zone: str, country: str) -> dict[str, str]:
    """Validate an account's name, time zone, and country (ISO 3166 alpha-2); return {field: sentence}."""
    fields: dict[str, str] = {}
    if len(normal_name(name)) > MAX_NAME_LENGTH:
        fields["account_name"] = f"Use at most {MAX_NAME_LENGTH} characters."
    if not is_zone(time_zone):
        fields["time_zone"] = "Choose a time zone from the list, such as Europe/Berlin."
    if country and country not in countries():
        fields["country"] = "Choose a country from the list."
    return fields


def sub_account_problems(name: str) -> dict[str, str]:
    """Validate the name of a sub-account; return {field: sentence}."""
    if not normal_name(name):
        return {"name": "Enter a name."}
    return (
        {"name": f"Use at most {MAX_NAME_LENGTH} characters."}
        if len(normal_name(name)) > MAX_NAME_LENGTH
        else {}
    )


def password_problem(password: str, *about: str) -> str | None:
    """Return a sentence that says why a password is rejected, or None.

    `about`: texts that an attacker may know, such as email address, name, and company.
    """
    if not password:
        return f"Choose a password of at least {MIN_PASSWORD_LENGTH} characters."
    if len(password) < MIN_PASSWORD_LENGTH:
        return f"Use at least {MIN_PASSWORD_LENGTH} characters."
    if len(password) > MAX_PASSWORD_LENGTH:
        return f"Use at most {MAX_PASSWORD_LENGTH} characters."
    own = [word for text in about for word in _words(text)]
    if len(_without(password, own)) < MIN_ORIGINAL_CHARACTERS:
        return "Use something other than your name, email address, or company."
    if is_leaked(normal_password(password)):
        return LEAKED
    from zxcvbn import zxcvbn  # type: ignore[import-untyped]  # lazy: its dictionaries take 12 MB

    if _is_decorated_word(password) or (
        zxcvbn(password[:MAX_SCORED_LENGTH], own)["score"] < MIN_STRENGTH_SCORE
    ):
        return EASY_TO_GUESS
    return None


def _is_decorated_word(password: str) -> bool:
    """Return whether a password is one common word or name with digits and punctuation around it, such as
    “Summer2026!!”. Lists of leaked passwords are full of them, but zxcvbn takes the rest for random."""
    from zxcvbn.matching import RANKED_DICTIONARIES  # type: ignore[import-untyped]

    found = re.fullmatch(r"[\W\d_]*([^\W\d_]+)[\W\d_]*", password.casefold())
    word = found[1] if found else ""
    return len(word) >= MIN_WORD_LENGTH and any(word in words for words in RANKED_DICTIONARIES.values())


def _words(text: str) -> list[str]:
    """Return the lowercase text and its words of three or more characters."""
    plain = text.strip().casefold()[:200]
    return [plain, *(word for word in re.split(r"[^\w]+|_", plain) if len(word) > 2)] if plain else []


def _without(password: str, words: list[str]) -> str:
    """Remove `words`. If any was found, remove digits and punctuation as well, so that only letters count."""
    rest = password.casefold()
    for word in sorted(words, key=len, reverse=True):
        rest = rest.replace(word, "")
    return re.sub(r"[\W\d_]+", "", rest) if rest != password.casefold() else rest


def normal_name(name: str) -> str:
    """Remove control characters, which databases reject, and collapse whitespace."""
    return " ".join("".join(one for one in name if one.isprintable() or one.isspace()).split())


def normal_email(email: str) -> str:
    """Return a valid email address in its stored form: normalized and lowercase."""
    return validate_email(email.strip(), check_deliverability=False).normalized.lower()


def normal_password(password: str) -> str:
    """Return the NFKD form, which is the one that is hashed, so that keyboards that encode accents
    differently produce the same password."""
    return unicodedata.normalize("NFKD", password)


def _is_email(text: str) -> bool:
    try:
        validate_email(text.strip(), check_deliverability=False)
    except EmailNotValidError:
        return False
    return len(text.strip()) <= 254
