"""Columns that say who may be contacted are found by their names and cells, in any language.  # B-20"""

import itertools

import pytest

from app.files.domain.cells.profile import FileProfile
from app.files.domain.consent.cells import consent_of
from app.files.domain.consent.columns import CONSENT_FIELDS, NOTHING, by_words, judge, judge_columns
from app.files.domain.consent.headers import about
from app.files.domain.consent.search import clear_cells
from app.files.domain.consent.withholding import withholding
from tests.unit.files.consent_files import read_consent
from tests.unit.files.contact_files import REPORTS

CONSENT = """
    Newsletter | Newsletter? | newsletter_opt_in | Subscribed | isSubscribed | subscribed_to_emails
    Email Consent | Marketing emails | Accepts Marketing | GDPR consent | optIn | EMAIL_OPT_IN
    Email Permission Status | May we send you our newsletter? | Would you like to receive updates?
    OK to email | Mailing list | Promotional emails | Werbeeinwilligung | Einwilligung DSGVO
    Newsletter angemeldet | Werbung erlaubt | Zustimmung E-Mail-Werbung | Einverständnis | Abonnent
    Consentement marketing | Abonné newsletter | Accepte les e-mails | Accord mailing | Consentimiento
    Suscrito al boletín | Acepta publicidad | Autoriza envíos | Consenso marketing | Iscritto newsletter
    Accetta comunicazioni | Consentimento | Assinante | Aceita receber e-mails | Toestemming | Nieuwsbrief
    Akkoord met mailing | Zgoda marketingowa | Zgoda RODO | Subskrybent | Samtycke | Nyhetsbrev | Samtykke
    Nyhedsbrev | Suostumus | Uutiskirje | Markkinointilupa | Souhlas s marketingem | Odběr novinek
    Súhlas | Hírlevél | Hozzájárulás | Consimțământ | Abonat | Suglasnost | Soglasje | Съгласие
    Согласие на рассылку | Подписка | Рассылка | Згода | Συγκατάθεση | Ενημερωτικό δελτίο | İzin | Abone
    Bülten | E-posta onayı | 同意 | メルマガ購読 | 配信希望 | ニュースレター | 订阅 | 营销许可
    訂閱電子報 | 마케팅 수신동의 | 뉴스레터 구독 | موافقة | الاشتراك في النشرة | הסכמה לדיוור
    מנוי לניוזלטר | Nousolek | Piekrišana | Sutikimas | Langganan
"""
OPT_OUT = """
    Unsubscribed | Is Unsubscribed | is_unsubscribed | donotContact | Do Not Contact | DO_NOT_EMAIL
    EMAIL_OPT_OUT | Email Opt Out | optedOut | HasOptedOutOfEmail | Unsubscribe date | unsubscribed_at
    DNC | Suppressed | Blacklisted | Email blocklisted | Global unsubscribe | No marketing | Abgemeldet
    Abmeldedatum | Newsletter abbestellt | Werbesperre | Sperrvermerk | Werbewiderspruch | Keine Werbung
    Robinsonliste | Désabonné | Désinscrit | Ne pas contacter | Pas de mailing | Opposition prospection
    Baja | Fecha de baja | No contactar | Desuscrito | Disiscritto | Non contattare | Descadastrado
    Não contactar | Uitgeschreven | Uitschrijfdatum | Afgemeld | Niet mailen | Geen nieuwsbrief | Wypisany
    Rezygnacja | Sprzeciw | Nie kontaktować | Avregistrerad | Reklamspärr | Afmeldt | Frameldt | Avmeldt
    Reservert mot reklame | Markkinointikielto | Odhlášen | Nekontaktovat | Leiratkozott | Dezabonat
    Odjavljen | Отписан | Отказ от рассылки | Не беспокоить | Відписався | Απεγγραφή | Abonelikten çıktı
    配信停止 | 購読解除 | 退会 | 退订 | 拒收邮件 | 수신거부 | 구독취소 | إلغاء الاشتراك | הסרה מדיוור
"""
BOUNCED = """
    Bounced | Hard bounce | email_bounced | Unzustellbar | Rebond | Rebotado | Gebounced | Odbity | 退信
    エラーメール
"""
ABOUT_SOMETHING_ELSE = """
    Email | First name | Nachname | Company | City | Phone | Lead Status | Order status | Payment status
    Approval Status | Plan | complimentary_plan | Tax exempt | Attended | Is Guest | is_organic
    Member rating | Subscription ID | Subscription price | OPTIN_IP | Unsubscribe link | Unsubscribe URL
    Consent text | Marketing manager | Mailing City | Subscriber email | Marital status | VIP | Gender
    Vegetarian | Permission set name
"""
UNFAMILIAR = (
    "Club | Notes | Loge | Gewerbe | Bewerbung | Wettbewerb | Bereich | Preference | Adoption | Sector"
)
YES_AND_NO = [
    ("yes", "no"),
    ("TRUE", "FALSE"),
    ("1", "0"),
    ("Y", "N"),
    ("x", "-no"),
    ("ja", "nein"),
    ("oui", "non"),
    ("sí", "no"),
    ("да", "нет"),
    ("はい", "いいえ"),
    ("是", "否"),
    ("예", "아니요"),
    ("نعم", "لا"),
    ("כן", "לא"),
    ("tak", "nie"),
    ("evet", "hayır"),
]


