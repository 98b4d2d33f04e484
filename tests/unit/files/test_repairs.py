"""Addresses with a slip of one likely meaning are repaired; nobody else's address comes out.  # B-20"""

import pytest

from app.files.domain.checkup.repairs import KINDS, mended_cell, repair
from tests.services.hangs import no_hang


@pytest.mark.parametrize(
    ("cell", "kind", "address"),
    [
        ("dee\u200b12@example.com", "invisible", "dee12@example.com"),
        ("eli12@exam\xadple.com", "invisible", "eli12@example.com"),
        ("ann@exa\xa0mple.com", "invisible", "ann@example.com"),
        ("ann＠example.com", "at", "ann@example.com"),
        ("ann at example.com", "at", "ann@example.com"),
        ("ann(at)example.com", "at", "ann@example.com"),
        ("ann [at] example [dot] com", "at", "ann@example.com"),
        ("ann (ät) example (punkt) de", "at", "ann@example.de"),
        ("ann@@example.com", "double_at", "ann@example.com"),
        ("ann@ gmail.com", "space", "ann@gmail.com"),
        ("ann @gmail.com", "space", "ann@gmail.com"),
        ("ann@gmail .com", "space", "ann@gmail.com"),
        ("ann. lee@gmail.com", "space", "ann.lee@gmail.com"),
        ("ann@gmail,com", "comma", "ann@gmail.com"),
        ("ann@gmail;com", "comma", "ann@gmail.com"),
        ("ann@mail.example,co.uk", "comma", "ann@mail.example.co.uk"),
        ("ann@gmail..com", "dots", "ann@gmail.com"),
        ("ann@.gmail.com", "dots", "ann@gmail.com"),
        ("ann..lee@gmail.com", "dots", "ann.lee@gmail.com"),
        ("ann.@gmail.com", "dots", "ann@gmail.com"),
        ("ann@gmailcom", "ending", "ann@gmail.com"),
        ("ann@gmail", "ending", "ann@gmail.com"),
        ("<ann@example.com", "brackets", "ann@example.com"),
        ("ann@gmial,com", "comma", "ann@gmail.com"),
    ],
)
def test_slips_of_one_likely_meaning(cell, kind, address):
    found = repair(cell)
    assert found is not None
    assert (found.kinds[0], found.address) == (kind, address)
    assert kind in KINDS


@pytest.mark.parametrize(
    "cell",
    [
        *(
            "",
            "n/a",
            "see phone",
            "ann",
            "ann at home",
            "meet at noon at 5",
            "bob smith@example.com",
            "ann@example",
        ),
        *(
            "bob,smith@example.com",
            "ann@gmail.com, bob",
            "ann@gmail.com,bob",
            "ann@gmail.com,de",
            "a@b@c.com",
        ),
        *("ann@yahoo", "ann@webde.", "ann@exam ple.com", "@example.com", "ann@"),
    ],
)
def test_what_may_be_somebody_elses_stays(cell):
    assert repair(cell) is None


def test_only_what_was_agreed_to_is_mended():
    domains = {"gmial.com": "gmail.com"}
    assert mended_cell("gmial.com@gmial.com", domains, ()) == "gmial.com@gmail.com"
    assert (
        mended_cell("ann@GMIAL.com ::: bob@gmial.company", domains, ())
        == "ann@gmail.com ::: bob@gmial.company"
    )
    assert mended_cell("ann@example.com", domains, KINDS) == "ann@example.com"
    assert mended_cell("ann@gmail,com", domains, ()) == "ann@gmail,com"
    assert mended_cell("ann@gmail,com", domains, {"comma"}) == "ann@gmail.com"
    assert mended_cell("ann@ gmail,com", domains, {"comma"}) == "ann@ gmail,com", (
        "it has another slip as well"
    )
    assert mended_cell("ann@ gmail,com", domains, {"comma", "space"}) == "ann@gmail.com"


@pytest.mark.parametrize(
    "cell",
    [
        "@" * 100_000,
        "a@" + "." * 310,
        "( at )" * 50,
        " at " * 80,
        "a@" + " ." * 150,
        "<" * 320,
        "\u200b" * 320 + "@",
    ],
)
def test_whatever_the_cell_it_costs_little(cell):
    domains = {f"{number}.com": "gmail.com" for number in range(1_000)}
    with no_hang():
        for _ in range(200):
            repair(cell)
            mended_cell(cell, domains, KINDS)
