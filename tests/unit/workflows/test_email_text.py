"""The plain-text part of an email."""

import pytest

from app.workflows.domain.messages.email_body import render_email_body


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ("Hello\n\nWorld", "Hello\n\nWorld"),
        ("# News\n\nMore *words* and `code`", "News\n\nMore words and code"),
        ("one\\\ntwo", "one\ntwo"),
        ("one\ntwo", "one two"),
        ("[our site](https://example.com/a)", "our site (https://example.com/a)"),
        ("https://example.com/a", "https://example.com/a"),
        ("[example.com](https://example.com)", "example.com"),
        ("- a\n- b\n\nafter", "- a\n- b\n\nafter"),
        ("- a\n\n- b", "- a\n\n- b"),
        ("3. c\n4. d", "3. c\n4. d"),
        ("- a\n  - b\n- c", "- a\n  - b\n- c"),
        ("before\n\n***\n\nafter", "before\n\n--------------------\n\nafter"),
        ("> said", "said"),
        ("![a boat](https://example.com/boat.png)", "a boat"),
        ("", ""),
    ],
)
def test_markdown_as_text(markdown: str, text: str) -> None:
    assert render_email_body(markdown, {}).text == text


def test_values_are_no_markup() -> None:
    context = {"contact": {"first_name": "*Eve* [x](https://evil.example)"}}
    assert (
        render_email_body("Hi {{ contact.first_name }}", context).text == "Hi *Eve* [x](https://evil.example)"
    )
