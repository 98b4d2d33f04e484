"""Encodings are detected from few letters, in the languages and encodings that people have (B-20)."""

import io

import pytest

from app.files.domain.reading.table_file import open_table
from app.files.domain.text.encodings import Evidence, encoding_named, sniff_encoding

# Language → (encodings of its users, rows as people write them).
LANGUAGES = {
    "Polish": (
        ["cp1250", "iso8859-2"],
        ["Paweł;Żółć;Łódź", "Zdzisław;Król;Gdańsk", "Grażyna;Dąbrowska;Poznań"],
    ),
    "Czech": (["cp1250", "iso8859-2"], ["Jiří;Dvořák;Plzeň", "Kateřina;Šťastná;Ústí", "Ondřej;Černý;Děčín"]),
    "Hungarian": (["cp1250"], ["György;Kovács;Pécs", "Jenő;Szabó;Győr", "Zsófia;Fűzfa;Székesfehérvár"]),
    "Croatian": (["cp1250"], ["Željko;Horvat;Šibenik", "Ana;Kovačević;Čakovec", "Đurđica;Babić;Varaždin"]),
    "Russian": (
        ["cp1251", "koi8-r", "cp866", "mac-cyrillic"],
        ["Иван;Петров;Москва", "Ольга;Иванова;Казань", "Сергей;Кузнецов;Новосибирск"],
    ),
    "Ukrainian": (["cp1251"], ["Олександр;Шевченко;Київ", "Наталія;Коваленко;Львів"]),
    "Greek": (["cp1253", "iso8859-7"], ["Γιώργος;Παπαδόπουλος;Αθήνα", "Ελένη;Βασιλείου;Ηράκλειο"]),
    "Turkish": (
        ["cp1254", "iso8859-9"],
        ["Ayşe;Yılmaz;İstanbul", "Gülşen;Çağlar;Eskişehir", "Oğuz;Şahin;Muğla"],
    ),
    "French": (
        ["cp1252", "iso8859-15", "mac-roman"],
        ["François;Lefèvre;Orléans", "Hélène;Bérénger;Besançon", "Noël;Gagné;Nîmes"],
    ),
    "German": (
        ["cp1252", "mac-roman", "cp850"],
        ["Jürgen;Müller;Köln", "Käthe;Groß;München", "Sören;Weiß;Fürth"],
    ),
    "Spanish": (
        ["cp1252", "mac-roman"],
        ["José;Muñoz;Málaga", "Íñigo;Ibáñez;León", "Begoña;Gutiérrez;Cádiz"],
    ),
    "Portuguese": (["cp1252"], ["João;Gonçalves;São Paulo", "Conceição;Magalhães;Brasília"]),
    "Danish": (["cp1252"], ["Søren;Kjær;Århus", "Jørgen;Møller;Ærø"]),
    "Lithuanian": (["cp1257"], ["Žydrūnas;Kazlauskas;Šiauliai", "Eglė;Jankauskienė;Panevėžys"]),
    "Hebrew": (["cp1255"], ["יוסי;כהן;חיפה", "שרה;לוי;ירושלים"]),
    "Arabic": (["cp1256"], ["محمد;أحمد;القاهرة", "فاطمة;الزهراء;الرياض"]),
    "Thai": (["cp874"], ["สมชาย;ใจดี;กรุงเทพ", "สุดา;แสงทอง;เชียงใหม่"]),
    "Japanese": (["cp932"], ["山田;太郎;東京都", "佐藤;花子;大阪市", "高橋;さくら;ヨコハマ"]),
    "Simplified Chinese": (["gbk"], ["王伟;李娜;北京", "张敏;刘洋;上海市", "陈静;杨磊;广州"]),
    "Traditional Chinese": (["big5"], ["王偉;李娜;臺北市", "張敏;劉洋;高雄", "陳靜;楊磊;臺中"]),
    "Korean": (["cp949"], ["김민수;이영희;서울", "박지훈;최수진;부산", "정다은;강현우;대구"]),
}
OLDER = [(language, encoding) for language, (encodings, _) in LANGUAGES.items() for encoding in encodings]


def text_of(language: str, rows: int = 99) -> str:
    people = enumerate(LANGUAGES[language][1][:rows])
    return "Email;First;Last;City\r\n" + "".join(f"p{n}@example.com;{row}\r\n" for n, row in people)


@pytest.mark.parametrize(("language", "encoding"), OLDER)
@pytest.mark.parametrize("rows", [2, 3])
def test_a_few_rows_are_enough(language, encoding, rows):
    text = text_of(language, rows)
    assert text.encode(encoding).decode(sniff_encoding(text.encode(encoding))) == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_unicode_with_and_without_a_mark(language, encoding):
    text = text_of(language)
    rows = list(open_table(io.BytesIO(text.encode(encoding))))
    assert ";".join(rows[0].cells[1:]) == LANGUAGES[language][1][0]


@pytest.mark.parametrize(("language", "encoding"), [one for one in OLDER if not one[1].startswith("iso")])
def test_one_spoiled_byte_changes_nothing(language, encoding):
    text = text_of(language)
    content = text.encode(encoding).replace(b"First", b"F\x81rst")
    assert text.encode(encoding).decode(sniff_encoding(content)) == text


def test_letters_that_come_late_still_count():
    evidence = Evidence()
    people = "".join(f"p{n}@example.com;Jürgen;Köln\n" for n in range(20_000))
    content = (people + "x@example.com;Paweł;Łódź\ny@example.com;Zdzisław;Żółć\n").encode("cp1250")
    for start in range(0, len(content), 100_000):
        evidence.add(content[start : start + 100_000])
    assert evidence.encoding() == "cp1250"


def test_what_two_encodings_spell_alike_is_called_by_the_common_name():
    assert sniff_encoding("Name\nJürgen Groß\nKäthe Köhler\n".encode("cp1250")) == "cp1252"


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Windows-1250", "cp1250"),
        ("latin1", "cp1252"),
        ("UTF-16", "utf-16-le"),
        ("GBK", "gb18030"),
        ("shift_jis", "cp932"),
        ("macintosh", "mac-roman"),
        ("klingon", None),
        ("rot13", None),
        ("base64", None),
    ],
)
def test_encodings_by_their_usual_names(name, encoding):
    assert encoding_named(name) == encoding
