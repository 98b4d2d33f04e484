"""The checks of every page find a fault in any row that is not like the rows before it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.services import axe

ROW = (
    '<li class="row{also}"><a href="/contacts/{number}">Contact {number}</a> <span{title}>{text}</span></li>'
)
PAGE = """<!doctype html><html lang="en"><title>Contacts</title><style>
    li {{ color: #000; background: #fff; padding: 1rem }} {styles}
</style><main><h1>Contacts</h1><ul>{rows}</ul></main></html>"""


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A page without an installation."""
    context = chromium.new_context()
    yield context.new_page()
    context.close()


def _problems(page: Page, styles: str = "", **odd: str) -> list[str]:
    """Return the problems of a page with 20 rows, of which the tenth has `odd`."""
    rows = [
        {"also": "", "title": "", "text": "New"} | (odd if number == 10 else {}) for number in range(1, 21)
    ]
    made = "".join(ROW.format(number=number, **row) for number, row in enumerate(rows, 1))
    page.set_content(PAGE.format(styles=styles, rows=made))
    return axe.problems(page)


def test_rows_without_a_fault(page: Page) -> None:
    assert _problems(page) == []


@pytest.mark.parametrize(
    ("selector", "odd"),
    [
        (".late", {"also": " late"}),
        (".row:has(b)", {"text": "<b>Late</b>"}),
        ("[aria-current]", {"title": ' aria-current="true"'}),
    ],
    ids=["its class", "an element in it", "its state"],
)
def test_a_contrast_fault_in_a_row_of_another_kind(page: Page, selector: str, odd: dict[str, str]) -> None:
    found = _problems(page, f"{selector} {{ color: #ccc !important }}", **odd)
    assert [line.split(":")[0] for line in found] == ["color-contrast"]


def test_a_contrast_fault_of_all_rows_is_named_for_some(page: Page) -> None:
    found = _problems(page, "li span { color: #ccc }")
    rows = [int(number) for number in re.findall(r"li:nth-child\((\d+)\) > span", "".join(found))]
    assert rows == [1, 2, 3, 20]


def test_a_fault_of_structure_in_any_row(page: Page) -> None:
    found = _problems(page, title=' aria-labelledby="nothing" role="img"', text="")
    assert [line.split(":")[0] for line in found] == ["role-img-alt"]
