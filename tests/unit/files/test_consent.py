"""Consent is taken away by what a file says, and never given back by a doubtful word.  # B-20"""

import pytest

from app.files.domain.consent import consent_of


@pytest.mark.parametrize(
    ("said", "cells"),
    [
        (
            "yes",
            [
                "yes",
                "Y",
                "TRUE",
                "1",
                "Subscribed",
                "active",
                "ja",
                "oui",
                "Sí",
                "sì",
                "sim",
                "tak",
                "opted-in",
            ],
        ),
        (
            "unsubscribed",
            ["no", "N", "FALSE", "0", "Unsubscribed", "opted out", "nein", "non", "não", "nee", "nie"],
        ),
        (
            "unsubscribed",
            ["Abgemeldet", "désabonné", "dado de baja", "disiscritto", "uitgeschreven", "wypisany"],
        ),
        ("unsubscribed", ["pending", "not confirmed", "Non-subscribed", "inactive"]),
        ("bounced", ["bounced", "Hard Bounce", "cleaned", "unzustellbar", "rebotado", "odbity"]),
        ("blocked", ["blocked", "spam complaint", "gesperrt", "bloqué", "geblokkeerd"]),
        (None, ["", "  ", "Berlin", "2026-03-01", "perhaps", "-"]),
    ],
)
def test_words_of_a_consent_column(said, cells):
    assert {consent_of(cell) for cell in cells} == {said}


@pytest.mark.parametrize(
    ("cell", "field", "said"),
    [
        ("true", "opt_out", "unsubscribed"),
        ("ja", "opt_out", "unsubscribed"),
        ("2025-11-03 10:00", "opt_out", "unsubscribed"),
        ("03.11.2025", "opt_out", "unsubscribed"),
        ("unsubscribed", "opt_out", "unsubscribed"),
        ("bounced", "opt_out", "bounced"),
        ("false", "opt_out", None),
        ("no", "opt_out", None),
        ("", "opt_out", None),
        ("yes", "bounced", "bounced"),
        ("no", "bounced", None),
    ],
)
def test_in_an_opt_out_column_yes_is_the_bad_news(cell, field, said):
    assert consent_of(cell, field) == said
