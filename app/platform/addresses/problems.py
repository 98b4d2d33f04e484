"""Problems of email addresses and phone numbers, and notes about them: a slug and a sentence each."""

from enum import Enum
from typing import Final


class AddressProblem(Enum):
    """Why a cell has no usable address or number. The value is the stable slug stored with a row."""

    BLANK = "blank"
    NO_AT = "no_at"
    TWO_ATS = "two_ats"
    MANY_ATS = "many_ats"
    ODD_AT = "odd_at"
    INVISIBLE = "invisible"
    WITH_NAME = "with_name"
    SPACE = "space"
    NO_LOCAL = "no_local"
    NO_DOMAIN = "no_domain"
    TOO_LONG = "too_long"
    DOTS = "dots"
    QUOTED = "quoted"
    IP_DOMAIN = "ip_domain"
    NO_DOT = "no_dot"
    RESERVED_DOMAIN = "reserved_domain"
    BAD_DOMAIN = "bad_domain"
    BAD_LOCAL = "bad_local"
    LIST_BROKEN = "list_broken"
    COMMA = "comma"
    PHONE_BLANK = "phone_blank"
    PHONE_NO_NUMBER = "phone_no_number"
    PHONE_NO_COUNTRY = "phone_no_country"
    PHONE_SHORTENED = "phone_shortened"
    PHONE_TOO_SHORT = "phone_too_short"
    PHONE_TOO_LONG = "phone_too_long"
    PHONE_IMPOSSIBLE = "phone_impossible"
    PHONE_EXTENSION = "phone_extension"

    @property
    def sentence(self) -> str:
        """The message shown to users."""
        return _SENTENCES[self.value]


FIRST_OF_SEVERAL: Final = "first_of_several"
"""The note of a row whose cell held several addresses."""
ONLY_ADDRESS: Final = "only_address"
"""The note of a row whose cell held more than its address: a name, brackets, a trailing semicolon."""
FIRST_NUMBER: Final = "first_number"
"""The note of a row whose cell held several phone numbers."""
EITHER_WAY: Final = "either_way"
"""The note of a row whose phone number is likely both with and without a country code in front."""

_SENTENCES: Final[dict[str, str]] = {
    "blank": "The row has no email address.",
    "no_at": "The address has no @ sign.",
    "two_ats": "The address has two @ signs.",
    "many_ats": "The address has more than two @ signs.",
    "odd_at": "The address has a look-alike instead of a real @ sign.",
    "invisible": "The address has an invisible character.",
    "with_name": "The cell contains more than an address, and it’s unclear which part is the address.",
    "space": "The address contains a space.",
    "no_local": "The address has nothing before the @ sign.",
    "no_domain": "The address has nothing after the @ sign.",
    "too_long": "The address is too long: mail servers accept at most 254 characters.",
    "dots": "The address has a dot in the wrong place: at the start or end, or next to another dot.",
    "quoted": "The address has quotation marks, which aren’t supported.",
    "ip_domain": "The address ends in a number in brackets instead of a domain name.",
    "no_dot": "The part after the @ sign has no ending such as .com.",
    "reserved_domain": "This domain can’t receive mail: its ending is reserved for testing and local use.",
    "bad_domain": "The part after the @ sign isn’t a valid domain name.",
    "bad_local": "The part before the @ sign has a character that isn’t allowed.",
    "list_broken": "The cell contains several entries, and not all of them are addresses.",
    "comma": "The address has a comma instead of a dot.",
    "phone_blank": "The row has no phone number.",
    "phone_no_number": "This isn’t a phone number.",
    "phone_no_country": "The number has no country code, such as +49.",
    "phone_shortened": "A spreadsheet shortened this number; its last digits are lost.",
    "phone_too_short": "The phone number is too short.",
    "phone_too_long": "The phone number is too long.",
    "phone_impossible": "The number has the wrong length for its country.",
    "phone_extension": "The number has an extension, so it may belong to more than one person.",
    FIRST_OF_SEVERAL: "The cell contains several addresses; the first one is used.",
    ONLY_ADDRESS: "The cell contains more than an address; only the address is used.",
    FIRST_NUMBER: "The cell contains several phone numbers; the first one is used.",
    EITHER_WAY: "It’s unclear whether this number starts with a country code. Check how it was read.",
}


def explain(slug: str) -> str:
    """Return the sentence for the slug of a problem or note.

    `invisible:dee` includes the text before the invisible character. Raises KeyError for an unknown slug.
    """
    kind, _, place = slug.partition(":")
    if kind == "invisible" and place:
        return f"The address has an invisible character after “{place}”."
    return _SENTENCES[kind]
