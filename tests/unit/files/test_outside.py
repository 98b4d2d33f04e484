"""What stands outside the columns of a file and says who is not to be contacted (B-20)."""

import io

import pytest

from app.files.domain.columns.identify import identifying
from app.files.domain.consent.cells import kind_of
from app.files.domain.consent.outside import Outside
from app.files.domain.consent.remarks import RemarkFinder, names_refusers, remark_in, title_of
from app.files.domain.reading.layout import FileLayout
from app.files.domain.reading.table_file import open_table, open_untouched
from tests.unit.files.consent_files import read_consent


def read(text: str, remarked: tuple[int, ...] = (), file: str = ""):
    """(columns behind the file's own, their cells in each row)."""
    table = open_table(io.BytesIO(text.encode()), notice=True)
    plain = [(row.number, row.line) for row in table]
    outside = Outside(file, "", table.has_sections, table.has_beyond, remarked)
    again = open_table(io.BytesIO(text.encode()), notice=True, outside=outside)
    rows = list(again)
    assert [(row.number, row.line) for row in rows] == plain
    layout = FileLayout.from_json(again.layout.as_json())
    assert layout == again.layout
    assert [(row.number, row.line) for row in open_untouched(io.BytesIO(text.encode()), layout)] == plain
    first = len(layout.own_columns)
    return layout.columns[first:], [row.cells[first : layout.width] for row in rows]


def test_cells_beyond_the_last_column():
    text = (
        "Email,Name\na@example.com,Ann,unsubscribed\nb@example.com,Bob\n"
        "c@example.com,Cy,,x, \nd@example.com,D\n"
    )
    names, cells = read(text)
    assert names == ("Cells beyond the last column",)
    assert cells == [["unsubscribed"], [""], ["x"], [""]]
    assert read("Email,Name\na@example.com,Ann,,\nb@example.com,Bob, \n") == ((), [[], []])


def test_rows_below_a_title_stand_in_its_section_until_another_title():
    names, cells = read(
        "Email,Name,City\na@example.com,Ann,Oslo\nUnsubscribed (2)\nb@example.com,Bob,Oslo\nEmail,Name,City\n"
        "c@example.com,Cy,Oslo\n3 contacts\nAttendees\nd@example.com,Di,Oslo\nOpt-outs:\n"
        "e@example.com,Eve,Oslo\nGold tier\nf@example.com,Fay,Oslo\n"
    )
    assert names == ("Section title",)
    assert [row[0] for row in cells] == ["", "Unsubscribed", "Unsubscribed", "", "Opt-outs", "Gold tier"]


@pytest.mark.parametrize(
    "title", ["Do not contact", "Abgemeldet", "Désabonnés", "Deceased", "Cancelled registrants"]
)
@pytest.mark.parametrize(
    "layout",
    ["Email,Name\na@example.com,Ann\n{},\nb@example.com,Bob\n", "Email\na@example.com\n{}\nb@example.com\n",
     "Name,Phone\nAnn,+4915112345678\n{},\nBob,+4915112345679\n",
     "Email,Name,City\na@example.com,Ann,X\n{},,\nb@example.com,Bob,Y\n"],
)  # fmt: skip
def test_titles_of_every_width(title, layout):
    _, cells = read(layout.format(title))
    assert [row[0] for row in cells] == ["", title]


def test_a_line_above_the_header_holds_for_all_rows():
    _, cells = read(
        "Acme\nExport of unsubscribed contacts\n\nEmail,Name\na@example.com,Ann\nb@example.com,Bob\n"
    )
    assert cells == [["Export of unsubscribed contacts"]] * 2
    assert read("Filter: Email Opt Out equals False\nEmail,Name\na@example.com,Ann\n") == ((), [[]])


def test_a_blank_address_beside_a_word_in_the_first_column_is_no_title():
    text = "Status,Email\nSubscribed,a@example.com\nUnsubscribed,\nSubscribed,b@example.com\n"
    assert read(text) == ((), [[], [], []])


def test_another_table_below_a_title_that_says_no_is_read():
    _, cells = read(
        "Name,City,Email\nAnn,X,a@example.com\nBob,Y,b@example.com\nUnsubscribed\nEmail,Date\n"
        "b@example.com,1 May\n"
    )
    assert [row[0] for row in cells] == ["", "", "Unsubscribed"]


@pytest.mark.parametrize(
    "title",
    ["Ausgetreten / keine Post mehr", "No longer wants emails", "Please do not write", "Austritte 2025",
     "Former members", "Nicht mehr anschreiben!", "Ne plus écrire", "Gone - please remove"],
)  # fmt: skip
def test_titles_of_people_who_said_no_or_left(title):
    assert names_refusers(title)


