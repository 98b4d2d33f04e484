"""The format number: today's is read, a newer one is refused with a sentence (T-20)."""

from typing import Any

import pytest

from app.workflows.domain import FORMAT, UnreadableFormat, upgrade
from app.workflows.domain.definition.document import MIGRATIONS
from tests.unit.workflows.documents import definition, email


def test_todays_format_is_read_as_it_is() -> None:  # T-20
    document = definition(email())
    assert upgrade(document) is document


@pytest.mark.parametrize("document", [None, [], "x", {}, {"format": "1"}, {"format": True}, {"format": 0}])
def test_an_unknown_format_is_refused(document: Any) -> None:  # T-20
    with pytest.raises(UnreadableFormat):
        upgrade(document)


def test_a_newer_format_says_what_to_do() -> None:  # T-20
    with pytest.raises(UnreadableFormat, match=r"newer version of Muster \(format 2\).*Update Muster"):
        upgrade({"format": 2})


def test_there_is_a_way_forward_from_every_older_format() -> None:  # T-20
    assert sorted(MIGRATIONS) == list(range(1, FORMAT))
