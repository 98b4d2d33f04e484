"""Links and the picture of an email that tell that somebody clicked or opened it."""

import re
from collections.abc import Callable
from html import escape, unescape
from typing import Final

TRAP: Final = "trap:"
_LINK: Final = re.compile(r'(<a [^>]*?href=")(https?://[^"]*)(")', re.IGNORECASE)


def with_tracking(html: str, click: Callable[[str], str], opened: str, besides: str) -> str:
    """Return an email's HTML whose links lead through `click(address)`, with a picture at `opened`, unless
    that is empty, and a link that only machines follow. Links to `besides` stay as they are: who unsubscribes
    has not clicked."""

    def led(found: re.Match[str]) -> str:
        address = unescape(found[2])
        return found[0] if address == besides else f"{found[1]}{escape(click(address))}{found[3]}"

    tracked = _LINK.sub(led, html)
    trap = f'<a href="{escape(click(TRAP))}" style="display:none" tabindex="-1" aria-hidden="true"></a>'
    picture = opened and f'<img src="{escape(opened)}" alt="" width="1" height="1" style="display:block">'
    return f"{trap}{tracked}{picture}"
