"""People say no in words of their own, in columns with names of their own."""

import pytest

from app.files.domain.consent.cells import consent_of, is_clear, kind_of, trimmed
from app.files.domain.consent.phrases import PHRASES
from app.files.domain.consent.remark_words import REFUSERS, listed
from app.files.domain.consent.search import clear_cells
from tests.unit.files.consent_files import read_consent


@pytest.mark.parametrize(
    "spelled",
    [
        "{}", "VIP; {}", "status={}", "\u200b{}", "→ {}", "“{}”",
    ],
)  # fmt: skip
def test_what_a_column_is_judged_by_counts_in_its_rows(spelled):
    for word in (*listed(REFUSERS), *PHRASES[::9]):
        cell = spelled.format(word)
        assert not is_clear(trimmed(cell)) or clear_cells((cell,)), cell


def test_tags_in_the_plural_keep_their_people_out():
    file = read_consent(
        "Email,Name,Groups\na@e.example,Ann,Customers\nb@e.example,Bob,Unsubscribes\n"
        "c@e.example,Cy,Customers|Opt-outs\n",
        Groups="consent_note",
    )
    assert file.free == [1]


@pytest.mark.parametrize(
    ("question", "yes", "no"),
    [
        ("Vuoi restare in contatto con noi?", "Sì", "Preferisco di no"),
        ("Czy chcesz dostawać od nas wiadomości?", "Tak", "Raczej nie"),
        ("Mogen we je af en toe een mailtje sturen?", "Ja hoor", "Liever niet"),
        ("Får vi mejla dig?", "Ja", "Helst inte"),
        ("Можно ли вам писать?", "Да", "Лучше не надо"),
        ("Size e-posta gönderebilir miyiz?", "Evet", "İstemem"),
        ("Podemos te mandar e-mails?", "Pode sim", "Prefiro não"),
        ("Chcete od nás dostávat zprávy?", "Ano", "Raději ne"),
        ("Dürfen wir dir schreiben?", "Ja gerne", "Ach nö"),
        ("Nog iets met ons delen?", "Ja", "Liever niet"),
        ("Email frequency", "Weekly", "Never"),
        ("Bulk Email", "Allow", "Do Not Allow"),
        ("Contact OK", "OK", "not OK"),
        ("Last reply", "Thanks!", "STOP"),
    ],
)
def test_a_no_in_other_words_is_no_yes(question, yes, no):
    text = f"Email,Name,{question}\na@e.example,Ann,{yes}\nb@e.example,Bob,{no}\nc@e.example,Cy,{yes}\n"
    file = read_consent(text)
    assert file.questions.is_open or 2 not in file.free
    assert 2 not in read_consent(text, **{question: "consent"}).free


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Date of death", "2021-01-02"), ("Todesdatum", "12.03.2021"),
        ("Right to be forgotten", "2021-03-12"),
        ("Deceased", "Yes"), ("Art. 21 DSGVO", "ja"), ("Verstorben", "x"),
    ],
)  # fmt: skip
def test_people_who_died_or_want_to_be_forgotten(name, said):
    text = f"Email,Name,{name}\na@e.example,Ann,\nb@e.example,Bob,{said}\nc@e.example,Cy,\n"
    file = read_consent(text)
    assert file.asked == [name] or file.taken == {name: "opt_out"}
    assert read_consent(text, **{name: "opt_out"}).free == [1, 3]


@pytest.mark.parametrize(
    "note",
    [
        "said he had enough of our emails", "asked me not to email him again", "GDPR erasure request 2023",
        "wishes no further contact", "Please stop all emails", "please no promotional mails after the stay",
        "will nix mehr von uns", "Leave me alone",
    ],
)  # fmt: skip
def test_notes_that_say_no(note):
    assert consent_of(note, "consent_note") == "unsubscribed"


@pytest.mark.parametrize(
    "note", ["Never contacted", "never emailed so far", "Removed old laptop, sent invoice"]
)
def test_notes_of_what_was_not_done_say_nothing(note):
    assert consent_of(note, "consent_note") is None


@pytest.mark.parametrize("note", ["Do not call before 9 am, prefers email", "do not contact until June"])
def test_a_no_for_a_time_leaves_out_and_unsubscribes_nobody(note):
    assert consent_of(note, "consent_note") == "left_out"
    assert kind_of("do not contact until june") == "asked"


def test_a_no_below_more_words_than_are_kept_is_seen():
    rows = "".join(f"p{at}@e.example,P,state {at}\n" for at in range(500))
    file = read_consent(f"Email,Name,Status\n{rows}b@e.example,Bob,Unsubscribed\n")
    assert file.asked == ["Status"]
    assert file.questions.columns[0].others > 0


@pytest.mark.parametrize("values", [("ok", "failed"), ("N", "W"), ("S", "M"), ("Yes", "3")])
def test_other_columns_ask_nothing(values):
    rows = "".join(f"{at}@e.example,A,{value}\n" for at, value in enumerate(values))
    assert read_consent(f"Email,Name,Result\n{rows}").asked == []
