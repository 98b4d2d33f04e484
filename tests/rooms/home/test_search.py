"""The search over everything: what it finds, for whom, and how much it reads."""

import html
import re

from app.bulk_enrollment.domain.options import JobOptions
from app.bulk_enrollment.domain.selection import ManualSelection
from app.bulk_enrollment.infrastructure.tables import EnrollmentJob
from app.home.application.finding import MOST
from app.platform.database import session, transaction
from tests.rooms.contacts.people import add
from tests.rooms.contacts.test_plans import reads_contacts, scans
from tests.rooms.workflows.drafts import draft
from tests.services.statements import listening, statements

PALETTE = {"HX-Target": "div#palette-results"}


def found(person, text="", **headers):
    """{heading: names} of what the page shows for a text."""
    page = person.get("/search", query_string={"q": text}).text
    groups = re.findall(r'<h2 class="card-title" id="found-\w+">(.*?)</h2>.*?<ul(.*?)</ul>', page, re.DOTALL)
    return {
        html.unescape(label): [html.unescape(one) for one in re.findall(r'found-title">(.*?)<', part)]
        for label, part in groups
    }


def test_one_text_finds_things_of_all_kinds(app, bob):
    public_id = draft(app, bob.actor, "Lead nurturing for spring")
    ann = add(
        app, bob.actor, "lead@example.com", first_name="Ann", last_name="Leadbetter", phone="+12025550143"
    )
    shown = found(bob, "lead")
    assert shown["Workflows"] == ["Lead nurturing for spring"]
    assert shown["Contacts"] == ["Ann Leadbetter"]
    assert len(shown["Templates"]) == MOST
    page = bob.get("/search?q=lead").text
    assert f'href="/workflows/{public_id}"' in page and f'href="/contacts/{ann}"' in page
    assert 'href="/templates?q=lead"' in page and "All results in Templates" in page
    assert "All results in Contacts" not in page
    for text in ("+1 202 555 0143", "ann lead", "lead@example.com"):
        assert found(bob, text)["Contacts"] == ["Ann Leadbetter"], text
    assert found(bob, "settings email")["Go to"] == ["Settings > Email", "Settings > Your profile"]
    assert found(bob, "smtp")["Go to"] == ["Settings > Email"]
    assert found(bob, "impo cont")["Go to"] == ["Import contacts"]


def test_a_job_is_found_by_its_file(app, bob):
    with app.app_context(), transaction():
        for name in ("Fair in Berlin.csv", "Others.csv"):
            session().add(
                EnrollmentJob(
                    account_id=bob.actor.account_id,
                    kind="import",
                    status="completed",
                    selection=ManualSelection((1,)),
                    options=JobOptions(source_name=name),
                )
            )
    assert found(bob, "berlin fair")["Enrollments and imports"] == ["Import of Fair in Berlin.csv"]
    assert len(found(bob)["Enrollments and imports"]) == 2


def test_nothing_of_other_accounts_is_found(app, bob, mallory):
    draft(app, mallory.actor, "Zebra campaign")
    add(app, mallory.actor, "zebra@example.com", first_name="Zebra")
    assert found(bob, "zebra") == {}
    assert "Nothing matches “zebra”" in bob.get("/search?q=zebra").text
    assert set(found(mallory, "zebra")) == {"Workflows", "Contacts"}


def test_whoever_may_only_look_is_offered_no_actions(bob, vera):
    """Everything that is offered leads somewhere, for everybody (P-04)."""
    assert "Create workflow" in found(bob, "create")["Go to"]
    assert 'href="/enrollments/new"' in bob.get("/search?q=enroll").text
    assert "Actions" in found(bob) and "Actions" not in found(vera)
    assert "Create workflow" not in found(vera, "create").get("Go to", [])
    for person in (bob, vera):
        addresses = set()
        for letter in "abcdefghijklmnoprstuvw":
            page = person.get(f"/search?q={letter}").text
            addresses |= set(re.findall(r'<li><a href="([^"]+)"', page))
        assert len(addresses) > 20
        wrong = {one for one in addresses if person.get(html.unescape(one)).status_code != 200}
        assert not wrong, person


def test_the_palette_gets_the_options_of_its_combobox(app, bob):
    public_id = draft(app, bob.actor, "Spring <b>leads</b>")
    answer = bob.htmx("get", "/search?q=spring", headers=PALETTE)
    assert answer.text.startswith('<div id="palette-results" data-text="spring">')
    assert 'role="listbox"' in answer.text and f'href="/workflows/{public_id}"' in answer.text
    assert "Spring &lt;b&gt;leads&lt;/b&gt;" in answer.text
    ids = re.findall(r'role="option"[^>]* id="([^"]+)"', answer.text)
    assert ids and len(ids) == len(set(ids))
    recent = bob.htmx("get", "/search?q=", headers=PALETTE).text
    assert "Recent workflows" in recent and "Actions" in recent


def test_odd_texts_are_only_texts(bob):
    for text in ("\0", "%", "_", "'", "x" * 5_000, "<script>x", "İ", "@", "+", ","):
        answer = bob.get("/search", query_string={"q": text})
        assert answer.status_code == 200 and "<script>x" not in answer.text, text


def test_what_is_read_does_not_grow_with_the_account(app, bob):
    """The number of statements is the same, and contacts are found by an index."""
    texts = ["ann", "ann lee", "ann@example.com", "+49151", ""]

    def count():
        counted = []
        for text in texts:
            with statements(app) as asked:
                bob.get("/search", query_string={"q": text})
            counted.append(len(asked))
        return counted

    for number in range(MOST + 1):
        draft(app, bob.actor, f"Ann {number}")
        add(app, bob.actor, f"ann{number}@example.com", first_name="Ann", last_name="Lee")
    few = count()
    for number in range(20):
        draft(app, bob.actor, f"Ann again {number}")
        add(app, bob.actor, f"annabel{number}@example.com", first_name="Ann", last_name="Lee")
    assert all(now <= then < 20 for now, then in zip(count(), few, strict=True)), few
    for text in texts:
        with app.app_context(), listening(reads_contacts) as heard:
            bob.get("/search", query_string={"q": text})
            assert bool(heard) == bool(text)
            assert [line for statement in heard for line in scans(*statement)] == []
