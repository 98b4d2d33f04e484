"""A message with its values filled in."""

from dataclasses import dataclass
from typing import Literal

from app.workflows.domain.messages.sms_length import SmsLength


@dataclass(frozen=True, slots=True)
class Rendered:
    """`html`: the body of a letter, safe to show as it is; `text`: that of a bubble, with its `length`."""

    layout: Literal["letter", "bubble"]
    subject: str = ""
    preheader: str = ""
    html: str = ""
    text: str = ""
    length: SmsLength | None = None
