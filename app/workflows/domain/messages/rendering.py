"""A rendered message."""

import re
from dataclasses import dataclass
from html import unescape
from typing import Literal

from app.workflows.domain.messages.sms_length import SmsLength

INLINE = re.compile(r"</?(?:a|code|em|strong)\b[^>]*>")
TAG = re.compile(r"<[^>]*(?:>|$)")
READ, SHOWN = 4_000, 200


@dataclass(frozen=True, slots=True)
class Rendered:
    """`html` is the safe HTML body of a letter (email), `text` the same as plain text; a bubble (SMS) has a
    `text` with its `length`."""

    layout: Literal["letter", "bubble"]
    subject: str = ""
    preheader: str = ""
    html: str = ""
    text: str = ""
    length: SmsLength | None = None

    @property
    def inbox_text(self) -> str:
        """What inboxes show of an email behind its subject: the preheader, or how the text begins."""
        begin = unescape(TAG.sub(" ", INLINE.sub("", self.html[:READ])))
        return self.preheader or " ".join(begin.split())[:SHOWN]
