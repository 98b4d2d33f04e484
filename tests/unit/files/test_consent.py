"""What is said about consent, in many words and languages; what is not understood is never a yes.  # B-20"""

import pytest

from app.files.domain.consent.cells import answered, blank_key, consent_of, is_clear, takes_away, word_key
from app.files.domain.consent.withholding import reader, withholding

YES = """
    yes | Y | TRUE | 1 | 1.0 | x | ✓ | Subscribed | active | opted-in | Opted in | Confirmed | Express
    Implied | enabled | Yes, please | Yes, of course | ja | Ja, gerne | angemeldet | Eingewilligt | oui
    Oui, merci | abonnée | Inscrit | Sí | suscrito | acepto | sì | iscritta | acconsento | sim | aceito
    inscrito | ja graag | ingeschreven | tak | wyrażono zgodę | da | ano | souhlasím | igen
    feliratkozott | evet | onaylı | kyllä | samtycker | tilmeldt | påmeldt | ναι | да | подписан
    согласна | так | はい | 同意する | 購読中 | 是 | 已订阅 | 네 | 수신동의 | نعم | موافق | כן | מאושר
    áno | naročen
"""
NO = """
    no | N | FALSE | 0 | 0.0 | ✗ | off | Unsubscribed | UNSUBSCRIBED 2024-03-01 | opted out
    Opted-out 2024 | opt-out | OptOut | Not subscribed | non-subscribed | No thanks | No, thank you
    never | Never contact again | STOP | STOP all | unreachable | Do not contact | do_not_email | DNC
    don't email me | declined | withdrawn | no consent | without consent | nein | Nein danke | abgemeldet
    nicht anrufen | kein Newsletter | widerrufen | keine Einwilligung erteilt | non | pas intéressé
    désabonnée | ne pas contacter | désinscrit | sin permiso | dado de baja | baja | no contactar | nunca
    disiscritto | mai | senza consenso | não | descadastrado | nee | geen toestemming | uitgeschreven
    niet mailen | nie | wypisany | brak zgody | bez zgody | nej | ej samtycke | avregistrerad | afmeldt
    ikke samtykke | avmeldt | ei | peruttu | ne | odhlášen | nesouhlasí | nem | leiratkozott | nu
    dezabonat | odjavljen | hayır | izin yok | abonelikten çıktı | όχι | δεν θέλω | απεγγραφή | нет
    не подписан | отписался | отказ от рассылки | ні | відписався | いいえ | 配信停止 | 希望しない
    購読解除 | 否 | 不同意 | 已退订 | 拒收 | 아니요 | 수신거부 | 구독취소 | لا | غير مشترك | לא | הוסר
"""
BOUNCED = """
    bounced | Hard Bounce | soft-bounced | cleaned | unzustellbar | rebotado | odbity | rebond | gebounced
    invalid | возврат | エラーメール | 반송
"""
BLOCKED = "blocked | Blocklisted | blacklisted | spam complaint | suppressed | gesperrt | bloqué | 黑名单"
LEFT_OUT = "disabled | No Permissions Set | not specified | keine Angabe | sin respuesta | 未回答"
ASKED = """
    inactive | Pending | unconfirmed | Not confirmed | archived | transactional | Deleted | cancelled
    unknown | Temp hold | Awaiting Confirmation | perhaps | maybe | Berlin | 2 | 17 | inaktiv | ausstehend
    en attente | pendiente | in attesa | nieaktywny | neaktivní | неактивен | 未確認 | 待确认 | 대기
    not unsubscribed | no restrictions | has never opted out | yes, but not by email
    yes unless unsubscribed later | ? | United Kingdom | None | NONE | (none) | nil | Email | All | nothing
"""
NOTHING = "  | - | -- | N/A | null | NaN | nan | #N/A | undefined"


