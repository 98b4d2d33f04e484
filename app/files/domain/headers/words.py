"""Column names used by exporters, in the languages of their users."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from typing import Final

from app.files.domain.headers.phrases import (
    about_someone_else,
    alternatives,
    without_asking,
    without_brackets,
)

# ruff: noqa: RUF001

_WORDS: Final[dict[str, str]] = {
    "email": """
        email | e-mail | mail | email address | mail address | email id | e-mail 1 value | your email
        emails | e-mail-adresse | emailadresse | mailadresse | e-mail privat | e-mail geschäftlich
        email privat | courriel | adresse e-mail | adresse email | adresse mail | adresse électronique
        adresse courriel | mél | correo | correo electrónico | dirección de correo electrónico
        dirección de correo | e-mail dirección | dirección de email | indirizzo e-mail | indirizzo email
        indirizzo mail | posta elettronica | indirizzo di posta elettronica | endereço de e-mail
        endereço de email | correio eletrónico | correio eletrônico | endereço eletrônico
        endereço de correio eletrónico | e-mailadres | mailadres | adres e-mail | adres email
        poczta elektroniczna | adres poczty elektronicznej | e-post | epost | e-postadress | epostadress
        e-mailadresse | e-postadresse | sähköposti | sähköpostiosoite | e-mailová adresa | emailová adresa
        e-mail cím | adresă de e-mail | adresă email | e-posta | eposta | e-posta adresi
        электронная почта | эл. почта | почта | адрес электронной почты | имейл | имейл адрес
        електронна пошта | ηλεκτρονική διεύθυνση | ηλεκτρονικό ταχυδρομείο | メールアドレス | メール
        eメール | 邮箱 | 电子邮件 | 电子邮箱 | 邮件地址 | 電子郵件 | 電子信箱 | 이메일 | 이메일 주소
        البريد الإلكتروني | דואל | אימייל
    """,
    "first_name": """
        first name | firstname | given name | forename | fname | first | name first | vorname | rufname
        prénom
        prenom | primer nombre | nombre de pila | nome próprio | primeiro nome | nome di battesimo
        voornaam | imię | förnamn | fornavn | etunimi | křestní jméno | jméno | keresztnév | prenume | ad
        имя | ім'я | όνομα | 名 | 名字 | שם פרטי | الاسم الأول
    """,
    "last_name": """
        last name | lastname | surname | family name | lname | last | name last | nachname | familienname
        zuname
        nom de famille | apellido | apellidos | primer apellido | cognome | sobrenome | apelido
        último nome | achternaam | familienaam | nazwisko | efternamn | efternavn | etternavn | sukunimi
        příjmení | priezvisko | vezetéknév | nume de familie | soyad | soyadı | фамилия | прізвище
        επώνυμο | 姓 | 姓氏 | 성 | שם משפחה | اسم العائلة
    """,
    "full_name": """
        full name | fullname | contact name | customer name | display name | vollständiger name
        vor- und nachname | vorname nachname | nom complet | nom et prénom | prénom et nom
        nombre completo | nombre y apellidos | nome completo | nome e cognome | volledige naam
        imię i nazwisko | celé jméno | fullständigt namn | fulde navn | koko nimi | teljes név
        nume complet | ad soyad | фио | полное имя | ονοματεπώνυμο | 氏名 | お名前 | 姓名 | 성명
        שם מלא | الاسم الكامل
    """,
    "name": """
        name | names | nom | nombre | nome | naam | namn | navn | nimi | nazwa | név | nume | isim | 이름
        שם | الاسم
    """,
    "phone": """
        phone | phone number | telephone | telephone number | mobile | mobile phone | mobile number | cell
        cell phone | cellphone | phone mobile | tel | tel. | sms | phone 1 value | telefon | telefonnummer
        telefonnr | tel.-nr. | handy | handynummer | mobil | mobilnummer | mobiltelefon | rufnummer
        festnetz | téléphone | portable | numéro de téléphone | téléphone mobile | téléphone portable
        mobile phone number | teléfono | móvil | celular | número de teléfono | teléfono móvil | telefono
        cellulare | numero di telefono | telefone | telemóvel | número de telefone | telefoon
        telefoonnummer | mobiel | mobiel nummer | gsm | numer telefonu | telefon komórkowy | komórka
        telefonszám | puhelin | puhelinnumero | matkapuhelin | телефон | мобильный телефон
        номер телефона | τηλέφωνο | κινητό | 電話番号 | 電話 | 电话 | 手机 | 手机号 | 전화번호 | 휴대폰
        טלפון | נייד | מספר טלפון | الهاتف | رقم الهاتف | الجوال
        whatsapp | whats app | whatsapp number | whats app number
    """,
    "company": """
        company | company name | organization | organisation | organization name | organisation name
        business | business name | account name | associated company | employer | firma | firmenname
        unternehmen | société | entreprise | raison sociale | nom de l'entreprise | empresa | compañía
        nombre de la empresa | azienda | società | ragione sociale | nome da empresa | bedrijf
        bedrijfsnaam | organisatie | nazwa firmy | przedsiębiorstwo | företag | virksomhed | firmanavn
        yritys | společnost | cég | cégnév | companie | şirket | компания | организация | εταιρεία | 会社
        会社名 | 公司 | 회사 | חברה | الشركة
    """,
    "city": """
        city | town | locality | city town | stadt | ort | wohnort | ville | commune | ciudad | localidad
        población | città | comune | cidade | município | localidade | plaats | woonplaats | stad
        gemeente | miasto | miejscowość | stad ort | by | kaupunki | město | város | oraș | şehir | город
        місто | πόλη | 市 | 城市 | 도시 | עיר | المدينة
    """,
    "country": """
        country | country region | country code | country name | nation | cc | land | staat | länderkürzel
        ländercode | pays | code pays | país | código de país | paese | nazione | stato | landcode | kraj
        kod kraju | maa | země | ország | țară | ülke | страна | країна | χώρα | 国 | 国家 | 국가
        מדינה | ארץ | البلد | الدولة
    """,
    "birthday": """
        birthday | birthdate | birth date | date of birth | dob | born | geburtstag | geburtsdatum | geb.
        date de naissance | anniversaire | né le | fecha de nacimiento | cumpleaños | nacimiento
        data di nascita | compleanno | data de nascimento | aniversário | geboortedatum | verjaardag
        data urodzenia | urodziny | födelsedag | födelsedatum | fødselsdag | fødselsdato | syntymäaika
        datum narození | születési dátum | data nașterii | doğum tarihi | дата рождения | день рождения
        ημερομηνία γέννησης | 誕生日 | 生年月日 | 生日 | 생일 | 생년월일
        תאריך לידה | תאריך הלידה | تاريخ الميلاد
    """,
    "time_zone": """
        time zone | timezone | tz | time zone name | timezone name | zeitzone | fuseau horaire
        zona horaria | huso horario | fuso orario | fuso horário | tijdzone | strefa czasowa | tidszon
        tidszone | tidssone | aikavyöhyke | časové pásmo | időzóna | fus orar | saat dilimi | часовой пояс
        часовий пояс | ζώνη ώρας | タイムゾーン | 时区 | 時區 | 시간대 | אזור זמן | المنطقة الزمنية
    """,
    "tags": """
        tags | tag | labels | label | groups | group | group membership | categories | category | segments
        segment | lists | schlagwort | schlagwörter | schlagworte | kategorie | kategorien | gruppe
        gruppen | étiquettes | étiquette | libellés | libellé | catégorie | catégories | groupe | groupes
        etiqueta | etiquetas | categoría | categorías | grupo | grupos | etichetta | etichette | gruppo
        gruppi | marcadores | categoria | categorias | trefwoorden | groep | groepen | etykieta | etykiety
        tagi | kategoria | grupa | grupy | taggar | taggar etiketter | метки | теги | タグ | 标签
    """,
    "sms_consent": """
        sms consent | sms marketing consent | accepts sms marketing | accepts sms | sms opt in | sms optin
        sms opted in | sms marketing | sms subscribed | sms subscription | sms subscription status
        sms permission | text message consent | text consent | consent to text messages | text opt in
        text message opt in | sms marketing status | sms consent status | sms einwilligung
        einwilligung sms | consentement sms | consentimiento sms | consenso sms | toestemming sms
    """,
    "consent": """
        accepts email marketing | accepts marketing | email marketing | marketing consent | email consent
        email marketing consent | consent | consent status | gdpr consent | opt in | email opt in
        opted in | marketing opt in | newsletter opt in | subscribed | subscribed to newsletter
        is subscribed | subscriber | subscription | subscription status | email subscription status
        subscriber status | newsletter | newsletter status | email subscriber status | status
        email status | contact status | marketing status | email marketing status | member status
        permission | einwilligung | werbeeinwilligung | zustimmung | newsletter angemeldet | abonniert
        abonnent | angemeldet | marketing einwilligung | anmeldestatus | consentement | accepte marketing
        accepte les e-mails | abonné | inscrit | statut | statut d'abonnement | consentimiento
        acepta marketing | suscrito | suscripción | estado | estado de suscripción | acepta emails
        consenso | consenso marketing | accetta marketing | iscritto | iscrizione | stato iscrizione
        consentimento | aceita marketing | inscrito | subscrito | assinante | estado da subscrição
        toestemming | ingeschreven | aangemeld | abonnee | inschrijfstatus | accepteert marketing | zgoda
        zgoda marketingowa | zgoda na marketing | subskrypcja | subskrybent | zapisany | samtycke
        samtykke
    """,
    "opt_out": """
        unsubscribed | unsubscribe | opted out | opt out | email opt out | opted out of email
        has opted out of email | unsubscribed from all email | unsubscribed from all emails
        global unsubscribe | globally unsubscribed | do not email | do not contact | do not mail
        no email | unsubscribed at | unsubscribe date | unsub time | optout | abgemeldet | abgemeldet am
        abmeldung | abmeldedatum | keine e-mails | désabonné | désinscrit | désinscription
        date de désinscription | ne pas contacter | dado de baja | baja | fecha de baja | no contactar
        disiscritto | cancellato | disiscrizione | non contattare | cancelou inscrição | descadastrado
        não contactar | uitgeschreven | afgemeld | uitschrijfdatum | niet mailen | wypisany | rezygnacja
        nie kontaktować
    """,
    "bounced": """
        bounced | bounce | hard bounced | hard bounce | email bounced | email hard bounced | email bounce
        bounced at | is bounced | unzustellbar | rebond | rebotado | rimbalzato | devolvido | gebounced
        odbity
    """,
    # "Contact ID" alone is an id of another program.
    "contact_id": "muster id | muster contact id",
}

# Words around the relevant one: "Default Address Phone", "Phone 1 - Value", "Email (required)".
_AROUND: Final = {
    "contact", "contacts", "customer", "client", "lead", "person", "member", "subscriber", "default",
    "address", "primary", "main", "work", "home", "business", "personal", "private", "mailing", "billing",
    "shipping", "your", "associated", "required", "optional", "value", "1", "kunde", "kunden", "kontakt",
    "privat", "geschäftlich", "haupt", "principal", "cliente", "trabajo", "travail", "lavoro",
    "werk", "zakelijk", "prive", "sluzbowy", "prywatny", "invitee", "attendee", "participant", "registrant",
    "recipient", "buyer", "purchaser", "respondent", "applicant", "donor", "student", "teilnehmer",
}  # fmt: skip
_OF_CONSENT: Final = frozenset({"consent", "opt_out", "bounced", "sms_consent"})
_LONGEST_NAME: Final = 200  # longer headers are not names and would be slow to analyze
_SECOND_BEST: Final = {
    "2",
    "3",
    "4",
    "5",
    "other",
    "secondary",
    "second",
    "alternate",
    "alternative",
    "additional",
}
_HUMP: Final = re.compile(r"(?<=[a-zß-ÿ]{2})(?=[A-Z])")
_NO_LETTERS: Final = re.compile(r"[\W_]+")
_E_MAIL: Final = re.compile(r"\be ?mail")


def normalised(header: str) -> str:
    """Return a header as plain words: `eMailAddress`, `E-mail_address`, and `EMAIL ADDRESS` become `email
    address`."""
    return _normalised(header[: 2 * _LONGEST_NAME])


@lru_cache(maxsize=4_096)
def _normalised(header: str) -> str:
    """Pages that show a file ask this several times about each of its words."""
    letters = _HUMP.sub(" ", header).casefold()
    if not letters.isascii():
        letters = "".join(
            c
            for c in unicodedata.normalize("NFKD", letters)
            if c.isascii() or not (unicodedata.combining(c) or unicodedata.category(c) == "Cf")
        )
    words = _NO_LETTERS.sub(" ", letters).strip()
    return _E_MAIL.sub("email", words)


def meaning_of(header: str) -> tuple[str, float] | None:
    """Return (field, confidence) for a header, or None.

    The field `name` is resolved by the other columns. None also for columns about somebody else.
    """
    if len(header) > _LONGEST_NAME:
        return None
    words = normalised(header)
    if words in _fields():
        return _fields()[words], 1.0
    if about_someone_else(words) is not None:
        return None
    outside = without_brackets(header)
    if outside != header and (meaning := meaning_of(outside)) is not None:
        return meaning[0], min(meaning[1], 0.9)
    parts = alternatives(header)
    if len(parts) > 1:
        return _of_alternatives(parts)
    asked = without_asking(words)
    if asked != words and asked in _fields():
        return (_fields()[asked], 0.9) if _fields()[asked] not in _OF_CONSENT else None
    return _inside(asked.split())


def _inside(tokens: list[str]) -> tuple[str, float] | None:
    """Return the field that is left after removing surrounding words."""
    confidence = 0.5 if _SECOND_BEST.intersection(tokens) else 0.8
    around = _around() | _SECOND_BEST
    while len(tokens) > 1 and (tokens[0] in around or tokens[-1] in around):
        tokens = tokens[1:] if tokens[0] in around else tokens[:-1]
        field = _fields().get(" ".join(tokens))
        if field is not None:
            # "Lead status" and "Member subscription" are not about email consent.
            return None if field in _OF_CONSENT else (field, confidence)
    return None


def _of_alternatives(parts: list[str]) -> tuple[str, float] | None:
    """Return the field of alternatives: `Town/City` is one field, `First / Last name` the full name;
    different fields give None."""
    found = {meaning[0] for part in parts if (meaning := meaning_of(part)) is not None}
    if found == {"first_name", "last_name"}:
        return "full_name", 0.8
    return (found.pop(), 0.8) if len(found) == 1 and found.isdisjoint(_OF_CONSENT) else None


@cache
def _fields() -> dict[str, str]:
    """Return {normalized header: field}; built on first use."""
    return {
        normalised(word): field
        for field, words in reversed(_WORDS.items())
        for line in words.splitlines()
        for word in line.split("|")
        if word.strip()
    }


@cache
def _around() -> frozenset[str]:
    return frozenset(map(normalised, _AROUND))
