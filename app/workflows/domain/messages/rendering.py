"""A rendered message."""

from dataclasses import dataclass
from typing import Literal

from app.workflows.domain.messages.sms_length import SmsLength


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
