"""Rendering texts: values arrive, nothing fails, nothing runs away (W-05, W-06)."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from app.workflows.domain import MERGE_TAGS, analyse, render_email_body, render_text, sample_context
from app.workflows.domain.messages.liquid_filters import FILTERS
from tests.services.hangs import no_hang

PEOPLE: dict[str, Any] = {
    "contact": {
        "first_name": "Ann",
        "last_name": "O'Neill & Sons",
        "city": "",
        "company": None,
        "birthday": date(1990, 6, 1),
        "created_at": datetime(2026, 3, 3, 9, 5, tzinfo=UTC),
        "custom": {"size": 42.0, "sizes": ["S", "M"], "secret": {"token": "hidden"}},
    },
    "event": {"amount": Decimal("49.00")},
    "now": datetime(2026, 5, 1, tzinfo=UTC),
}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("Hi {{ contact.first_name }}", "Hi Ann"),
        ('Hi {{ contact.city | default: "you" }}', "Hi you"),
        ('Hi {{ contact.company | default: "you" }}', "Hi you"),
        ('Hi {{ contact.nothing.at.all | default: "you" }}', "Hi you"),
        ("{{ contact.last_name }}", "O'Neill & Sons"),
        ("{{ contact.last_name | escape }}", "O'Neill & Sons"),
        ("{{ contact.birthday }} / {{ contact.created_at }}", "June 1, 1990 / March 3, 2026, 9:05 AM"),
        ('{{ contact.birthday | date: "%d.%m." }}', "01.06."),
        ('{{ "now" | date: "%Y" }}', "2026"),
        ('{{ contact.first_name | date: "%Y" }}', "Ann"),
        ("{{ contact.custom.size }} {{ contact.custom.sizes }}", "42 S, M"),
        ("{{ contact.custom.secret }}", ""),
        ("{{ contact }}", ""),
        ("{{ event.amount | times: 2 }}", "98"),
        ("{{ event.amount | divided_by: 0 }}", "49.00"),
        ("{% if contact.city == blank %}no city{% else %}city{% endif %}", "no city"),
        ("{% unless contact.first_name %}x{% else %}y{% endunless %}", "y"),
        ("{% case contact.first_name %}{% when 'Ann' %}A{% else %}B{% endcase %}", "A"),
        ("{% for size in contact.custom.sizes %}[{{ size }}]{% endfor %}", "[S][M]"),
        ("{{ contact.first_name | upcase | append: '!' | replace: 'N', 'n' }}", "Ann!"),
        ("{{ 'a b' | url_encode }}", "a+b"),
        ("{{ contact.first_name | nonsense }}", "Ann"),
        ("{{ contact.first_name | truncate: 'many' }}", "Ann"),
        ("{{ contact.city.first.size }}{{ contact['first_name'] }}", "Ann"),
        ("broken {{ contact.first_name", "broken {{ contact.first_name"),
        ("broken {% if x %}{{ contact.first_name }}", "broken "),
        ("{% include 'x' %}ok", "ok"),
        ("no tags { at } all", "no tags { at } all"),
    ],
)
def test_texts_are_filled(text: str, result: str) -> None:  # W-06
    assert render_text(text, PEOPLE) == result


def test_a_subject_is_one_line() -> None:  # W-05
    context = {"contact": {"first_name": "Ann\r\nBcc: mallory@example.com\x00"}}
    assert (
        render_text(" Hi  {{ contact.first_name }}!", context, one_line=True)
        == "Hi Ann Bcc: mallory@example.com!"
    )


def test_every_merge_tag_has_a_sample_and_is_known() -> None:  # T-07
    context = sample_context(["shoe_size"])
    for tag in MERGE_TAGS.values():
        assert analyse(tag.liquid).tags == (tag.name,)
        assert render_text(tag.liquid, context) == tag.sample != ""
    assert render_text("{{ contact.custom.shoe_size }}", context) == "Shoe size"


def test_every_filter_forgives_nonsense() -> None:  # W-05
    values: list[Any] = ["", "x", None, -1, 2.5, ["a"], {}, object(), 10**400]
    context = {"contact": {"custom": {f"v{number}": value for number, value in enumerate(values)}}}
    for name in FILTERS:
        for one in range(len(values)):
            alone = f"{{{{ contact.custom.v{one} | {name} }}}}"
            for other in range(len(values)):
                pair = f"{{{{ contact.custom.v{one} | {name}: contact.custom.v{other} }}}}"
                assert render_text(f"{alone}{pair}.", context).endswith(".")


HOG = [
    "{{" * 10_000,
    "{{ " + " " * 19_000 + "}}",
    "{{" + " " * 19_990,
    "{% raw %}" * 2_200,
    "{% for i in (1..100000000) %}x{% endfor %}",
    "{% for i in (1..200) %}{% for j in (1..200) %}x{% endfor %}{% endfor %}",
    "{% for i in (1..200) %}{{ contact.first_name }}{{ contact.last_name }}{% endfor %}" * 70,
    "{{ 'aaaaaaaaaa'" + " | replace: 'a', 'aaaaaaaaaa'" * 12 + " }}",
    "{% assign x = 'aaaaaaaaaa' %}{% for i in (1..150) %}{% assign x = x | append: x %}{% endfor %}{{ x }}",
    "{{ 9 " + "| times: 999999999 " * 18 + "}}",
    "{{ contact.birthday | date: '%1000000000d' }}",
    "{{ a" + "[a" * 190 + "]" * 190 + " }}",
    "{% if a" + " and a" * 60 + " %}{% endif %}" * 1,
    "{% if contact.city %}" * 60 + "{% endif %}" * 60,
    "[" * 10_000,
    "![[" * 6_000,
    "*a " * 6_000,
    "> " * 9_000,
    "<" * 19_000,
]


@pytest.mark.parametrize("text", HOG, ids=range(len(HOG)))
def test_no_text_takes_long_or_grows_without_end(text: str) -> None:  # W-05
    with no_hang(30):
        analyse(text)
        plain, html = render_text(text, PEOPLE), render_email_body(text, PEOPLE).html
    assert len(plain) <= 250_000
    assert len(html) <= 1_500_000
