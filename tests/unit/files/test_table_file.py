"""Rows are streamed: whatever way the bytes arrive, the same rows come out under the same numbers."""

import gzip
import io
import json
import random
import tracemalloc

import pytest

from app.files.domain.reading.layout import FileLayout, KnownLayout
from app.files.domain.reading.table_file import open_table, open_untouched
from app.files.domain.text import lines
from app.files.domain.text.unreadable import UnreadableFile
from tests.unit.files.contact_files import EXPORTS, TRAPS, cells, read


class Trickle:
    """A stream that cannot seek and gives little at a time, like a socket."""

    def __init__(self, content: bytes, most: int) -> None:
        self._stream = io.BytesIO(content)
        self._most = most

    def read(self, size: int) -> bytes:
        return self._stream.read(min(size, self._most))


def contacts(count: int, city: str = "Berlin") -> bytes:
    rows = (f'person{n}@example.com,Ann,{city},"note {n}\nsecond line"\r\n' for n in range(1, count + 1))
    return ("Email,First name,City,Note\r\n" + "".join(rows)).encode()


@pytest.mark.parametrize("most", [1, 7, 4096])
@pytest.mark.parametrize("path", sorted(EXPORTS.iterdir()), ids=lambda path: path.name)
def test_streams_that_trickle(path, most):
    content = path.read_bytes()
    assert list(open_table(Trickle(content, most))) == read(content)[1]


@pytest.mark.parametrize("path", sorted(EXPORTS.iterdir()), ids=lambda path: path.name)
def test_a_kept_layout_reads_a_compressed_copy(path):
    content = path.read_bytes()
    table, rows = read(content)
    layout = FileLayout.from_json(json.loads(json.dumps(table.layout.as_json())))
    assert layout == table.layout
    with gzip.open(io.BytesIO(gzip.compress(content))) as stream:
        assert list(open_table(stream, layout)) == rows


@pytest.mark.parametrize("block", [64, 65, 97, 1000])
def test_block_borders_fall_anywhere(block, monkeypatch):
    content = contacts(60, "Zürich, «Łódź»".replace(",", "")).replace(b"Ann", b"'+1")
    expected = read(content)[1]
    layout = open_table(io.BytesIO(content)).layout
    monkeypatch.setattr(lines, "BLOCK", block)
    assert list(open_table(io.BytesIO(content), layout)) == expected
    assert expected[59].number == 60
    assert expected[59].line == 2 + 59 * 2
    assert expected[0].cells[1] == "+1"


@pytest.mark.parametrize(
    ("encoding", "decided"),
    [("utf-8", "utf-8"), ("cp1252", "cp1252"), ("ascii", "ascii"), ("utf-16-le", "utf-16-le")],
)
def test_the_first_accent_may_come_late(encoding, decided):
    name = "Ann" if encoding == "ascii" else "Zoë"
    content = contacts(12_000).decode() + f"zoe@example.com,{name},Oslo,x\r\n"
    table, rows = read(content.encode(encoding))
    assert rows[-1].cells == ["zoe@example.com", name, "Oslo", "x"]
    assert table.layout.encoding == decided
    again = open_table(io.BytesIO(content.encode(encoding)), table.layout)
    assert list(again) == rows


@pytest.mark.parametrize("row", [1, 2, 5000, 11_999])
def test_damage_is_noticed_where_it_is(row):
    content = contacts(12_000).replace(b"person%d@" % row, b"pers\xc3\xb6n\xff%d@" % row)
    table = open_table(io.BytesIO(content), notice=True)
    rows = list(table)
    assert len(rows) == 12_000
    assert rows[row - 1].cells[0] == f"persön\ufffd{row}@example.com"
    lost = table.notices.garbled["lost"]
    assert (lost.count, lost.samples[0].row, lost.samples[0].line) == (1, row, row * 2)


