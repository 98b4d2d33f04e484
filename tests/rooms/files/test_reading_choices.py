"""How a file is read can be seen and changed on the mapping page, and nothing chosen is lost (B-20)."""

import re
from dataclasses import replace

import pytest

from app.accounts import application as accounts
from app.contacts import application as contacts
from app.files import application as files
from app.platform.database import transaction
from tests.rooms.files.mapping_pages import choices_on, decide, press, text_of, tiles, uploaded
from tests.rooms.files.test_workbooks import HEADER, XI, workbook
from tests.rooms.workflows.drafts import active
from tests.unit.files.contact_files import DATA

REPORTS = DATA / "reports"
POLISH = (REPORTS / "04_windows1250_pl.csv").read_bytes()


@pytest.fixture
def workflow(app, bob):
    return active(app, bob.actor, "Win-back")


def test_the_encoding_is_shown_with_letters_and_can_be_changed(bob, workflow):
    address = uploaded(bob, workflow, POLISH, "polish.csv")
    page = bob.get(address).text
    assert "semicolon-separated, Windows-1250 (Central European)" in text_of(page)
    assert "Letters read as Windows-1250 (Central European): Paweł Żółć Łódź" in text_of(page)
    assert choices_on(page)["layout-encoding"] == "cp1250"
    changed = {"layout-encoding": "iso8859-2", "column-3": "company", "tags": "spring", "missing": "create"}
    again = press(bob, address, act="reread", **changed)
    page = bob.get(again).text
    assert "ISO-8859-2" in text_of(page)
    kept = choices_on(page)
    assert (kept["column-3"], kept["tags"], kept["missing"]) == ("company", "spring", "create")
    assert kept["column-0"] == "email"


def test_another_delimiter_keeps_what_still_fits(bob, workflow):
    address = uploaded(
        bob, workflow, b"Email,Note|City\nann@example.com,one|Oslo\nbob@example.com,two|Rome\n"
    )
    again = press(bob, address, act="reread", **{"layout-delimiter": "pipe"})
    page = bob.get(again).text
    assert "pipe-separated" in text_of(page)
    assert "Email,Note" in page


def test_the_first_row_may_be_a_person(bob, workflow):
    address = uploaded(bob, workflow, b"Anna,Berlin\nBert,Paris\n", "names.csv")
    assert tiles(bob.get(address).text)["Rows in file"] == "1"
    page = bob.get(press(bob, address, act="first-row")).text
    assert tiles(page)["Rows in file"] == "2"
    assert choices_on(page)["layout-header"] == "0"
    page = bob.get(press(bob, address, act="reread", **{"layout-header": "1"})).text
    assert tiles(page)["Rows in file"] == "1"


def test_a_header_further_down_can_be_chosen(bob, workflow):
    content = b"Alpha,Beta\nGamma,Delta\nann@example.com,Ann\n"
    address = uploaded(bob, workflow, content)
    page = bob.get(press(bob, address, act="reread", **{"layout-header": "2"})).text
    assert tiles(page)["Rows in file"] == "1"
    assert ">Gamma<" in page
    assert "1 line isn’t a contact and is skipped" in text_of(page)


def test_a_sheet_is_chosen_on_the_page(bob, workflow):
    address = uploaded(bob, workflow, (REPORTS / "87_two_sheets.xlsx").read_bytes(), "two.xlsx")
    page = bob.get(address).text
    assert tiles(page)["Valid email addresses"] == "1"
    assert "1990-04-23" in page and "4915112345678" in page
    assert choices_on(page)["layout-sheet"] == "People"
    both = workbook(Staff=[HEADER, XI], Members=[HEADER, XI, ["bob@example.com", "Bob", None, None]])
    address = uploaded(bob, workflow, both, "both.xlsx")
    assert tiles(bob.get(address).text)["Rows in file"] == "2"
    page = bob.get(press(bob, address, act="reread", **{"layout-sheet": "Staff"})).text
    assert tiles(page)["Rows in file"] == "1"
    assert choices_on(page)["layout-sheet"] == "Staff"


