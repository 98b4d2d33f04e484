"""People who sign up with a form while a test kills workers."""

from itertools import count, islice
from typing import Any

from app.forms import application as forms
from app.forms.infrastructure import queries
from tests.chaos.siege import Siege
from tests.rooms.forms.forming import TEXTS
from tests.unit.workflows.documents import rule

FORM = "Under fire"


class Visitors:
    """The people of one test: their addresses begin with `name`, and end like those of people who get what
    only some get."""

    def __init__(self, siege: Siege, name: str) -> None:
        self._siege, self._name = siege, name
        self._path = _path_of_form(siege)
        self._numbers = count(1)
        self.addresses: list[str] = []

    @property
    def trigger(self) -> dict[str, Any]:
        """The trigger that puts them into a workflow."""
        filters = {"all": [rule("contact.email", "starts_with", self._name)]}
        return {"type": "form_submitted", "enabled": True, "config": {"form": FORM}, "filters": filters}

    def come(self, people: int) -> None:
        browser = self._siege.app.test_client()
        for number in islice(self._numbers, people):
            address = f"{self._name}{number}0@example.com"
            given = {"email": address, "agrees": "y"}
            place = {"REMOTE_ADDR": f"10.0.0.{number}"}  # a few are welcome from one place
            assert browser.post(self._path, data=given, environ_base=place).status_code == 200
            self.addresses.append(address)


def _path_of_form(siege: Siege) -> str:
    actor = siege.actor
    with siege.trial.acting():
        known = queries.forms_of(actor.account_id)
        if not known:
            forms.create_form(actor, FORM, TEXTS, {})
            known = queries.forms_of(actor.account_id)
        return f"/f/{known[0].public_id}"
