"""Detection of lines that are not contacts: footers, totals, section titles, repeated headers, and rules.

A line is left out only if nothing in it could be a contact; otherwise it is a row and its problem is
reported. Every reading leaves out the same lines, because rows are numbered without them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal

from app.files.domain.consent.headers import about
from app.files.domain.consent.remarks import begins_plain_group, may_hold_remarks, names_refusers, title_of
from app.files.domain.headers.header_row import names_fields

Kind = Literal["above", "header", "note", "rule", "title", "other_table"]
KINDS: Final[dict[str, str]] = {
    "above": "above the header row",
    "header": "the header row again",
    "note": "notes, totals and footers",
    "rule": "lines without letters or digits",
    "title": "section titles",
    "other_table": "rows of another table in the file",
}

_THINGS = r"(?:records?|rows?|contacts?|entries|members?|people|subscribers?|leads?|results?|items?)"
# Possessive quantifiers on disjoint characters, so that matching takes linear time.
_COUNT = rf"[\s:=(\d.,]*+{_THINGS}?+[\s):=\d.,]*+"
# A whole cell that labels a sum.
_SUM = re.compile(
    r"\W*+(?:(?:grand|sub|overall|final|report)?[\s-]?totals?(?:\s+(?:records?|rows?|count|number)(?:\s+of)?)?"
    rf"|count|sum|{_THINGS}|(?:number|count|total)\s+of\s+{_THINGS}|(?:record|row)\s+count"
    r"|summe|gesamt(?:summe)?|insgesamt|anzahl|total\s+g[ée]n[ée]ral|nombre|totale|totaal|suma|razem|celkem"
    r"|összesen|toplam|итого|всего|合計|総計|总计|合计|总数|합계"
    rf"){_COUNT}\W*+",
    re.IGNORECASE,
)
_COUNTED = re.compile(rf"\W*+\d[\d.,]*\s+{_THINGS}\b[^@]{{0,40}}", re.IGNORECASE)
# Beginnings of notes below a table. A note about who created the file may contain an address.
_WHO = re.compile(
    r"\W*(?:(?:report|list|file|data)\s+)?(?:generated|exported|printed|downloaded|created|produced|compiled|"
    r"prepared)\s+(?:by|with|from|for)\b|\W*(?:erstellt|exportiert)\s+von\b|\W*(?:généré|exporté)\s+par\b",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\W*(?:(?:report\s+|list\s+|file\s+|data\s+)?(?:generated|exported|printed|downloaded|created|produced|"
    r"compiled|updated|prepared)\s*(?:by|on|at|from|with|for|:)|copyright\b|©|\(c\)\s*(?:19|20)\d\d|confidential|"
    r"all\s+rights\s+reserved|page\s+\d+\s+(?:of|/)|end\s+of\s+(?:report|file|list|data|export)|disclaimer|"
    r"(?:run|report|export|print)\s+date|as\s+of\s+\d|filtered?\s+by|filters?:|notes?:|source:|"
    r"internal\s+use|do\s+not\s+distribute|"
    r"erstellt\s+(?:am|von|mit)|exportiert|gedruckt\s+am|vertraulich|seite\s+\d+\s+von|stand:|"
    r"g[ée]n[ée]r[ée]e?\s+(?:le|par)|export[ée]e?\s+(?:le|par)|confidentiel|page\s+\d+\s+sur|"
    r"generado|exportado|impreso|página\s+\d+\s+de|generato|esportato|stampato|riservato|pagina\s+\d+\s+(?:di|van)|"
    r"wygenerowano|wyeksportowano|strona\s+\d+\s+z|poufne)",
    re.IGNORECASE,
)
# First four characters of notes (_NOTE), to find those that contain an address.
_STARTS = """
    gene expo prin down crea prod comp upda prep repo list file data copy conf page disc filt note sour inte
    tota gran subt sub- coun reco numb summ gesa insg anza erst gedr vert seit stan géné impr pági esta rise
    wyge wyek stro pouf
