"""Tokens of messages, which links to unsubscribe contain: 8 digits for the account, 24 random ones. Those of
older messages have 32 random digits."""

import re
import secrets
from typing import Final

_ACCOUNT_DIGITS: Final = 8
_TOKEN = re.compile("[0-9a-f]{32}")


def new_token(account_id: int) -> str:
    return f"{account_id % 16**_ACCOUNT_DIGITS:0{_ACCOUNT_DIGITS}x}{secrets.token_hex(12)}"


def is_token(text: str) -> bool:
    return _TOKEN.fullmatch(text) is not None


def likely_account(token: str) -> int:
    """Return the id of the account to look in first; of an older token, some number."""
    return int(token[:_ACCOUNT_DIGITS], 16)