def names(text):
    return [name.strip() for line in text.strip("\n").splitlines() for name in line.split("|")]


def judged(name, *cells):
    profile = FileProfile.of_rows([[cell] for cell in cells], 1, by_words([name] if name else None))
    return judge(name, profile.columns[0], profile.rows)


@pytest.mark.parametrize(
    ("role", "text"),
    [("consent", CONSENT), ("opt_out", OPT_OUT), ("bounced", BOUNCED), ("other", ABOUT_SOMETHING_ELSE)],
)
def test_what_a_name_is_about(role, text):
    assert {name: about(name) for name in names(text)} == dict.fromkeys(names(text), role)


def test_unfamiliar_names_say_nothing():
    assert {name: about(name) for name in names(UNFAMILIAR)} == dict.fromkeys(names(UNFAMILIAR), None)


@pytest.mark.parametrize(("yes", "no"), YES_AND_NO)
def test_nobody_who_said_no_is_contacted_whatever_the_language(yes, no):
    """Every name with every pair of words: the column is taken, and takes the no for a no."""
    for field, text in (("consent", CONSENT), ("opt_out", OPT_OUT), ("bounced", BOUNCED)):
        for name in names(text):
            assert judged(name, *[yes] * 60, no, "").field == field, (name, yes, no)


@pytest.mark.parametrize(("yes", "no"), YES_AND_NO)
def test_yes_and_no_of_an_unfamiliar_column_are_asked_about(yes, no):
    for name in [*names(UNFAMILIAR), None, "Status", "Active", "Email"]:
        assert judged(name, yes, yes, no).asks, (name, yes, no)
    assert judged("Club", yes, "", "").asks


def test_a_column_that_is_the_same_for_everybody_is_not_asked_about():
    assert not judged("Club", "x", "x", "x").asks
    assert not judged("Club", "1", "1").asks and not judged("Club", "0", "0").asks
    assert judged("Werbemails ok", "nein", "nein").field == "consent"
    assert judged("Club", "no", "no").asks