def test_lines_that_are_no_contacts_are_listed(bob, workflow):
    address = uploaded(bob, workflow, (REPORTS / "35_salesforce_report.csv").read_bytes(), "report.csv")
    page = bob.get(address).text
    assert tiles(page)["Rows in file"] == "4"
    assert "6 lines aren’t contacts and are skipped" in text_of(page)
    assert "line 8 Grand Totals (4 records)" in text_of(page)


def test_characters_that_cannot_be_read_are_listed_and_refuse_nothing(bob, workflow):
    rows = b"".join(b"p%d@example.com,Zo\xc3\xab\n" % n for n in range(50))
    page = bob.get(uploaded(bob, workflow, b"Email,Name\n" + rows + b"cleo@example.com,Cl\xe9o\n")).text
    assert tiles(page)["Valid email addresses"] == "51"
    assert "1 row has characters that can’t be read as UTF-8" in text_of(page)
    assert "row 51, line 52 Cl\ufffdo" in text_of(page)


def test_garbled_letters_are_fixed_with_one_button_and_back(app, bob, workflow):
    rows = ["ann@example.com,JosÃ©,CÃ¡diz", "bob@example.com,MÃ¼ller,KÃ¶ln", "cleo@example.com,ZoÃƒÂ«,Oslo"]
    address = uploaded(bob, workflow, ("Email,Nombre,PoblaciÃ³n\n" + "\n".join(rows) + "\n").encode())
    page = bob.get(address).text
    assert "4 rows have garbled letters" in text_of(page)
    assert "<del>JosÃ©</del>" in page and "<ins>José</ins>" in page
    fixed = press(bob, address, act="repair-encoding", **{"column-1": "last_name"})
    page = bob.get(fixed).text
    assert "Fixed garbled letters in 4 rows." in text_of(page)
    assert "Población" in page and ">Müller<" in page and ">Zoë<" in page
    assert choices_on(page)["column-1"] == "last_name"
    page = bob.get(press(bob, fixed, act="unrepair-encoding")).text
    assert ">MÃ¼ller<" in page


def test_html_codes_are_replaced_and_downloads_stay_as_they_were(app, bob, workflow):
    content = b"Email,Name\nann@example.com,Caf&eacute; &amp; Co\nbob@example.com,O&#39;Brien\n"
    address = uploaded(bob, workflow, content)
    assert "2 rows have HTML codes in them" in text_of(bob.get(address).text)
    page = bob.get(press(bob, address, act="repair-entities")).text
    assert "Café &amp; Co" in page and "O&#39;Brien" in page
    with app.app_context():
        upload = files.kept(bob.actor.account_id, address.rsplit("/", 1)[1])
        assert [row.cells[1] for row in files.rows(upload)] == ["Café & Co", "O'Brien"]
        assert [row.cells[1] for row in files.untouched_rows(upload)] == [
            "Caf&eacute; &amp; Co",
            "O&#39;Brien",
        ]


def test_what_is_chosen_survives_a_reload(bob, vera, workflow):
    address = uploaded(bob, workflow)
    fields = choices_on(bob.get(address).text) | {
        "column-2": "company",
        "tags": "spring, fair",
        "missing": "create",
    }
    assert bob.post(f"{address}/choices", data=fields).status_code == 204
    kept = choices_on(bob.get(address).text)
    assert (kept["column-2"], kept["tags"], kept["missing"]) == ("company", "spring, fair", "create")
    assert kept["once"]


def test_a_job_keeps_its_reading_when_the_file_is_read_another_way(app, bob, workflow):
    content = "Email;Name\nann@example.com;Zoë\n".encode("cp1252")
    address = uploaded(bob, workflow, content)
    checked = decide(bob, address, act="check", missing="create", consent_basis="opt_in")
    assert checked.status_code == 303
    again = press(bob, address, act="reread", **{"layout-encoding": "cp1251"})
    assert again != address
    with app.app_context():
        first = files.kept(bob.actor.account_id, address.rsplit("/", 1)[1])
        other = files.kept(bob.actor.account_id, again.rsplit("/", 1)[1])
        assert [row.cells[1] for row in files.rows(first)] == ["Zoë"]
        assert [row.cells[1] for row in files.rows(other)] == ["Zoл"]


