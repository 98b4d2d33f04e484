"""Files: uploads that are refused, and mapping pages with what they ask and offer."""

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.showing import Show, at, opened, pressed
from tests.services import enrolling
from tests.services.api_user import ApiUser

REPORTS = Path(__file__).parents[1] / "data" / "reports"
CONSENT = """Email,First name,Newsletter,Status
ann@scene.example,Ann,yes,Active
bob@scene.example,Bob,no,Inactive
cleo@scene.example,Cleo,yes,Pending
dan@scene.example,Dan,maybe later,Archived
"""
VALUES = """Work Email,Other Email,Full Name,SMS,Birthday,Tags
ann@gmail.com,,"Lee, Ann",4915112345671,04/23/1990,"Gold, Fair"
"bob@gmail,com",,Dr. Bob Ray,33612345678,23/04/1990,Gold
cleo at gmail.com,,Cleo van Dyke,447911123003,03/04/1990,
paul@gmial.com,,Paul Moss,447911123004,soon,VIP
,dan@scene.example,Dan Poe,,,NULL
"""
GARBLED = """Email,First name,Company
jose@scene.example,JosÃ© MarÃ\xada,Caf\xc3© CentrÃ¡l
zoe@scene.example,ZoÃ«,R&amp;D &lt;Labs&gt;
"""
WIDE = {"Email": "wide@scene.example"} | {f"Column {at} of a wide export": f"value {at}" for at in range(60)}
EXPORTS = {
    "encoding": "04_windows1250_pl.csv",
    "sheets": "87_two_sheets.xlsx",
    "salesforce": "35_salesforce_report.csv",
    "words": "82_consent_words.csv",
}


def file_scenes(api: ApiUser, workflow: str, folder: Path) -> dict[str, Show]:
    """Name → what shows it."""
    files = {name: REPORTS / file for name, file in EXPORTS.items()}
    for name, text in {"consent": CONSENT, "values": VALUES, "garbled": GARBLED}.items():
        files[name] = folder / f"{name}.csv"
        files[name].write_text(text, encoding="utf-8")
    files["wide"] = enrolling.write_csv(folder / "wide.csv", [WIDE])
    pages = {f"mapping-{name}": f"{workflow}/enroll/{api.upload(file)}" for name, file in files.items()}
    options = ("When to add them", "Pause for review", "Advanced options")
    return {name: at(address) for name, address in pages.items()} | {
        "mapping-options": _later(opened(pages["mapping-consent"], *options)),
        "mapping-file-read": opened(pages["mapping-sheets"], "Change how the file is read"),
        "mapping-refused": pressed(at(pages["mapping-consent"]), "Check first"),
        "mapping-import": at(pages["mapping-values"].replace(f"{workflow}/enroll", "/contacts/import")),
        "upload-refused": _refused(folder),
    }


def _later(show: Show) -> Show:
    def later(page: Page) -> None:
        show(page)
        page.get_by_label("At a date and time").check()
        page.get_by_label("Spread over time").check()
        page.get_by_label("Email when finished").check()
        expect(page.locator(".when-plan")).to_contain_text("Choose a date")

    return later


def _refused(folder: Path) -> Callable[[Page], None]:
    picture = folder / "not a list.csv"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))

    def refused(page: Page) -> None:
        page.goto("/contacts/import")
        page.set_input_files("input[type=file]", picture)
        page.get_by_role("button", name="Upload and review").click()
        expect(page.locator("main")).to_contain_text("This is an image, not a contact file.")

    return refused