@pytest.mark.parametrize(
    ("name", "cells", "taken"),
    [
        ("Status", ["Active", "Unsubscribed", "Active", "Bounced"], True),
        ("Info", ["subscribed", "opted out"], True),
        (None, ["ok", "do not contact"], False),
        ("State", ["active", "cleaned"], True),
        ("Status", ["New", "Lead", "Customer"], False),
        ("Status", ["Active", "Inactive", "Pending", "Archived"], False),
        ("Lead Status", ["Open", "Unsubscribed"], False),
        ("Tags", ["VIP, unsubscribed", "VIP"], False),
        ("Estado", ["Activo", "Inactivo"], False),
        ("Newsletter", ["Spring issue", "Autumn issue"], False),
        ("Konto", ["aktiv", "gesperrt", "aktiv"], False),
        ("Archived", ["true", "false"], False),
        ("Accepts SMS Marketing", ["yes", "no"], False),
        ("Remarks", ["Asked to be removed, no emails please", "VIP", "likes tea", "call later"], True),
        ("Bemerkung", ["Stammkunde", "will keine Werbung mehr", "zahlt bar", "Barzahler"], True),
    ],
)
def test_clear_words_make_it_one_and_mixed_words_are_asked_about(name, cells, taken):
    judgement = judged(name, *cells)
    assert (judgement.field is not None, judgement.asks) == (taken, not taken)


@pytest.mark.parametrize(
    ("name", "cells"),
    [
        ("Estado", ["Jalisco", "Sonora"]),
        ("State", ["NY", "CA"]),
        ("Last name", ["No Email", "Ng", "No", "Yes"]),
        ("City", ["Berlin", "Paris"]),
        ("Plan", ["cancelled", "active"]),
        ("Tax exempt", ["yes", "no"]),
        ("Comments", ["no allergies", "call later", "ask for Ann", "likes tea"]),
        ("Department", ["Marketing", "Sales"]),
        ("Orders", ["0", "1", "2"]),
        ("Opt-in date", ["2024-01-02", "2023-05-06"]),
        ("Size", ["S", "M", "L"]),
        ("Status", ["Active", "Active"]),
        ("Deleted", ["false", "false"]),
        ("Newsletter", ["", ""]),
        ("Newsletter", ["None", "none"]),
        ("Diet", ["None", "Vegan", "None", "Halal"]),
        ("Allergies", ["None", "None", ""]),
    ],
)
def test_plain_columns_are_not_asked_about(name, cells):
    judgement = judged(name, *cells)
    assert (judgement.field, judgement.asks) == (None, False)


def test_a_name_that_says_opt_out_turns_yes_into_no():
    assert judged("Do not contact", "yes", "no").field == "opt_out"
    assert judged("Abmeldedatum", "", "2024-01-02").field == "opt_out"
    assert judged("Archived", "true", "false").suggested == "opt_out"


def test_consent_to_something_else_counts_where_nothing_is_said_about_email():
    header = ["Accepts SMS Marketing", "Newsletter"]
    rows = [["no", "yes"], ["yes", "no"]]
    both = judge_columns(header, FileProfile.of_rows(rows, 2))
    assert [(one.field, one.asks) for one in both] == [(None, False), ("consent", False)]
    assert not judge_columns(header, FileProfile.of_rows([["Never subscribed", "yes"], rows[1]], 2))[0].asks
    alone = judge_columns(header[:1], FileProfile.of_rows([row[:1] for row in rows], 1))
    assert alone[0].asks


def test_dates_of_a_yes_count_where_nothing_else_says_it_and_some_are_missing():
    def fields(header, *rows):
        judged = judge_columns(header, FileProfile.of_rows(rows, len(header), by_words(header)))
        return [one.field for one in judged]

    assert fields(["Opt-in date"], ["2024-01-02"], [""]) == ["consent"]
    assert fields(["Opt-in date"], ["2024-01-02"], ["0000-00-00"]) == ["consent"]
    assert fields(["Opt-in date"], ["2024-01-02"], ["2024-01-03"]) == [None]
    assert fields(["OPTIN_TIME", "CONFIRM_TIME"], ["2024-01-02", ""], ["2024-01-02", "2024-01-02"]) == [
        None,
        None,
    ]
    assert fields(["Opt-in date", "Newsletter"], ["2024-01-02", "yes"], ["", "no"]) == [None, "consent"]
    assert fields(["Opt-in date", "Do not contact"], ["2024-01-02", ""], ["", "yes"]) == [None, "opt_out"]


