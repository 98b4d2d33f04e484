"""What a form is made of, and how what a user enters about it is read."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

MAX_FORM_NAME: Final = 80
MAX_TITLE: Final = 120
MAX_INTRODUCTION: Final = 1_000
MAX_CONSENT_TEXT: Final = 1_000
MAX_BUTTON: Final = 40
MAX_THANKS: Final = 500
MAX_FORMS: Final = 100

OWN: Final = "custom."
OPTIONAL, REQUIRED = "optional", "required"
STANDARD: Final = ("first_name", "last_name", "phone", "company", "city", "country", "birthday")
"""The standard fields that a form may ask for, besides the email address, which every form asks for."""

_LIMITS: Final = {
    "title": MAX_TITLE,
    "introduction": MAX_INTRODUCTION,
    "consent_text": MAX_CONSENT_TEXT,
    "button": MAX_BUTTON,
    "thanks": MAX_THANKS,
}
TEXTS: Final = tuple(_LIMITS)
"""The texts that users write for a form."""

DEFAULT_BUTTON: Final = "Sign up"
DEFAULT_THANKS: Final = "Thank you for signing up."
DEFAULTS: Final = {"button": DEFAULT_BUTTON, "thanks": DEFAULT_THANKS}
"""Texts that forms have without their own. They are not stored, so a form follows a default that changes."""


@dataclass(frozen=True)
class AskedField:
    """A field that a form asks for: the key of a standard field, or `custom.` and the key of a custom one."""

    key: str
    is_required: bool


@dataclass(frozen=True)
class FormDetails:
    """What users decide about a form. `title` and `introduction` stand above its fields, `consent_text` is
    what everyone who submits it agrees to, `thanks` is shown afterward. `double_opt_in`: nothing is done
    before it was confirmed by email."""

    title: str
    introduction: str
    fields: tuple[AskedField, ...]
    consent_text: str
    button: str
    thanks: str
    double_opt_in: bool

    @property
    def stored_fields(self) -> list[list[Any]]:
        return [[one.key, one.is_required] for one in self.fields]

    @property
    def typed(self) -> dict[str, str]:
        """The texts from which `read_details` makes these details."""
        texts = {name: str(getattr(self, name)) for name in TEXTS}
        return texts | {"double_opt_in": "1" if self.double_opt_in else ""}

    @property
    def asked(self) -> dict[str, str]:
        """The fields, as `read_details` reads them."""
        return {one.key: REQUIRED if one.is_required else OPTIONAL for one in self.fields}


def stored_as_fields(stored: Any) -> tuple[AskedField, ...]:
    """Return the fields from what `FormDetails.stored_fields` has returned."""
    return tuple(AskedField(str(key), bool(is_required)) for key, is_required in stored)


def shown_text(name: str, stored: str) -> str:
    """Return a text of a form, or the default if none is stored."""
    return stored or DEFAULTS.get(name, "")


def stored_text(name: str, text: str) -> str:
    """Return what to store of a text of a form; nothing for the default."""
    return "" if text == DEFAULTS.get(name) else text


def default_consent(account_name: str) -> str:
    """Return the consent text that a new form begins with."""
    return f"I agree to receive emails from {account_name}. I can unsubscribe at any time."


def name_problem(name: str) -> str | None:
    """Return what is wrong with the name of a form, or None."""
    if not name:
        return "Enter a name."
    return f"Use at most {MAX_FORM_NAME} characters." if len(name) > MAX_FORM_NAME else None


def read_details(
    typed: Mapping[str, str], asked: Mapping[str, str], custom_keys: frozenset[str]
) -> FormDetails | dict[str, str]:
    """Return the details from texts by field, or {field: problem}. `asked` is {key: "optional" or
    "required"}; other values, and keys that don’t exist, are left out."""
    texts = {name: typed.get(name, "").replace("\r\n", "\n").strip() for name in TEXTS}
    problems = {
        name: f"Use at most {limit:,} characters."
        for name, limit in _LIMITS.items()
        if len(texts[name]) > limit
    }
    problems |= {name: sentence for name, sentence in _NEEDED.items() if not texts[name]}
    problems |= {
        name: "Use a single line."
        for name in ("title", "button")
        if any(ord(one) < 32 for one in texts[name])
    }
    if problems:
        return problems
    known = [
        *STANDARD,
        *(key for key in asked if key.startswith(OWN) and key.removeprefix(OWN) in custom_keys),
    ]
    return FormDetails(
        title=texts["title"],
        introduction=texts["introduction"],
        fields=tuple(
            AskedField(key, asked[key] == REQUIRED) for key in known if asked.get(key) in (OPTIONAL, REQUIRED)
        ),
        consent_text=texts["consent_text"],
        button=shown_text("button", texts["button"]),
        thanks=shown_text("thanks", texts["thanks"]),
        double_opt_in=bool(typed.get("double_opt_in")),
    )


_NEEDED: Final = {
    "title": "Enter a heading.",
    "consent_text": "Enter what people agree to. Without consent, you can’t email them.",
}
