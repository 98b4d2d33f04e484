"""A page asks the database once for what several of its parts show, and shows nothing that has changed."""

from collections import Counter

import pytest
from flask import Flask

from app.accounts.application import business_details, change_business
from app.platform.database.page_reads import begin_page, end_page
from tests.people import Person
from tests.services.statements import statements

WEBSITE = "https://agency.example"


@pytest.mark.parametrize("page", ["/", "/settings/limits", "/settings/integrations", "/templates"])
def test_a_page_asks_for_nothing_twice(app: Flask, alice: Person, page: str) -> None:
    alice.get(page)
    with statements(app) as asked:
        assert alice.get(page).status_code == 200
    assert [one for one, times in Counter(asked).items() if times > 1] == []


def test_what_is_written_is_read_anew(app: Flask, alice: Person) -> None:
    with app.app_context():
        begin_page()
        assert business_details(alice.actor.account_id).website == ""
        with statements(app) as asked:
            business_details(alice.actor.account_id)
        assert asked == []
        change_business(alice.actor, {"website": WEBSITE})
        assert business_details(alice.actor.account_id).website == WEBSITE
        end_page()


def test_the_next_page_reads_anew(app: Flask, alice: Person) -> None:
    with app.app_context():
        assert WEBSITE not in alice.get("/settings/business").text
        change_business(alice.actor, {"website": WEBSITE})
        assert WEBSITE in alice.get("/settings/business").text