@pytest.mark.parametrize(
    ("name", "cell", "suggested"),
    [
        ("SMS consent", "Unsubscribed", "channel_consent"),
        ("SMS consent", "Do not contact", "channel_consent"),
        ("Accepts SMS Marketing", "STOP, never contact again", "channel_consent"),
        ("Consent to post", "deceased", "channel_consent"),
        ("SMS status consent", "blocked", "channel_consent"),
        ("SMS_BLACKLISTED", "Yes", "channel_opt_out"),
        ("SMS unsubscribed", "2024-05-06", "channel_opt_out"),
        ("Do not call", "x", "channel_opt_out"),
    ],
)
def test_who_said_stop_to_another_channel_is_asked_about_beside_consent_to_email(name, cell, suggested):
    header = [name, "Newsletter"]
    judged = judge_columns(header, FileProfile.of_rows([[cell, "yes"], ["", "no"]], 2, by_words(header)))
    assert (judged[0].field, judged[0].asks, judged[0].suggested) == (None, True, suggested)
    assert judged[1].field == "consent"


@pytest.mark.parametrize(
    "name",
    [
        *("Unsubscribe source", "Unsubscribe method", "Opt-out source", "Unsubscribe campaign"),
        *(
            "Abmeldequelle",
            "Abmeldung Quelle",
            "Motif de désabonnement",
            "Motivo de baja",
            "Reden uitschrijving",
        ),
    ],
)
def test_what_is_kept_of_an_opt_out_tells_who_opted_out(name):
    assert judged(name, "web form", "", "").asks
    assert judged(name, "web form", "", "").suggested == "opt_out"
    assert not judged(name, "", "", "").asks


@pytest.mark.parametrize("name", ["Unsubscribe link", "Unsubscribe URL", "Unsubscribe token", "Blocked IP"])
def test_a_link_to_opt_out_is_everybodys(name):
    assert judged(name, "https://example.com/u/1", "https://example.com/u/2") == NOTHING


@pytest.mark.parametrize(
    "name", ["Lead status", "Deal stage", "Customer type", "Remarks", "Info", "Tags", "Segment", "Status"]
)
@pytest.mark.parametrize(
    "word",
    ["No email", "Deceased", "Verstorben", "remove me", "DND", "décédé", "Widerspruch", "wants nothing"],
)
def test_a_word_about_the_person_is_asked_about_whatever_the_column(name, word):
    assert judged(name, "Open", word, "New", "Won", "Open").asks


NOTES = {
    "unsubscribed": """
        moved away - don't send newsletter | please take me off your list
        stop writing to her | never mail again
        Kunde will nicht mehr angeschrieben werden | bitte keine Werbung
        ist leider verstorben | (deceased 2021) | ne plus envoyer de courrier
        merci de retirer de la liste | pediu para sair da lista | não enviar mais
        non inviare più email | wil geen post | niet meer benaderen
        nie chce newslettera | neposílat | ønsker ikke mails | просила удалить из базы
        больше не писать | この方には送らないでください | 请勿联系该客户
    """,
    None: """
        sings in the church choir | met at the fair, no questions
        nicht erreichbar am Montag | pas de téléphone | sin teléfono fijo | do not bend
        never late | 領収書不要 | no writing experience yet | нет телефона
    """,
}


@pytest.mark.parametrize(
    ("note", "said"),
    [
        (note.strip(), said)
        for said, text in NOTES.items()
        for line in text.strip().splitlines()
        for note in line.split("|")
    ],
)
def test_of_notes_only_a_clear_no_counts(note, said):
    assert judged("Remarks", "likes tea and long walks", note, "VIP").field == (said and "consent_note")
    assert consent_of(note, "consent_note") == said
    withheld = withholding([(0, "consent_note")], {})
    assert withheld([note]) == said
    assert withheld([f"{'Came by in spring and bought two of them. ' * 6}{note}. Her sister too."]) == said


