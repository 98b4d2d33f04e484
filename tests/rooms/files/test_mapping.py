"""The mapping page: figures, choices, refusals at their fields, nothing typed is lost (B-04, B-20, B-28)."""

import re

import pytest

from app.files.application import people_count
from tests.rooms.bulk_enrollment.jobs import all_jobs
from tests.rooms.contacts.people import add
from tests.rooms.files.mapping_pages import (
    LIST,
    checked,
    choices_on,
    decide,
    enroll_page,
    text_of,
    tiles,
    uploaded,
)
from tests.rooms.workflows.drafts import active
from tests.unit.files.contact_files import EXPORTS
from tests.unit.files.test_exports import FILES


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


@pytest.mark.parametrize("name", sorted(FILES))
def test_the_nine_exports_are_counted(bob, workflow, name):
    rows, good, duplicates, faulty, withheld, _ = FILES[name]
    page = bob.get(uploaded(bob, workflow, (EXPORTS / name).read_bytes(), name)).text
    assert tiles(page) == {
        "Rows in file": str(rows),
        "Valid email addresses": str(good),
        "New contacts": str(good),
        "Duplicates": str(duplicates),
        "Invalid or blank": str(faulty),
        "Opted out": str(withheld),
    }


def test_columns_come_with_a_guess_and_examples(bob, workflow):
    page = bob.get(uploaded(bob, workflow)).text
    chosen = choices_on(page)
    assert [chosen[f"column-{at}"] for at in range(3)] == ["full_name", "email", ""]
    assert "Ann Lee" in page and "Gold" in page
    assert 'value="custom:Plan"' in page
    assert chosen["identifier"] == "email"


def test_who_is_known_and_who_has_opted_out(app, bob, workflow):
    add(app, bob.actor, "ann@example.com")
    gone = add(app, bob.actor, "bob@example.com")
    bob.post(f"/contacts/{gone}/unsubscription")
    people = LIST + b"Cleo,cleo@example.com,\n"
    page = bob.get(uploaded(bob, workflow, people)).text
    assert tiles(page)["New contacts"] == "1"
    assert "2 existing, 1 of them can’t be contacted" in text_of(page)
    assert "1 of 3 people isn’t in your contacts yet." in text_of(page)
    assert choices_on(page)["missing"] == "skip"


def test_when_most_are_new_nothing_is_decided_beforehand(app, bob, workflow):
    add(app, bob.actor, "ann@example.com")
    address = uploaded(bob, workflow, LIST + b"Cleo,cleo@example.com,\n")
    page = bob.get(address).text
    assert "2 of 3 people aren’t in your contacts yet. Add or skip them?" in text_of(page)
    assert "missing" not in choices_on(page)
    answer = decide(bob, address, tags="spring, fair")
    assert answer.status_code == 422
    assert "Choose whether to add or skip new contacts." in text_of(answer.text)
    assert "If you add them, choose a legal basis for contacting them, too." in text_of(answer.text)
    assert 'class="if-create is-asked"' in answer.text
    assert choices_on(answer.text)["tags"] == "spring, fair"
    assert all_jobs(app) == []


