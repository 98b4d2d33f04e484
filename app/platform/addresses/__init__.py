"""Parse email addresses and phone numbers into canonical keys, with one message for each problem.

Keys are computed here and never in SQL, because Python and databases disagree on lower case outside ASCII.
"""

from app.platform.addresses.email_cells import EmailReading, first_email
from app.platform.addresses.email_keys import FAST_PATH_LENGTH, email_key
from app.platform.addresses.phones import PhoneReading, has_country_code, phone_key, read_phone
from app.platform.addresses.problems import (
    EITHER_WAY,
    FIRST_NUMBER,
    FIRST_OF_SEVERAL,
    ONLY_ADDRESS,
    AddressProblem,
    explain,
)
from app.platform.addresses.text import INVISIBLE, text_before_invisible, trimmed, unquoted, without_invisible
from app.platform.addresses.typed_phones import phone_starts

__all__ = [
    "EITHER_WAY",
    "FAST_PATH_LENGTH",
    "FIRST_NUMBER",
    "FIRST_OF_SEVERAL",
    "INVISIBLE",
    "ONLY_ADDRESS",
    "AddressProblem",
    "EmailReading",
    "PhoneReading",
    "email_key",
    "explain",
    "first_email",
    "has_country_code",
    "phone_key",
    "phone_starts",
    "read_phone",
    "text_before_invisible",
    "trimmed",
    "unquoted",
    "without_invisible",
]
