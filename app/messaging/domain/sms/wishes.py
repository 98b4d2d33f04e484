"""Keywords by which people opt out of text messages, or opt in again.

They are those that carriers require and the provider itself acts upon. They count only as the whole message:
“Please stop by at noon” is a reply.
"""

import re
from enum import StrEnum
from typing import Final


class Wish(StrEnum):
    STOP = "stop"
    START = "start"
    HELP = "help"


_WORDS: Final = {
    **dict.fromkeys(
        ("stop", "stopall", "unsubscribe", "cancel", "end", "quit", "optout", "revoke"), Wish.STOP
    ),
    **dict.fromkeys(("start", "yes", "unstop"), Wish.START),
    **dict.fromkeys(("help", "info"), Wish.HELP),
}
_AROUND = re.compile(r"^[\W_]+|[\W_]+$")


def wish_in(text: str, said: str = "") -> Wish | None:
    """Return what a text message asks for, or None if it is a reply. `said` is the provider's own reading,
    which knows keywords that the account has added there."""
    if said.lower() in set(Wish):
        return Wish(said.lower())
    return _WORDS.get(_AROUND.sub("", text).casefold())