def test_adding_people_needs_a_reason_to_write_to_them(app, bob, workflow):
    answer = decide(bob, uploaded(bob, workflow), missing="create", existing="fill", batch_size="50")
    assert answer.status_code == 422
    assert "Choose a legal basis for contacting new contacts." in text_of(answer.text)
    assert (
        'href="#consent_basis"' in answer.text and 'aria-describedby="consent_basis-hint consent_basis-error"'
    )
    kept = choices_on(answer.text)
    assert (kept["missing"], kept["existing"], kept["batch_size"]) == ("create", "fill", "50")


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"column-1": ""}, "Choose which column contains email addresses."),
        ({"column-0": "email"}, "“Name” and “E-mail” are both matched to email. Keep one of them."),
        ({"batch_size": "5"}, "Enter a batch size from 10 to 500."),
        ({"batch_size": "many"}, "Enter a whole number, or leave this empty."),
        ({"tags": "x" * 61}, "Tags can have up to 60 characters"),
        ({"identifier": "phone"}, "Choose which column contains phone numbers."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(app, bob, workflow, changed, sentence):
    address = uploaded(bob, workflow)
    sent = {"missing": "create", "consent_basis": "opt_in", "column-2": "custom:Plan"} | changed
    answer = decide(bob, address, **sent)
    assert answer.status_code == 422
    assert sentence in text_of(answer.text)
    kept = choices_on(answer.text)
    assert {name: kept[name] for name in sent} == sent
    assert all_jobs(app) == []


def test_nonsense_in_the_form_does_no_harm(app, bob, workflow):
    address = uploaded(bob, workflow)
    nonsense = {
        "column-1": "password",
        "identifier": "x",
        "missing": "x",
        "existing": "x",
        "consent_basis": "x",
    }
    assert decide(bob, address, **nonsense).status_code == 422
    assert decide(bob, address, "dance", missing="skip").status_code == 200
    assert all_jobs(app) == []


def test_cells_and_headers_are_shown_as_text(bob, workflow):
    attack = '"<script>alert(1)</script>","E-mail","{{ 7*7 }}"\n"<img src=x>",ann@example.com,"{% x %}"\n'
    page = bob.get(uploaded(bob, workflow, attack.encode())).text
    assert "<script>alert" not in page and "<img" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    assert "{{ 7*7 }}" in page


def test_figures_follow_the_columns(bob, workflow):
    address = uploaded(bob, workflow, b"Work,Home\nann@example.com,ann@example.org\nbad,bob@example.org\n")
    chosen = choices_on(bob.get(address).text)
    part = bob.htmx("post", f"{address}/checkup", data=chosen | {"column-0": "", "column-1": "email"})
    assert part.status_code == 200
    assert part.text.lstrip().startswith('<section id="checkup"')
    assert tiles(part.text)["Valid email addresses"] == "2"
    page = bob.post(address, chosen | {"act": "count", "column-0": "", "column-1": "email"}).text
    assert tiles(page)["Valid email addresses"] == "2", "without JavaScript a button does the same"
    none = bob.htmx("post", f"{address}/checkup", data=chosen | {"column-0": "", "column-1": ""})
    assert "Which column identifies your contacts?" in none.text


def test_typing_mistakes_are_mended_with_one_button(bob, workflow):
    people = b"E-mail\nann@gmial.com\nbob@gmail.con\ncleo@example.com\n"
    address = uploaded(bob, workflow, people)
    assert "2 email addresses may be misspelled gmial.com gmail.com gmail.con gmail.com" in text_of(
        bob.get(address).text
    )
    repaired = decide(bob, address, "fix-addresses", missing="create", tags="spring").text
    assert "Fixed 2 email addresses." in text_of(repaired)
    assert "ann@gmail.com" in repaired and "ann@gmial.com" not in repaired
    assert (choices_on(repaired)["tags"], choices_on(repaired)["missing"]) == ("spring", "create")
    back = decide(bob, address, "undo-fixes").text
    assert "ann@gmial.com" in back and "may be misspelled" in back


def test_what_was_matched_is_remembered_once_a_job_has_started(bob, workflow):
    matched = {"missing": "skip", "column-2": "custom:Plan", "column-0": ""}
    checked(bob, uploaded(bob, workflow), **matched)
    again = LIST + b"Cleo,cleo@example.com,Gold\n"
    chosen = choices_on(bob.get(uploaded(bob, workflow, again)).text)
    assert chosen["column-2"] == "", "a check alone is not remembered"
    assert decide(bob, uploaded(bob, workflow), "start", **matched).status_code == 303
    chosen = choices_on(bob.get(uploaded(bob, workflow, again)).text)
    assert [chosen[f"column-{at}"] for at in range(3)] == ["full_name", "email", "custom:Plan"], (
        "columns that were not used are guessed anew"
    )


def test_others_find_nothing(alice, bob, vera, mallory, workflow):
    address = uploaded(bob, workflow)
    upload_id = address.rpartition("/")[2]
    own = active(mallory.browser.application, mallory.actor, "Elsewhere")
    for path in (address, f"{enroll_page(own)}/{upload_id}", f"/contacts/import/{upload_id}"):
        assert mallory.get(path).status_code == 404
        assert mallory.post(path, {"act": "fix-addresses", "column-0": "email"}).status_code == 404
        assert mallory.get(f"{path}/newcomers?column=0&identifier=email").status_code == 404
        assert mallory.htmx("post", f"{path}/checkup").status_code == 404
    assert vera.get(address).status_code == 403
    assert vera.post(address, {"act": "start"}).status_code == 403
    assert alice.get(address).status_code == 200, "it is the account's, not the person's"
    gone = bob.get(f"{enroll_page(workflow)}/{workflow}")
    assert gone.status_code == 404
    assert "Upload the file again" in text_of(gone.text)


def test_large_files_are_compared_with_the_contacts_afterwards(app, bob, workflow):
    add(app, bob.actor, "person.7@example.com")
    people = "".join(f"P,{',' * (at % 2)}person.{at}@example.com\n" for at in range(20_001))
    address = uploaded(bob, workflow, f"Person,Email,Reach\n{people}".encode())
    page = decide(bob, address, "count", **{"column-2": "second_email"}).text
    assert tiles(page)["Valid email addresses"] == "20,001"
    assert tiles(page)["New contacts"] == "Counting…"
    [asked] = re.findall(r'hx-get="([^"]+/newcomers[^"]*)"', page)
    assert "missing" not in choices_on(page)
    part = bob.htmx("get", asked.replace("&amp;", "&")).text
    assert tiles(part)["New contacts"] == "20,000"
    assert "1 existing" in text_of(part)


def test_of_very_large_files_a_sample_is_counted(app, bob, workflow, monkeypatch):
    """Every fiftieth address is broken: a sample that went by steps of fifty would see nothing else."""
    monkeypatch.setattr(people_count, "COUNTED_EXACTLY", 5_000)
    monkeypatch.setattr(people_count, "SAMPLE", 1_000)
    rows = ("broken@@x" if at % 50 == 0 else f"person.{at}@example.com" for at in range(50_000))
    address = uploaded(bob, workflow, "\n".join(["E-mail", *rows]).encode())
    part = bob.htmx("get", f"{address}/newcomers?column=0&identifier=email").text
    assert tiles(part)["New contacts"] == "about 49,000"
