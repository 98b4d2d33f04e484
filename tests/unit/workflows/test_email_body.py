"""An email's Markdown becomes HTML that no contact's data can change (W-05)."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest

from app.workflows.domain import render_email_body, sample_context

ATTACKS = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "[click](https://mallory.example.com)",
    "![x](https://mallory.example.com/pixel.png)",
    "<https://mallory.example.com>",
    "https://mallory.example.com/look",
    "**bold** _it_ `code`",
    "\n\n# Heading\n\n- list\n\n> quote\n\n```\ncode\n```\n\n---\n",
    "[ref]\n\n[ref]: https://mallory.example.com",
    "&lt;b&gt; &amp; &#60;script&#62;",
    "javascript:alert(1)",
    "{{ account.name }}{% if true %}x{% endif %}",
    "mergeq0q0x mergeq0q1x",
    "</p></td></table><h1>x",
    "a\u202eb\x00c\u2028d",
    "\\*",
    "    indented",
]

PLACES = [
    "Hi {{ contact.first_name }}, good to have you.",
    "# {{ contact.first_name }}",
    "{{ contact.first_name }}",
    "**{{ contact.first_name }}** and _{{ contact.first_name }}_",
    "- one\n- {{ contact.first_name }}\n",
    "> {{ contact.first_name }}",
    "`{{ contact.first_name }}`",
    "```\n{{ contact.first_name }}\n```",
    "    {{ contact.first_name }}",
    "[{{ contact.first_name }}](https://example.com)",
    "![{{ contact.first_name }}](https://example.com/a.png)",
    "{% assign n = contact.first_name | upcase | append: '.' %}{{ n }}",
    "{{ contact.first_name | escape }} {{ contact.first_name | url_encode }}",
    "{% for i in (1..3) %}{{ contact.first_name }}{% endfor %}",
]


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            assert name in ("href", "src", "alt", "title", "class", "start"), name
            if name in ("href", "src"):
                self.links.append(value or "")

    def handle_data(self, data: str) -> None:
        self.words += data


def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def named(value: Any) -> dict[str, Any]:
    context = sample_context()
    context["contact"]["first_name"] = value
    return context


def render(text: str, value: Any = "Ann") -> str:
    return render_email_body(text, named(value)).html


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("place", PLACES)
def test_a_value_is_only_ever_text(place: str, attack: str) -> None:  # W-05
    plain, attacked = read(render(place)), read(render(place, attack))
    assert [tag for tag in attacked.tags if tag != "br"] == [tag for tag in plain.tags if tag != "br"]
    assert attacked.links == plain.links
    if "{{ contact.first_name }}" in place and "![" not in place:
        shown = re.sub(r"\s+", "", re.sub("[\x00\u2028\u202e]", "", attack))
        assert shown in re.sub(r"\s+", "", attacked.words)


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "place",
    [
        "[go](https://example.com/?n={{ contact.first_name }})",
        "[go](https://example.com/{{ contact.first_name }}/x)",
        "<https://example.com/?n={{ contact.first_name }}>",
        "https://example.com/?n={{ contact.first_name }} and more",
        "[go]({{ account.website }}?n={{ contact.first_name }})",
        "[go][there]\n\n[there]: https://example.com/?n={{ contact.first_name }}",
    ],
)
def test_a_value_inside_an_address_stays_one_word_of_it(place: str, attack: str) -> None:  # W-05
    (link,) = read(render(place, attack)).links
    assert re.fullmatch(r"https://(www\.)?example\.com/?(\?n=)?[A-Za-z0-9%._~-]*(/x)?", link), link


@pytest.mark.parametrize(
    ("value", "link"),
    [
        ("https://shop.example.com/a?b=c", ["https://shop.example.com/a?b=c"]),
        ("shop.example.com", ["https://shop.example.com"]),
        ("https://example.com/ä b", []),
        ("javascript:alert(1)", []),
        ("JaVaScRiPt:alert(1)", []),
        ("java\tscript:alert(1)", []),
        ("data:text/html,x", []),
        ("vbscript:x", []),
        ("//mallory.example.com", []),
        ("/relative", []),
        ("https://good.example.com@mallory.example.com", []),
        ("https://good.example.com\\@mallory.example.com", []),
        ("", []),
        (None, []),
    ],
)
def test_a_value_as_a_whole_address_has_to_be_a_safe_one(value: Any, link: list[str]) -> None:  # W-05
    html = render("[Your page]({{ contact.first_name }})", value)
    assert read(html).links == link
    assert "Your page" in html


@pytest.mark.parametrize(
    ("text", "link"),
    [
        ("[Book]({{ account.booking_link }})", "https://book.example.com/harbor"),
        ("Book here: {{ account.booking_link }}.", "https://book.example.com/harbor"),
        ("[Leave]({{ unsubscribe_link }})", "https://example.com/unsubscribe"),
        ("[Write](mailto:{{ contact.email }})", "mailto:nora.lindqvist@example.com"),
        ("[Call](tel:{{ account.phone }})", "tel:+442079460456"),
        ("[Call](tel:+4420794601)", "tel:+4420794601"),
        ("[Go](https://example.com/a?b=c&d=e#f)", "https://example.com/a?b=c&d=e#f"),
        ("See https://example.com/a_b_c?d=e.", "https://example.com/a_b_c?d=e"),
        ("(https://example.com/a)", "https://example.com/a"),
        ("[Go](www.example.com/x)", "https://www.example.com/x"),
        ("[Go](https://example.com/?e={{ contact.email | url_encode }})", "https://example.com/?e=nora.lindqvist%40example.com"),
        ("[Go](https://example.com/?e={{ contact.email }})", "https://example.com/?e=nora.lindqvist%40example.com"),
        ("**[Go](https://example.com)**", "https://example.com"),
        ("[Go](https://{{ account.website }})", "https://www.example.com"),
        ("[Go](https://{{ account.website }}/x)", "https://www.example.com/x"),
    ],
)  # fmt: skip
def test_links_keep_working(text: str, link: str) -> None:  # W-05
    assert read(render(text)).links == [link]


def test_an_address_in_the_words_of_a_link_is_not_a_second_link() -> None:  # W-05
    assert read(render("[https://example.com/a](https://example.com/b)")).links == ["https://example.com/b"]
    assert read(render("[{{ account.website }}]({{ account.website }})")).links == ["https://www.example.com"]


def test_markdown_of_the_author_works_and_html_does_not() -> None:  # W-05
    html = render("# Hi {{ contact.first_name }}\n\n1. one\n2. **two**\n\n<b>no</b>\n\n---\n")
    assert read(html).tags == ["h1", "ol", "li", "li", "strong", "p", "hr"]
    assert "&lt;b&gt;" in html


def test_lines_of_a_value_stay_lines() -> None:  # W-05
    assert "1 Quay Street<br />\nBristol" in render("{{ account.postal_address }}")


def test_empty_values_leave_no_ruins() -> None:  # W-05
    assert render("{{ contact.first_name }}\n\nHello", None) == "<p>Hello</p>\n"
    assert render("**{{ contact.first_name }}**", None) == ""
    assert render("Dear {{ contact.first_name }},", None) == "<p>Dear ,</p>\n"


def test_conditions_choose_paragraphs() -> None:  # W-05
    text = "A\n\n{% if contact.first_name == 'Ann' %}\nB\n{% else %}\nC\n{% endif %}\n\nD"
    assert read(render(text)).words.split() == ["A", "B", "D"]
    assert read(render(text, "Bob")).words.split() == ["A", "C", "D"]