@pytest.mark.parametrize("name", ["Email", "Last name", "Nachname", "City", None])
def test_such_a_word_in_place_of_a_name_or_address_asks_nothing(name):
    assert judged(name, "Miller", "No email", "Schmidt", "Jones") == NOTHING


@pytest.mark.parametrize(
    "name",
    [
        *("No consent", "Consent withdrawn on", "Newsletter not wanted", "Subscription canceled"),
        *("Unsubscribed from newsletter", "Keine Einwilligung", "Sin consentimiento", "Pas de consentement"),
        *("Geen toestemming", "Brak zgody", "Non-consent", "Newsletter disabled", "Ohne Zustimmung"),
    ],
)
@pytest.mark.parametrize("yes", ["yes", "x", "1", "2024-05-06"])
def test_a_yes_below_a_name_that_says_no_is_never_a_yes(name, yes):
    judgement = judged(name, yes, "", "")
    assert judgement.field in (None, "opt_out")
    assert judgement.field == "opt_out" or (judgement.asks and judgement.suggested == "opt_out")


def test_dates_of_zeros_hide_no_opt_out():
    """Programs write 0000-00-00 where nobody has opted out; it is no date among dates."""
    cells = ["0000-00-00"] * 500 + ["2024-05-06", "00/00/0000", "2024-07-08"]
    for name in ("Unsubscribed at", "Abmeldedatum"):
        judgement = judged(name, *cells)
        assert judgement.field == "opt_out"
        profile = FileProfile.of_rows([[cell] for cell in cells], 1, by_words([name]))
        assert profile.columns[0].values == {"0000-00-00": 500, "2024-05-06": 2, "00/00/0000": 1}


def test_opt_outs_without_a_header_are_asked_about():
    """The header row may have been read as a contact: what its yes means is not known."""
    assert judged(None, "Unsubscribed", "yes", "no", "yes").asks
    assert judged(None, "no", "unsubscribed", "no").field is None


def test_a_clear_word_is_found_in_a_column_of_many_notes():
    cells = [f"note {at}" for at in range(5_000)]
    cells[4_321] = "Do not contact"
    profile = FileProfile.of_rows([[cell] for cell in cells], 1, search=clear_cells)
    assert judge("Remarks", profile.columns[0], profile.rows).field == "consent_note"


TAKEN = {
    "15_listmonk_export": {"status": "consent"},
    "16b_donotContact": {"donotContact": "opt_out"},
    "16d_is_unsubscribed": {"Is Unsubscribed": "opt_out"},
    "16k_constantcontact_status": {"Email status - home": "consent"},
    "35_salesforce_report": {"Email Opt Out": "opt_out"},
    "39_constantcontact": {"Email status - other": "consent", "Email permission status - other": "consent"},
    "45_ghost_members": {"subscribed_to_emails": "consent"},
    "82_consent_words": {"Mail permission": "consent"},
    "83b_status_is_consent": {"Status": "consent"},
    "91_google_forms": {"May we send you our newsletter?": "consent"},
    "103_consent_after_50_rows": {"Newsletter": "consent"},
}
ASKED = {"83a_status_is_a_stage": ["Status"], "96_status_inactive": ["Status"]}


@pytest.mark.parametrize("path", sorted(REPORTS.glob("*.csv")), ids=lambda path: path.stem)
def test_the_files_of_reports(path):
    file = read_consent(path)
    assert file.taken == TAKEN.get(path.stem, {})
    assert file.asked == ASKED.get(path.stem, [])


def test_roles_are_the_fields_that_a_column_may_be():
    assert {about(name) for name in itertools.chain(*map(names, (CONSENT, OPT_OUT, BOUNCED)))} == {
        field for field in CONSENT_FIELDS if not field.startswith(("channel", "consent_"))
    }
