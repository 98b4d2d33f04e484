"""The kinds of values that are replaced, and what replaces them in a text, in plain words, and in an
identifier such as a tag."""

import re
from dataclasses import dataclass
from typing import Final

EMAIL_PLACEHOLDER: Final = "name@example.com"
PHONE_PLACEHOLDER: Final = "+1 202 555 0100"  # reserved for fiction
PLACEHOLDERS: Final = re.compile(
    r"(?<![\w.+-])(?:mailto:)?name@example\.com(?![\w-]|\.\w)|(?<![\d+])\+1 ?202 ?555 ?0100(?! ?\d)"
)
"""Placeholders that would be found again. Boundaries, so that firstname@example.com is none."""


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value. `tag` is the merge tag that replaces it (empty: always the placeholder), `plain` the
    placeholder in a text without merge tags, `word` the one in an identifier."""

    name: str
    label: str
    tag: str
    plain: str
    word: str

    @property
    def is_business(self) -> bool:
        """Whether it is a business detail of the account, not a value of a person."""
        return self.name.startswith("account.")


EMAIL: Final = Kind("email", "Email address", "contact.email", EMAIL_PLACEHOLDER, "email")
PHONE: Final = Kind("phone", "Phone number", "contact.phone", PHONE_PLACEHOLDER, "phone")
FULL_NAME: Final = Kind("full_name", "Full name", "contact.full_name", "Name", "name")
FIRST_NAME: Final = Kind("first_name", "First name", "contact.first_name", "Name", "name")
LAST_NAME: Final = Kind("last_name", "Last name", "contact.last_name", "Name", "name")
COMPANY: Final = Kind("company", "Company", "contact.company", "Company", "company")
CITY: Final = Kind("city", "City", "contact.city", "City", "city")
BIRTHDAY: Final = Kind("birthday", "Birthday", "contact.birthday", "Date", "date")
SENDER: Final = Kind("sender", "Sender", "", "", "")
LINK_PART: Final = Kind("link_part", "Part of a link", "", "", "")
OTHER: Final = Kind("other", "Other text", "", "[edit this]", "value")
ACCOUNT_NAME: Final = Kind("account.name", "Your business", "account.name", "Your business", "business")
ACCOUNT_PHONE: Final = Kind("account.phone", "Your phone", "account.phone", PHONE_PLACEHOLDER, "phone")
ACCOUNT_ADDRESS: Final = Kind(
    "account.postal_address", "Your postal address", "account.postal_address", "Address", "address"
)
ACCOUNT_LINKS: Final = tuple(
    Kind(f"account.{name}", label, f"account.{name}", "https://example.com", "link")
    for name, label in (
        ("website", "Your website"),
        ("booking_link", "Your booking page"),
        ("review_link", "Your review page"),
    )
)

KINDS: Final = {
    kind.name: kind
    for kind in (
        *(EMAIL, PHONE, FULL_NAME, FIRST_NAME, LAST_NAME, COMPANY, CITY, BIRTHDAY),
        *(SENDER, LINK_PART, OTHER, ACCOUNT_NAME, ACCOUNT_PHONE, ACCOUNT_ADDRESS, *ACCOUNT_LINKS),
    )
}

CHOOSABLE: Final = (OTHER, FULL_NAME, FIRST_NAME, LAST_NAME, EMAIL, PHONE, COMPANY, CITY, ACCOUNT_NAME)
"""What users may replace a text of their choice with."""


def custom_kind(field: str) -> Kind:
    """Return the kind of the values of a custom field, given its key."""
    label = field.replace("_", " ").strip().capitalize()
    return Kind(f"custom.{field}", label, f"contact.custom.{field}", "Value", "value")
