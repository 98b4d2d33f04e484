"""JSON from outside is read one way only, or refused."""

import pytest

from app.platform.strict_json import MOST_NESTED, NotStrict, parse_json


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a": [1, 2.5, "b", null, true]}', {"a": [1, 2.5, "b", None, True]}),
        (b' {"\xc3\xa4": "\\ud83d\\ude00"} ', {"ä": "😀"}),
        (str(-(2**63)), -(2**63)),
        ("[" * MOST_NESTED + "]" * MOST_NESTED, None),
    ],
)
def test_what_is_accepted(text: str | bytes, value: object) -> None:
    found = parse_json(text)
    assert value is None or found == value


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", ""),
        ("{", ""),
        ('{"a": 1,}', ""),
        ("{'a': 1}", ""),
        ('{"a": 1} {"a": 2}', ""),
        (b"\xff", ""),
        ('{"a": 1}'.encode("utf-16"), ""),
        ("\ufeff{}", ""),
        ('{"a": NaN}', ""),
        ('{"a": -Infinity}', ""),
        ('{"a": 1e999}', ""),
        ('{"a": ' + "9" * 21 + "}", ""),
        ('{"a": ' + "9" * 5000 + "}", ""),
        ('{"a": 1, "a": 2}', "a"),
        ('{"b": [{"a": 1, "b": 2, "a": 1}]}', "a"),
        ('{"a": {"b": "x\\u0000"}}', "a.b"),
        ('{"a": ["x", "\\ud800"]}', "a.1"),
        ('{"\\udfff": 1}', ""),
        ("[" * (MOST_NESTED + 2) + "]" * (MOST_NESTED + 2), ""),
        ("[" * 100_000, ""),
        ('{"a":' * 100_000, ""),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_refused(text: str | bytes, where: str) -> None:
    with pytest.raises(NotStrict) as refused:
        parse_json(text)
    assert refused.value.where == where and refused.value.sentence.endswith(".")