@pytest.mark.parametrize(
    "title",
    ["Board members", "Mitglieder (aktiv)", "Tuesday group", "VIP / Gold", "Vorstand und Kasse", "2026"],
)
def test_titles_of_groups(title):
    assert not names_refusers(title)


@pytest.mark.parametrize(
    "name",
    ["unsubscribed_members_export_8f3", "cleaned_members_export_12ab", "unsubscribes_2026",
     "Do-not-contact list",
     "DNC", "optouts-may", "Abgemeldete Kontakte", "desabonnes_2026", "suppression list", "bounces",
     "Verstorben"],
)  # fmt: skip
def test_names_of_files_of_people_who_said_no(name):
    assert names_refusers(name, is_file=True)


@pytest.mark.parametrize(
    "name",
    ["subscribed_members_export_8f3", "customers_cleaned", "Kundenliste bereinigt", "newsletter_2026",
     "contacts",
     "leads without bounces", "list_ohne_abgemeldete", "inactive customers", "out", "export (3)",
     "Sparrow club",
     "people not unsubscribed", "reservering mei", "trial expired"],
)  # fmt: skip
def test_names_of_other_files(name):
    assert not names_refusers(name, is_file=True)


@pytest.mark.parametrize(
    ("cell", "remark"),
    [("DO NOT EMAIL <c@example.com>", "DO NOT EMAIL"), ("a@example.com (unsubscribed)", "unsubscribed"),
     ("a@example.com - bounced", "bounced"), ("x@example.com OPT OUT", "OPT OUT"),
     ("[removed] a@b.com", "removed"),
     ("Do not contact", "Do not contact"), ("UNSUBSCRIBED", "UNSUBSCRIBED"), ("zzz DO NOT USE", "do not use"),
     ("duplicate - do not use", "duplicate"), ("Ann Lee (abgemeldet)", "abgemeldet"),
     ("Bob (deceased)", "deceased"), ("(no longer wants emails) Cy", "no longer wants emails"),
     ("Cy - asked to be removed", "asked to be removed"), ("Unsubscribe.me GmbH", ""),
     ("Ann Lee <a@example.com>", ""), ("a@example.com; b@example.com", ""), ("Bounce House Rentals", ""),
     ("Baja", ""), ("Fire Suppression Inc", ""), ("Stop Smoking Clinic", ""), ("Never Again LLC", ""),
     ("Frank Niemand", ""), ("Don't Worry Inc", ""), ("No Contact Sports", ""),
     ("Ann <a@example.com> Lee", "")],
)  # fmt: skip
def test_remarks_beside_names_and_addresses(cell, remark):
    assert remark_in(cell) == remark
    finder = RemarkFinder()
    finder.look(3, ["plain", cell, "other"])
    assert finder.found == ({3} if remark else set())


def test_remarks_are_read_where_they_were_found():
    names, cells = read(
        "Name,Email\nAnn,a@example.com\nDO NOT MAIL,b@example.com\nCy,c@example.com (opted out)\n", (0, 1)
    )
    assert names == ("Remarks in other columns",)
    assert cells == [[""], ["DO NOT MAIL"], ["opted out"]]


def test_an_address_with_nothing_but_a_no_beside_it():
    read_refused = identifying("email", 0, None, refused=True)
    for cell in ("x@example.com OPT OUT", "X@example.com - bounced", "[unsubscribed] x@example.com"):
        assert read_refused([cell]).key == "x@example.com"
        assert identifying("email", 0, None)([cell]).key is None
    for cell in ("ann x@example.com", "ann lee x@example.com OPT OUT", "a@example.com OPT OUT b@example.com"):
        assert read_refused([cell]).key is None, cell


def test_titles_are_shown_without_their_count():
    assert [
        title_of(text) for text in ("Unsubscribed (12):", "== Opt-outs ==", "Bounced: 3 rows", "2026")
    ] == [
        "Unsubscribed",
        "Opt-outs",
        "Bounced",
        "2026",
    ]
    assert kind_of("Opt-outs") is not None


def test_a_long_list_with_a_few_such_names_asks_nothing():
    """Many companies, one of them called like a word about consent: remarks are looked for row by row."""
    rows = "".join(f"p{at}@example.com,Firm {at}\n" for at in range(300))
    assert read_consent(f"Email,Company\n{rows}q@example.com,Bounce House LLC\n").asked == []
    finder = RemarkFinder()
    finder.look(1, ["Bounce House LLC", "Fire Suppression Inc"])
    assert not finder.found
