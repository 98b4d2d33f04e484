"""Exports of other programs and lists that people keep: nobody who said no is contacted without a question,
and plain files ask nothing.  # B-20"""

import pytest

from tests.unit.files.consent_files import read_consent
from tests.unit.files.contact_files import CONSENT_FILES, EXPORTS

# Rows in which nothing speaks against contacting before anything is answered; columns and words asked about.
FILES = {
    "activecampaign": ([], [], ["Unconfirmed"]),
    "activecampaign_spanish": ([1, 4, 5], ["Etiquetas", "Notas"], []),
    "aweber": ([1], [], ["Unconfirmed"]),
    "brevo": ([1], ["SMS_BLACKLISTED"], ["(blank)"]),
    "campaign_monitor": ([1, 5], [], ["Deleted"]),
    "cleverreach": ([1, 2, 3], ["Deaktiviert am", "Aktiv"], []),
    "club_german": ([1], ["Foto ok"], ["nur Post"]),
    "donations": ([1, 3], ["Deceased"], ["NM - No email"]),
    "donations_german": ([1], [], []),
    "dutch_shop": ([1, 3], [], ["(blank)"]),
    "eventbrite": ([1, 3], [], []),
    "eventbrite_boxes": ([1, 2, 3, 4], ["Would you like to hear from us? Tick all that apply"], []),
    "french_association": ([1], [], ["Ne sait pas"]),
    "getresponse": ([1], [], ["removed", "unconfirmed"]),
    "google_forms_long_texts": ([1, 2, 3], ["Marketing permissions"], []),
    "gravity_forms": ([1, 3], [], []),
    "hubspot_opt_outs": ([1, 4, 5], ["Email hard bounce reason", "Lead Status"], ["Non-marketing contact"]),
    "italian_crm": ([1], [], ["In attesa"]),
    "japanese": ([1], [], []),
    "japanese_notes": ([1], [], ["(blank)", "×"]),
    "kajabi": ([1], [], []),
    "klaviyo": ([1, 5], ["SMS Marketing Consent"], []),
    "klaviyo_french": ([1, 3, 4], ["Consentement SMS", "Source de désabonnement"], []),
    "mailerlite": ([1], [], ["unconfirmed"]),
    "pipedrive": ([1], [], ["Archived"]),
    "plain_club": ([1, 2], [], []),
    "plain_crm": ([1, 2, 3], [], []),
    "plain_dates": ([1, 2, 3], [], []),
    "plain_event": ([1, 2, 3], [], []),
    "plain_sheet": ([1, 2, 3], [], []),
    "plain_shop": ([1, 2, 3], [], []),
    "polish_shop": ([1], [], []),
    "salesforce_contacts": ([1, 3], ["Do Not Call"], []),
    "sendgrid": ([1, 2], ["UNSUBSCRIBED_FROM"], []),
    "shopify_portuguese": ([1, 4], ["Tags"], []),
    "spanish_charity": ([1, 3, 4], ["Motivo de baja"], []),
    "squarespace": ([1, 3], [], []),
    "substack": ([1, 2, 3], ["Subscription type", "Cancel date", "Email disabled", "Digest enabled"], []),
    "wix": ([1], ["Last Activity"], ["Pending"]),
    "woocommerce": ([1, 3], [], []),
    "zoho_crm": ([1], ["Unsubscribed Mode"], []),
}


@pytest.mark.parametrize("path", sorted(CONSENT_FILES.glob("*.csv")), ids=lambda path: path.stem)
def test_who_is_free_and_what_is_asked(path):
    file = read_consent(path)
    assert (file.free, file.asked, list(file.words)) == FILES[path.stem]


@pytest.mark.parametrize("path", sorted(EXPORTS.iterdir()), ids=lambda path: path.stem)
def test_the_usual_exports_ask_nothing(path):
    assert not read_consent(path).questions.is_open


def test_answers_close_the_questions():
    path = CONSENT_FILES / "cleverreach.csv"
    answered = read_consent(path, **{"Deaktiviert am": "opt_out", "Aktiv": "consent"})
    assert not answered.questions.is_open
    assert answered.free == [1]
    path = CONSENT_FILES / "substack.csv"
    nothing = {"Subscription type": "no", "Cancel date": "no", "Digest enabled": "no"}
    answered = read_consent(path, **nothing, **{"Email disabled": "opt_out"})
    assert not answered.questions.is_open
    assert answered.free == [1, 3]
