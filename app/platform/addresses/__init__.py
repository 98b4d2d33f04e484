"""Email addresses and phone numbers as keys: one spelling for one mailbox, one sentence for each fault.

Keys are made here and never in SQL, because Python and databases disagree on lower case outside ASCII.
"""

from app.platform.addresses.cells import EmailReading, first_email
from app.platform.addresses.keys import FAST_LENGTH, email_key
from app.platform.addresses.phones import PhoneReading, is_written_abroad, phone_key, read_phone
from app.platform.addresses.problems import (
    FIRST_NUMBER,
    FIRST_OF_SEVERAL,
    ONLY_ADDRESS,
    AddressProblem,
    explain,
)
from app.platform.addresses.text import INVISIBLE, after_what, trimmed, unquoted, without_invisible

__all__ = [
    "FAST_LENGTH",
    "FIRST_NUMBER",
    "FIRST_OF_SEVERAL",
    "INVISIBLE",
    "ONLY_ADDRESS",
    "AddressProblem",
    "EmailReading",
    "PhoneReading",
    "after_what",
    "email_key",
    "explain",
    "first_email",
    "is_written_abroad",
    "phone_key",
    "read_phone",
    "trimmed",
    "unquoted",
    "without_invisible",
]