"""
NOTE_STARTS: Final = frozenset((*_STARTS.split(), "all ", "end ", "run ", "as o", "do n", "(c) ", "sum:"))
_LOOKED_AT: Final = 200  # characters of a cell; notes are recognizable from their beginning
_RULES: Final = frozenset("-=_*#~.–—")
_FIGURE = re.compile(r"[\s\d.,%()+\-$€£¥:]*")
_A_VALUE = re.compile(r"@|\d{2}")
_SOMETHING = re.compile(r"[^\W_]")
_SHORT_TITLE: Final = 3
_MANY_TITLES: Final = 2_000  # beyond this number, only titles with a consent word are examined
_A_WORD = re.compile(r"[^\W\d_]{2}")


class LineFilter:
    """Classifies the records of a file in order: a row (None) or a kind of line that is not a row.

    `header`: cells of the header row, None without one. `width`: number of columns. `section` is the current
    section title if it says that its people must not be contacted, or is not understood within such a
    section; otherwise empty.
    """

    def __init__(self, header: Sequence[str] | None, width: int) -> None:
        self._header = _trimmed(header) if header is not None else None
        self._names = frozenset(self._header or ()) - {""}
        self._first = header[0] if header else None
        self._width = width
        self._after_title = False
        self._is_lone = False
        self._titles = 0
        # If the first column is about consent, its cells are not titles.
        self._has_titles = not (header and about(header[0]) in ("consent", "opt_out", "bounced", "status"))
        self.elsewhere = False  # the records belong to another table of the file
        self.section = ""
        self.has_sections = False

    def doubts(self, cells: Sequence[str]) -> bool:
        """Return whether a record needs `kind_of` in a table without addresses: half of it is empty, or it
        begins like the header, a rule, or a sum."""
        first = cells[0]
        if self._width == 1 and not any(map(str.isdigit, first)):
            return True
        return cells.count("") * 2 >= self._width or first == self._first or first[:1] in _RULES

    def kind_of(self, cells: Sequence[str]) -> Kind | None:
        """Classify a record that is not a plain row: it lacks an address or a cell, or is nearly empty."""
        filled = [cell for cell in cells if cell.strip()]
        if not _SOMETHING.search("".join(filled)):
            return "rule"
        if self._header is not None and _trimmed(cells) == self._header:
            self.elsewhere = self._after_title = False
            return "header"
        kind = self._kind(cells, filled)
        if kind in (None, "note") and self._begins_section(cells, filled):
            kind = "title"
        elif kind == "note" and self._is_lone:
            self.pass_title(cells, is_sure=True)
        if kind is None and self._is_other_header(filled):
            self.elsewhere = self.elsewhere or self._after_title
            kind = "other_table" if self.elsewhere else "header"
        self._after_title = kind in ("note", "title") and len(filled) == 1
        if self.elsewhere and kind is None and not self.section:
            return "other_table"
        return kind

    def pass_above(self, text: str) -> None:
        """Process a line above the header, which may be a section title."""
        title = title_of(text)
        if names_refusers(title):
            self._begin(title)
        elif self.section and title.count(" ") < _SHORT_TITLE and begins_plain_group(title):
            self.section = ""

    def pass_title(self, cells: Sequence[str], *, is_sure: bool) -> None:
        """Process a record with one cell that is (`is_sure`) or may be a title and thus ends the current
        section.

        A title that is not understood becomes a section of its own, which the user is asked about.
        """
        filled = [cell for cell in cells if cell.strip()]
        if not self.section or len(filled) != 1 or "@" in filled[0] or not (is_sure or cells[0].strip()):
            return
        title = title_of(filled[0])
        self.section = "" if begins_plain_group(title) else title

    def _begins_section(self, cells: Sequence[str], filled: list[str]) -> bool:
        """Return whether a record is a title that starts a section of people who must not be contacted, or
        ends one."""
        if not self._has_titles or len(filled) > 2 or not cells[0].strip() or "@" in "".join(filled):
            return False
        if len(filled) == 2 and not _FIGURE.fullmatch(filled[1]):
            return False
        self._titles += 1
        if self._titles > _MANY_TITLES and not may_hold_remarks(filled[0][:_LOOKED_AT]):
            return False
        title = title_of(filled[0])
        if names_refusers(title):
            self._begin(title)
            return True
        if self.section and begins_plain_group(title) and self._width > 1:
            self.section = ""
            return True
        return False

    def _begin(self, title: str) -> None:
        self.section = title
        self.has_sections = True

    def may_be_title(self, cells: Sequence[str]) -> bool:
        """Return whether a record has a single filled cell in a wider table: a title if a header follows,
        else a row."""
        return self._width > 2 and self._header is not None and sum(map(bool, map(str.strip, cells))) == 1

    def ends_title(self, cells: Sequence[str]) -> bool:
        """Return whether this record is a header, so that the record before it, which `may_be_title`, is a
        title."""
        if _trimmed(cells) == self._header:
            return True
        self._after_title, before = True, self._after_title
        is_other = self._is_other_header([cell for cell in cells if cell.strip()])
        self._after_title = is_other or before
        return is_other

    def _kind(self, cells: Sequence[str], filled: list[str]) -> Kind | None:
        self._is_lone = False
        first = filled[0].strip()[:_LOOKED_AT]
        has_address = any("@" in cell for cell in filled)
        says_who = _WHO.match(first) is not None
        if len(filled) <= 2 and (says_who or (_NOTE.match(first) and (len(cells) == 1 or not has_address))):
            return "note"
        if has_address:
            return None
        rest_is_figures = all(_FIGURE.fullmatch(cell) for cell in filled[1:])
        is_sum = rest_is_figures and len(first) < _LOOKED_AT and _SUM.fullmatch(first)
        if is_sum and (len(filled) > 1 or self._sums_up(first, cells)):
            return "note"
        if len(cells) == 1 and self._width > 2 and _A_WORD.search(first):
            self._is_lone = True
            return "note"
        if len(filled) == 1 and _COUNTED.fullmatch(first):
            return "note"
        return None

    def _sums_up(self, first: str, cells: Sequence[str]) -> bool:
        """Return whether a single cell that labels a sum is alone on its line or contains a figure."""
        return len(cells) == 1 or any(map(str.isdigit, first)) or self._width > 2

    def _is_other_header(self, filled: list[str]) -> bool:
        """Return whether the cells name fields, including an identifying one; below a title fewer names are
        enough."""
        if self._header is None or len(filled) < 2 or any(map(_A_VALUE.search, filled)):
            return False
        if names_fields(filled):
            return True
        if not self._after_title or len(filled) < (2 if self.section else 3):
            return False
        same = sum(cell.strip().casefold() in self._names for cell in filled)
        return same >= 2 or names_fields(filled, share=0.05)


def _trimmed(cells: Sequence[str]) -> list[str]:
    kept = [cell.strip().casefold() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return kept