def cells(text):
    return [cell.strip() for line in text.strip("\n").splitlines() for cell in line.split("|")]


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("yes", YES),
        ("unsubscribed", NO),
        ("bounced", BOUNCED),
        ("blocked", BLOCKED),
        ("left_out", LEFT_OUT),
        ("asked", ASKED),
        (None, NOTHING),
    ],
)
def test_words_of_a_consent_column(said, text):
    # A word that says no in one language may say yes in another: none of them may.
    assert {cell: consent_of(cell) for cell in cells(text)} == dict.fromkeys(cells(text), said)


@pytest.mark.parametrize(
    ("cell", "field", "said"),
    [
        ("true", "opt_out", "unsubscribed"),
        ("ja", "opt_out", "unsubscribed"),
        ("2025-11-03 10:00", "opt_out", "unsubscribed"),
        ("03.11.2025", "opt_out", "unsubscribed"),
        ("Nov 3, 2025", "opt_out", "unsubscribed"),
        ("45964", "opt_out", "unsubscribed"),
        ("1762164000", "opt_out", "unsubscribed"),
        ("unsubscribed", "opt_out", "unsubscribed"),
        ("Subscribed", "opt_out", "yes"),
        ("bounced", "opt_out", "bounced"),
        ("false", "opt_out", None),
        ("no", "opt_out", None),
        ("", "opt_out", None),
        ("too many emails", "opt_out", "asked"),
        ("inactive", "opt_out", "asked"),
        ("No thanks", "opt_out", "asked"),
        ("yes", "bounced", "bounced"),
        ("hard", "bounced", "bounced"),
        ("no", "bounced", None),
        ("3", "bounced", "asked"),
        ("2024-01-15T10:00:00.000Z", "consent", "yes"),
        ("None", "opt_out", None),
        ("none", "bounced", None),
    ],
)
def test_in_an_opt_out_column_yes_is_the_bad_news(cell, field, said):
    assert consent_of(cell, field) == said


def test_a_word_is_the_same_in_all_its_spellings():
    assert word_key("Awaiting Confirmation") == word_key(" AWAITING_CONFIRMATION ") == "awaiting confirmation"
    assert word_key("waits since 2024-01-02") == word_key("waits since 2025-11-30")
    assert word_key("step 1") != word_key("step 2")


def test_answers_decide_what_is_asked_and_nothing_else():
    answers = {word_key("Inactive"): "yes", word_key("disabled"): "no", word_key("Unsubscribed"): "yes"}
    assert answered("INACTIVE", "consent", answers) == "yes"
    assert answered("Pending", "consent", answers) == "asked"
    assert answered("disabled", "consent", answers) == "unsubscribed"
    assert answered("Unsubscribed", "consent", answers) == "unsubscribed", "a clear no is no question"
    assert answered("Inactive", "consent", {"inactive": "nonsense"}) == "asked"


def test_without_an_answer_a_row_is_left_out():
    read = reader("consent", {})
    assert [read(cell) for cell in ("yes", "perhaps", "", "no")] == ["yes", "left_out", None, "unsubscribed"]


@pytest.mark.parametrize(
    ("answer", "said"), [("yes", None), ("no", "unsubscribed"), ("leave-out", "left_out"), ("x", None)]
)
def test_what_blank_means_is_said_for_each_column(answer, said):
    columns = [(0, "consent"), (1, "consent"), (2, "opt_out")]
    withheld = withholding(columns, {blank_key(0): answer, blank_key(2): answer})
    for blank in ("", "  ", "NULL", "-", "0000-00-00"):
        assert withheld([blank, "yes", ""]) == said
        assert withheld(["yes", blank, blank]) is None
        assert withheld([blank, "yes", "yes"]) == "unsubscribed"
    assert withheld(["None", "yes", ""]) == "left_out"


def test_any_no_wins_and_the_strongest_counts():
    withheld = withholding([(0, "consent"), (1, "opt_out"), (2, "bounced")], {"perhaps": "leave-out"})
    assert withheld(["yes", "no", ""]) is None
    assert withheld(["perhaps", "no", ""]) == "left_out"
    assert withheld(["yes", "yes", ""]) == "unsubscribed"
    assert withheld(["perhaps", "", "yes"]) == "bounced"
    assert withheld(["blocklisted", "yes", "yes"]) == "blocked"


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("Unsubscribed", True),
        ("STOP: do not contact", True),
        ("blocked", True),
        ("Deceased", True),
        ("Never subscribed", False),
        ("NOT_SUBSCRIBED", False),
        ("no consent", False),
        ("no", False),
        ("No thanks", False),
        ("STOP", True),
        ("withdrawn", True),
        ("Subscribed", False),
    ],
)
def test_who_took_consent_away_is_told_from_who_never_gave_it(cell, said):
    assert takes_away(cell) == said