def test_untouched_reading_has_the_same_numbers():
    _, _, guarded = (TRAPS / "apostrophe.csv").read_bytes().partition(b"\n")
    content = (TRAPS / "ragged_rows.csv").read_bytes() + guarded
    table, rows = read(content)
    raw = list(open_untouched(io.BytesIO(content), table.layout))
    assert [row[:2] for row in raw] == [row[:2] for row in rows]
    assert raw[0].cells == ["ann@example.com"]
    assert raw[5].cells[1] == "'+33612345678"


def test_header_over_two_lines():
    table, rows = read(b'"E-mail\naddress",Name\nann@example.com,Ann\n')
    assert table.layout.columns == ("E-mail address", "Name")
    assert (rows[0].number, rows[0].line) == (1, 3)


@pytest.mark.parametrize(
    ("text", "header", "rows"),
    [
        ("ann@example.com\nbob@example.com\n", None, 2),
        ("Email\nann@example.com\n", "Email", 1),
        ("Sähköpostini,Nimeni\nann@example.com,Ann\n", "Sähköpostini", 1),
        (",Ann\nbob@example.com,Bob\n", None, 2),
        ("two@@example.com,Ann\nbob@example.com,Bob\n", None, 2),
        ("Phone\n0151 23456789\n", "Phone", 1),
        ("0151 23456789\n0151 23456788\n", None, 2),
        ("contact_id\n1\n2\n", "contact_id", 2),
        ("1\n2\n3\n", None, 3),
        ("Name;Telefon\nAnn;0151 23456789\n", "Name", 1),
    ],
)
def test_header_or_none(text, header, rows):
    table, found = read(text.encode())
    assert (table.layout.header and table.layout.columns[0]) == header
    assert len(found) == rows


def test_a_person_may_say_that_the_first_row_is_data():
    content = b"Anna,Berlin\nBert,Paris\n"
    layout = open_table(io.BytesIO(content)).layout
    assert layout.header == ("Anna", "Berlin")
    rows = list(open_table(io.BytesIO(content), known=KnownLayout(header_line=0)))
    assert cells(rows) == [["Anna", "Berlin"], ["Bert", "Paris"]]
    assert rows[0][:2] == (1, 1)


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b;price\nx@example.com;1;2,50\ny@example.com;2;3,50\n", ";"),
        ("Name|Mail\nSmith, Jr.|x@example.com\nLee, Sr.|y@example.com\n", "|"),
        ("Mail\tTags\nx@example.com\tVIP;Lead\ny@example.com\tVIP;Lead\n", "\t"),
        ("Mail\nx@example.com\n", ","),
        ('"sep=\t"\nMail\tName\nx@example.com\tAnn\n', "\t"),
    ],
)
def test_delimiters(text, delimiter):
    assert read(text.encode())[0].layout.delimiter == delimiter


def test_memory_is_bounded():
    row = ("x@example.com," + "y" * 200 + "\n").encode()

    class Endless:
        left = 12_000_000

        def read(self, size: int) -> bytes:
            size = min(size, self.left)
            self.left -= size
            return (row * (size // len(row) + 1))[:size]

    tracemalloc.start()
    try:
        count = sum(1 for _ in open_table(Endless()))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert count > 50_000
    assert peak < 5_000_000


@pytest.mark.parametrize(
    "content", [b"x" * 3_000_000, b'a,b\n"' + b"y\n" * 900_000, b"a,b\n" + b"x,y," * 600_000]
)
def test_lines_and_quotes_without_end_are_refused_and_not_kept_in_memory(content):
    with pytest.raises(UnreadableFile):
        read(content)


def test_random_bytes_are_read_or_refused_and_never_crash():
    dice = random.Random(11)
    samples = [path.read_bytes()[:3000] for path in sorted(EXPORTS.iterdir())]
    for _ in range(600):
        content = bytearray(dice.choice(samples))
        for _ in range(dice.randint(1, 30)):
            content[dice.randrange(len(content))] = dice.choice(b"\0\",;\t|\n\r\xff\xe9\xc3a@'=<\x01")
        try:
            _, rows = read(bytes(content[: dice.randint(1, len(content))]))
        except UnreadableFile as refusal:
            assert refusal.message.endswith(".")
        else:
            assert [row.number for row in rows] == list(range(1, len(rows) + 1))