@pytest.mark.parametrize(
    "changed", [{"layout-encoding": "rot13"}, {"layout-encoding": "idna"}, {"layout-sheet": "People"}]
)
def test_hostile_choices_are_refused_with_a_sentence(bob, workflow, changed):
    address = uploaded(bob, workflow, POLISH, "polish.csv")
    answer = decide(bob, address, act="reread", **changed)
    assert answer.status_code == 422
    assert "alert-danger" in answer.text


def test_four_hundred_columns_stay_a_small_page(app, bob, workflow):
    with app.app_context(), transaction():
        own = [f"Custom field number {n}" for n in range(60)]
        contacts.ensure_fields(bob.actor.account_id, own, created_by=bob.actor.user_id)
    header = ",".join(["Email", *(f"Answer to question {n}" for n in range(399))])
    rows = "".join(
        f"p{m}@example.com," + ",".join(f"answer {n}" for n in range(399)) + "\n" for m in range(20)
    )
    address = uploaded(bob, workflow, f"{header}\n{rows}".encode())
    page = bob.get(address).text
    assert len(page.encode()) < 410_000
    assert page.count("<select") < 60
    opened = decide(bob, address, open="321", act="")
    assert opened.status_code == 200
    assert 'id="column-321"' in opened.text
    fields = choices_on(opened.text) | {"column-321": "custom:Custom field number 7"}
    answer = bob.post(address, data=fields | {"open": "390"})
    kept = choices_on(answer.text)
    assert kept["column-321"] == "custom:Custom field number 7"
    assert 'id="column-390"' in answer.text
    assert choices_on(bob.get(address).text)["column-321"] == "custom:Custom field number 7"


def test_every_column_mapped_is_still_a_page_that_loads(bob, workflow):
    header = ",".join(["Email", *(f"Question {n}" for n in range(399))])
    address = uploaded(bob, workflow, f"{header}\nann@example.com{',x' * 399}\n".encode())
    mapped = {f"column-{n}": f"custom:Question {n - 1}" for n in range(1, 400)} | {"column-0": "email"}
    page = decide(bob, address, act="count", **mapped).text
    assert len(page.encode()) < 400_000
    sent = dict(re.findall(r'name="(column-\d+)" value="([^"]*)"', page)) | choices_on(page)
    assert {name: sent[name] for name in mapped} == mapped


def two_sheets(bob, workflow):
    """The mapping page of a workbook whose third column means something else on each sheet."""
    people = [["Email", "Name", "Club"], ["ann@example.com", "Ann", "no"]]
    members = [
        ["Email", "Name", "Newsletter"],
        ["bob@example.com", "Bob", "no"],
        ["cy@example.com", "Cy", "yes"],
    ]
    address = uploaded(bob, workflow, workbook(People=people, Members=members), "both.xlsx")
    return press(bob, address, act="reread", **{"layout-sheet": "People"})


@pytest.mark.parametrize("act", ["check", "start", "fix-addresses", "none-about-consent"])
def test_a_page_from_before_another_reading_decides_nothing(bob, workflow, act):
    address = two_sheets(bob, workflow)
    add = {"missing": "create", "consent_basis": "customer", "consent-column-2": "no", "column-1": "company"}
    stale = choices_on(bob.get(address).text) | add | {"act": act}
    assert press(bob, address, act="reread", **{"layout-sheet": "Members"}) == address
    answer = bob.post(address, stale)
    assert answer.status_code == 409
    assert "This file was changed to be read another way" in text_of(answer.text)
    assert bob.post(f"{address}/choices", stale).status_code == 204
    for page in (answer.text, bob.get(address).text):
        form = choices_on(page)
        assert (form["layout-sheet"], form["column-1"]) == ("Members", "full_name")
        assert form["consent-column-2"] == ""
    going_on = form | {"act": "check", "missing": "skip", "consent-column-2": "consent"}
    assert bob.post(address, going_on).status_code == 303


