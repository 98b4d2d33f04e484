"""Audit entries in words that rooms bring along."""

from dataclasses import dataclass, field
from typing import Any

import pytest

from app.activity.domain.sentences import AuditWords, Kind, Subject, kinds_of, label_of, sentence_of

BOAT = Subject("the boat ", "a boat", "fleet", lambda number: f"/boats/{number}")
HARBOR = AuditWords(
    {"boat_built": "built {it}", "boat_sold": "sold {it} for good"},
    subjects={
        "boat": lambda facts: Subject("the ferry ", "a ferry", "fleet") if facts.get("ferry") else BOAT,
        "captain": Subject("", "a captain", "crew"),
    },
    details={"boat_built": lambda facts: f"of {facts['of']}" if facts.get("of") else ""},
    kinds={"fleet": Kind("Boats", "All boats"), "crew": Kind("All hands", "All crew activity")},
    labels={"boat_sold": "sold a boat or ferry"},
)
PIER = AuditWords(
    {"pier_repaired": "repaired {it}"}, subjects={"pier": Subject("the pier ", "a pier", "fleet")}
)
ROOMS = [PIER, HARBOR]


@dataclass
class Told:
    action: str
    subject: str
    subject_id: str = "7"
    user_name: str = "Alice"
    facts: dict[str, Any] = field(default_factory=dict)


@pytest.mark.parametrize(
    ("entry", "words", "url"),
    [
        (Told("boat_built", "boat", facts={"name": "Vega"}), "built the boat Vega", "/boats/7"),
        (Told("boat_built", "boat", facts={"of": "oak"}), "built a boat of oak", "/boats/7"),
        (Told("boat_sold", "boat"), "sold a boat for good", "/boats/7"),
        (Told("boat_sold", "boat", facts={"ferry": 1, "name": "Io"}), "sold the ferry “Io” for good", ""),
        (Told("pier_repaired", "pier"), "repaired a pier", ""),
        (Told("pier_repaired", "captain", facts={"name": "Ann"}), "repaired Ann", ""),
        (Told("something_new", "boat", facts={"name": "Vega"}), "something new the boat Vega", "/boats/7"),
        (Told("something_new", "spaceship"), "something new", ""),
    ],
)
def test_an_entry_in_words(entry: Told, words: str, url: str) -> None:
    sentence = sentence_of(entry, ROOMS)
    assert (sentence.text, sentence.url) == (f"Alice {words}", url)


def test_a_name_that_is_known_today_is_used() -> None:
    assert sentence_of(Told("boat_built", "boat"), ROOMS, "Vega").text == "Alice built the boat Vega"


def test_the_filter_offers_the_kinds_of_all_rooms_by_label() -> None:
    kinds = kinds_of(ROOMS)
    assert list(kinds) == ["crew", "fleet"]
    assert kinds["fleet"] == Kind("Boats", "All boats", ("pier", "boat")) and kinds["crew"].subjects == (
        "captain",
    )


@pytest.mark.parametrize(
    ("action", "label"),
    [("boat_built", "Built a boat"), ("boat_sold", "Sold a boat or ferry"), ("boat_painted", "")],
)
def test_what_the_filter_calls_an_action(action: str, label: str) -> None:
    assert label_of(action, "boat", ROOMS) == label
