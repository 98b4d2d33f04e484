"""Where messages come from: a higher room, which knows the steps that plan them."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from app.messaging.domain.states import State
from app.messaging.infrastructure.store import Claimed


@dataclass(frozen=True)
class Content:
    """What a message says to its contact: `html` and `text` are the safe body of an email, without header and
    footer, or only `text` of an SMS. `merge_values` are the contact's values that it was written with, for
    JSON. `is_tracked`: its workflow wants to know of opens and clicks. `sender` is the address that its step
    wants it to be from, empty for the default."""

    address: str
    name: str
    merge_values: Mapping[str, Any]
    subject: str = ""
    preheader: str = ""
    html: str = ""
    text: str = ""
    is_tracked: bool = False
    sender: str = ""


class Settled(NamedTuple):
    """A message whose end is known, and the enrollment that has waited for it."""

    enrollment_id: int
    step_id: str
    visit: int
    state: State


SenderNames = Callable[[str], str]
"""address that a step has chosen, or "" → name of the sender"""


@dataclass(frozen=True)
class Source:
    """The room that messages come from.

    `write` takes the account, messages, and what names senders; it returns {message id: its content, or why
    it cannot be written, as a sentence}. `settled` is told what became of messages, in the transaction that
    records it at a time. `active` returns those of some workflows that may send at the moment.
    `stop` pauses a workflow for a reason in a sentence, in the caller's transaction; it returns False if the
    workflow is not active.
    """

    write: Callable[[int, Sequence[Claimed], SenderNames], Mapping[int, Content | str]]
    settled: Callable[[int, Sequence[Settled], datetime], None]
    active: Callable[[int, Collection[int]], Collection[int]]
    stop: Callable[[int, int, str], bool]


_sources: list[Source] = []


def register_source(source: Source) -> None:
    """Register the room that plans messages."""
    _sources[:] = [source]


def source() -> Source:
    return _sources[0]