def test_the_small_requests_of_such_a_page_lead_to_the_page_as_it_is_now(bob, workflow):
    address = two_sheets(bob, workflow)
    stale = choices_on(bob.get(address).text)
    press(bob, address, act="reread", **{"layout-sheet": "Members"})
    for part in ("choices", "checkup", "consent"):
        answer = bob.htmx("post", f"{address}/{part}", data=stale)
        assert answer.status_code == 204
        assert "This file was changed to be read another way" in text_of(
            bob.get(answer.headers["HX-Redirect"]).text
        )
    now = choices_on(bob.get(address).text)
    assert bob.htmx("post", f"{address}/consent", data=now).status_code == 200


def test_what_a_colleague_chose_does_not_move_to_another_column(alice, bob, workflow):
    """Alice has answered for one sheet when Bob reads another of the same width."""
    header = ["メール", "名前", "会員"]
    first = [header, ["ann@example.com", "Ann", "はい"], ["bob@example.com", "Bob", "いいえ"]]
    second = [[*header[:2], "情報"], ["cy@example.com", "Cy", "はい"], ["di@example.com", "Di", "いいえ"]]
    address = uploaded(bob, workflow, workbook(One=first, Two=second), "both.xlsx")
    press(bob, address, act="reread", **{"layout-sheet": "One"})
    chosen = {"column-0": "email", "column-1": "custom:Call", "consent-column-2": "no"}
    form = choices_on(alice.get(address).text) | chosen
    assert alice.post(f"{address}/choices", form).status_code == 204
    kept = choices_on(alice.get(address).text)
    assert (kept["column-1"], kept["consent-column-2"]) == ("custom:Call", "no")
    press(bob, address, act="reread", **{"layout-sheet": "Two"})
    kept = choices_on(alice.get(address).text)
    assert (kept["column-1"], kept["consent-column-2"]) == ("custom:Call", "")
    assert alice.post(address, kept | {"act": "check", "missing": "skip"}).status_code == 422


def test_a_match_goes_with_the_name_of_its_column(bob, workflow):
    first = [["Email", "Newsletter", "Name"], ["ann@example.com", "yes", "Ann"], ["b@example.com", "no", "B"]]
    second = [["Email", "Name", "VIP"], ["cy@example.com", "Cy", "yes"], ["di@example.com", "Di", "no"]]
    address = uploaded(bob, workflow, workbook(One=first, Two=second), "both.xlsx")
    press(bob, address, act="reread", **{"layout-sheet": "One"})
    changed = {"column-1": "opt_out", "column-2": "company", "layout-sheet": "Two"}
    press(bob, address, act="reread", **changed)
    kept = choices_on(bob.get(address).text)
    assert (kept["column-1"], kept["column-2"]) == ("company", "")


def test_strangers_cannot_read_again(bob, mallory, workflow):
    address = uploaded(bob, workflow)
    assert mallory.post(f"{address}/choices", data={}).status_code == 404
    assert decide_plainly(mallory, address).status_code == 404


def decide_plainly(person, address):
    return person.post(address, data={"act": "reread", "layout-encoding": "cp1250"})


def test_told_is_what_the_layout_says(app, bob, workflow):
    address = uploaded(bob, workflow, POLISH, "polish.csv")
    with app.app_context():
        upload = files.kept(bob.actor.account_id, address.rsplit("/", 1)[1])
        known = files.known_layout(upload)
        assert files.read_again(bob.actor, upload.public_id, replace(known)).public_id == upload.public_id


def test_phone_numbers_of_an_account_without_a_country_are_not_called_wrong(app, alice, bob, workflow):
    numbers = b"Email,Phone\na@example.com,0171 2345600\nb@example.com,(512) 555-0101\n"

    def known(person, content=numbers):
        page = text_of(person.get(uploaded(person, workflow, content)).text)
        return page.partition("can’t be read")[2][:200]

    def set_country(country):
        with app.app_context():
            accounts.change_account(alice.actor, name="Agency", time_zone="UTC", country=country)

    set_country("")
    lack = "Numbers without a country code can’t be read because your account has no country."
    assert lack in known(alice) and "Set your country" in known(alice)
    assert "Ask an owner or admin to set the country" in known(bob)
    with_words = numbers + b"c@example.com,call the office\n"
    assert lack in known(alice, with_words)
    set_country("DE")
    wrong = known(alice, with_words)
    assert lack not in wrong and "a phone number and will be left out" in wrong