def test_a_no_to_another_channel_leaves_out_and_takes_nothing_away():
    for cell in ("no", "Unsubscribed", "blocked", "bounced", "declined", "0"):
        assert consent_of(cell, "channel_consent") == "left_out"
    for cell in ("yes", "1", "2024-05-06", "Unsubscribed", "blocked"):
        assert consent_of(cell, "channel_opt_out") == "left_out"
    assert [consent_of(cell, "channel_opt_out") for cell in ("no", "", "None", "Subscribed", "x y")] == [
        *(None, None, None, "yes", "asked"),
    ]
    assert [consent_of(cell, "channel_consent") for cell in ("yes", "", "None", "perhaps")] == [
        *("yes", None, "asked", "asked"),
    ]


@pytest.mark.parametrize(
    "cell",
    [
        *("2021-03-04 withdrawn", "04.03.2021: widerrufen", "2021-03-04 10:00 unsubscribed", "3/4/2021 - no"),
        *("[ ] Newsletter", "☐ I agree", "( ) yes", "✗ email", "¬ consent", "⛔ mail"),
    ],
)
def test_a_yes_is_not_read_into_a_date_with_a_no_or_a_box_without_a_tick(cell):
    assert consent_of(cell) in ("unsubscribed", "asked")


def test_invisible_characters_hide_no_word():
    for cell in (
        "Un\u200bsubscribed",
        "\u2060unsubscribed\ufeff",
        "Unsub\u00adscribed",
        "u\u200dnsubscribed",
    ):
        assert consent_of(cell) == "unsubscribed", ascii(cell)
        assert word_key(cell) == "unsubscribed"


@pytest.mark.parametrize(
    "cell",
    [
        "Asked to be removed, no emails please",
        "wants no email",
        "Please remove from list",
        "doesn't want emails any more",
        "stop emailing me",
        "will keine Werbung mehr",
        "no quiere: no enviar",
        "niet mailen a.u.b.",
        "ya no quiere recibir correos",
        "bitte nicht mehr anschreiben",
        "Ne souhaite plus recevoir de courriels",
        "ela não quer receber e-mails",
        "NM - No solicitation",
        "прислали жалобу, больше не писать",
        "配信停止希望",
        "電話あり、メルマガ不要とのこと",
        "전화함, 수신거부 요청",
        "客户已退订",
    ],
)
def test_a_request_to_stop_in_a_note_is_a_no(cell):
    assert is_clear(cell) and consent_of(cell) in ("unsubscribed", "asked")


@pytest.mark.parametrize(
    "cell",
    [
        *("Unsubscribed", "do not contact", "Cleaned", "VIP, unsubscribed", "désabonné", "No Email"),
        *("VIP; deceased", "verstorben", "DND", "gone to competitor, never contact again"),
        *("asked to be removed", "no emails please", "2021-03-04 unsubscribed"),
    ],
)
def test_some_words_are_about_consent_wherever_they_stand(cell):
    assert is_clear(cell)


@pytest.mark.parametrize(
    "cell", ["no", "blocked", "inactive", "No phone", "invalid", "Cleaner", "no allergies"]
)
def test_others_may_be_about_anything(cell):
    assert not is_clear(cell)


def test_a_hostile_cell_costs_nothing():
    """A million characters are cut before anything looks at them."""
    read = reader("consent", {})
    for filler in ("\u200b", " ", "no ", "not unsubscribed ", "un", "(((", "1" * 50, "ﷺ"):
        assert read(filler * 200_000) in ("yes", None, "left_out", "unsubscribed")
