"""An SMS is counted as networks count it."""

import pytest

from app.workflows.domain.messages.sms_length import sms_length


@pytest.mark.parametrize(
    ("text", "characters", "parts"),
    [
        ("", 0, 0),
        ("x" * 160, 160, 1),
        ("x" * 161, 161, 2),
        ("x" * 306, 306, 2),
        ("x" * 307, 307, 3),
        ("€" * 80, 160, 1),
        ("Grüße, ñandú\nÅ", 14, 1),
        ("ж" * 70, 70, 1),
        ("ж" * 71, 71, 2),
        ("🎉" * 35, 70, 1),
        ("🎉" * 36, 72, 2),
        ("x" * 152 + "€" + "x" * 152, 306, 3),
        ("€" * 153, 306, 3),
        ("🎉" * 67, 134, 3),
    ],
)
def test_characters_and_parts(text: str, characters: int, parts: int) -> None:
    length = sms_length(text)
    assert (length.characters, length.parts) == (characters, parts)


def test_what_makes_it_expensive_is_named_once() -> None:
    assert sms_length("Hi 🎉🎉 ж").wide == ("🎉", "ж")
    assert sms_length("Hi €").wide == ()
