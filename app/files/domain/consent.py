"""What a cell says about consent, in the words of the usual exporters and languages.

An import can take consent away and never gives it back, so a word that is doubtful (pending, unconfirmed)
counts as withheld, and one that is unknown says nothing.
"""

from __future__ import annotations

import re
from typing import Final, Literal

# ruff: noqa: RUF001
from app.files.domain.header_words import normalised

Consent = Literal["yes", "unsubscribed", "bounced", "blocked"]

_WORDS: Final[dict[Consent, str]] = {
    "yes": """
        yes | y | true | t | 1 | x | ok | on | subscribed | active | opted in | opt in | confirmed
        consented | granted | accepted | allowed | single opt in | double opt in | ja | j | wahr | aktiv
        angemeldet | abonniert | eingewilligt | bestätigt | oui | o | vrai | actif | abonné | abonnée
        inscrit | inscrite | accepté | sí | si | s | verdadero | activo | suscrito | aceptado | sì | vero
        attivo | iscritto | iscritta | accettato | sim | verdadeiro | ativo | inscrito | assinante
        aceito | aceite | waar | actief | ingeschreven | aangemeld | tak | prawda | aktywny | zapisany
        subskrybuje | da | evet | да | はい | 是 | 네
    """,
    "unsubscribed": """
        no | n | false | f | 0 | off | unsubscribed | unsubscribe | opted out | opt out | not subscribed
        non subscribed | nonsubscribed | never subscribed | not opted in | withdrawn | revoked | declined
        denied | refused | inactive | disabled | pending | unconfirmed | not confirmed | not consented
        archived | deleted | removed | transactional | nein | falsch | abgemeldet | ausgetragen
        widerrufen | inaktiv | nicht abonniert | nicht bestätigt | unbestätigt | abgelehnt | non | faux
        désabonné | désabonnée | désinscrit | désinscrite | inactif | non abonné | refusé | en attente
        falso | baja | de baja | dado de baja | cancelado | desuscrito | no suscrito | inactivo
        pendiente | disiscritto | disiscritta | cancellato | non iscritto | inattivo | não | nao
        descadastrado | cancelou inscrição | não inscrito | inativo | pendente | nee | onwaar
        uitgeschreven | afgemeld | niet ingeschreven | inactief | nie | fałsz | wypisany | zrezygnował
        nieaktywny | nej | nei | ei | ne | hayır | нет | いいえ | 否 | 아니요
    """,
    "bounced": """
        bounced | bounce | hard bounced | hard bounce | soft bounced | soft bounce | cleaned
        undeliverable | undelivered | invalid | unzustellbar | zurückgewiesen | bereinigt | ungültig
        rebond | rebondi | nettoyé | nettoyée | rebotado | rebote | limpiado | rimbalzato | pulito
        devolvido | limpo | gebounced | onbestelbaar | opgeschoond | odbity | odbita | zwrócony
        wyczyszczony
    """,
    "blocked": """
        blocked | block | blacklisted | blocklisted | suppressed | banned | spam | complained | complaint
        spam complaint | abuse | abuse complaint | reported spam | marked as spam | spam report | junk
        gesperrt | blockiert | beschwerde | bloqué | bloquée | plainte | indésirable | bloqueado | queja
        bloccato | reclamo | geblokkeerd | klacht | zablokowany | skarga
    """,
}
_A_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}\b")


def consent_of(cell: str, field: str = "consent") -> Consent | None:
    """What the cell says, None for nothing.

    `field` is what the column was mapped to: in an `opt_out` or `bounced` column a yes, or the date of it, is
    the bad news and a no says nothing.
    """
    words = normalised(cell)
    said = _MEANINGS.get(words)
    if field == "consent":
        return said
    if said in ("bounced", "blocked"):
        return said
    if said == "yes" or words in _OPT_OUT_WORDS or _A_DATE.match(cell.strip()):
        return "bounced" if field == "bounced" else "unsubscribed"
    return None


_MEANINGS: Final[dict[str, Consent]] = {
    normalised(word): said
    for said, words in _WORDS.items()
    for line in words.splitlines()
    for word in line.split("|")
    if word.strip()
}
# In an opt-out column a plain "no" or "inactive" means "has not opted out"; these words say it outright.
_OPT_OUT_WORDS: Final = {
    normalised(word)
    for word in (
        *("unsubscribed", "unsubscribe", "opted out", "opt out", "abgemeldet", "ausgetragen", "désabonné"),
        *("désinscrit", "dado de baja", "baja", "disiscritto", "descadastrado", "uitgeschreven", "wypisany"),
    )
}
