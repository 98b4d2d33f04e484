"""Handwritten notes that somebody must not be contacted, in common languages.

Notes have many forms, so beginnings are combined with endings.
"""

from __future__ import annotations

from typing import Final

# ruff: noqa: RUF001

_PAIRS: Final = """
    do not | don t | dont | never | no longer | not to be | cannot be | should not be | must not be > send
    | mail | mailed | email | emailed | contact | contacted | write | write to | written to | call |
    message | text | solicit | market to | add to list

    does not | doesn t | did not | didn t > want emails | want mail | want mails | want our emails | want
    newsletters | want the newsletter | want to be contacted | want to hear | want to receive | wish to be
    contacted | wish to receive | like to be contacted

    no | no more | stop > newsletters | newsletter please | mailing | marketing emails | marketing mail |
    advertising | advertisements | solicitation | messages please | mails please

    stop > writing | calling | texting | writing to | emails | mails | all mail | messages

    no | no further | no promotional | no promo | any more > emails | e mails | mails | mailings |
    correspondence | communications | solicitations | contact please

    stop all | stop these | stop your | stop those > emails | e mails | mails | mailings | newsletters |
    messages | texts | communications

    not to > email | mail | contact | write to | message | text | send | be emailed | be mailed |
    be contacted

    take me | take us | take him | take her | take them | remove me | remove us | remove him | remove her
    | remove them > off | from

    nicht | nicht mehr | nie mehr > anschreiben | anmailen | mailen | schreiben | kontaktieren | senden |
    schicken | zusenden | zuschicken | bewerben | angeschrieben | kontaktiert | einladen | anrufen

    kein | keine | keinerlei | keine weiteren | keine weitere > werbung | mails | emails | mail | email |
    mailing | mailings | newsletter | infopost | briefe | kontaktaufnahme | rundschreiben | werbemails |
    werbe mails | post mehr | nachrichten

    ne pas | ne plus | ne jamais > contacter | envoyer | écrire | solliciter | démarcher | relancer |
    mailer | appeler

    pas de | plus de | pas d | plus d | aucun | aucune > mail | mails | email | emails | courriel |
    courriels | newsletter | newsletters | publicité | prospection | sollicitation | envoi | envois

    no | no más | nunca > enviar | mandar | escribir | contactar | llamar | molestar | quiere recibir |
    desea recibir | quiere correos | quiere emails | mandar más | enviar más | más correos | más emails

    non | non più > inviare | contattare | scrivere | mandare | chiamare | disturbare | desidera ricevere
    | vuole ricevere | vuole email

    não > enviar | mandar | contactar | contatar | escrever | incomodar | quer receber | deseja receber |
    ligar | envie | mande

    niet | niet meer | nooit > mailen | benaderen | contacteren | sturen | schrijven | aanschrijven |
    bellen

    geen > mail | mails | email | emails | mailing | mailings | nieuwsbrieven | reclame | contact |
    contact meer

    nie > wysyłać | kontaktować | pisać | dzwonić | mailować | wysyłać maili | chce maili | chce
    newslettera | chce otrzymywać | życzy sobie

    inga | inget | ingen | inte > mejl | mail | utskick | reklam | nyhetsbrev | skicka | kontakta | ha
    utskick

    ikke | ingen > send | kontakt | skriv | mails | mail | nyhedsbrev | nyhetsbrev | reklame | ringe

    ei | älä | ei saa > sähköpostia | mainoksia | uutiskirjettä | lähetä | lähettää

    ne | nu > küldj | küldjenek | küldjünk | trimite | trimiteți | contacta | slati | šalji | pošiljati

    не > писать | отправлять | присылать | звонить | слать | рассылать | контактировать | надсилати |
    писати | хочет получать | хоче отримувати | пишете | изпращайте

    لا > ترسل | ترسلوا | تراسل | تتواصل

    לא > לשלוח | לפנות | ליצור קשר | מעוניין בדיוור | מעוניינת בדיוור
"""
_SINGLE: Final = """
    no further contact | leave me alone | leave us alone | wants no contact | erasure request |
    right to be forgotten | right to erasure | enough of our emails | enough of your emails | enough of
    our mails | hates our newsletter | hates our emails | lass mich in ruhe | lassen sie mich in ruhe |
    nichts mehr von uns | nix mehr von uns | nichts mehr schicken | nichts mehr senden | nichts mehr
    hören | laissez moi tranquille | plus rien recevoir | plus être contacté | plus être contactée |
    déjenme en paz | déjame en paz | no más mensajes | lasciatemi in pace | me deixe em paz | me deixem
    em paz | laat me met rust | dajcie mi spokój | lämna mig i fred | la meg være i fred | lad mig være
    i fred | nechte mě být | hagyjanak békén | оставьте меня в покое | beni rahat bırakın |
    only by phone | by phone only | only by post | by post only | only by letter | by letter only | asked us
    to stop | asked to stop | nur telefonisch | nur per telefon | nur per post | nur postalisch | nur per
    brief | uniquement par téléphone | seulement par téléphone | solo por teléfono | solo per telefono | só
    por telefone | alleen telefonisch | alleen per post | tylko telefonicznie | endast per telefon | kun per
    telefon | deceased | passed away | has died | stop newsletter |
    off your list | off our list | off the list | off mailing list | off the mailing list |
    remove from your list | remove from newsletter | verstorben
    | gestorben | aus dem verteiler | aus verteiler | von der liste | möchte keine mails | wünscht keine |
    will keine | décédé | décédée | ne souhaite pas recevoir | ne souhaite plus | ne veut plus | ne veut
    pas recevoir | retirer de la liste | supprimer de la liste | fallecido | fallecida | quitar de la
    lista | sacar de la lista | deceduto | deceduta | togliere dalla lista | togliere dalla newsletter |
    niente newsletter | niente email | niente mail | niente pubblicità | falecido | falecida | sair da
    lista | retirar da lista | remover da lista | tirar da lista | overleden | van de lijst | wil geen |
    usunąć z listy | prosi o usunięcie | zmarły | skicka inte | skicka ej | vill inte ha | vill ej ha |
    avliden | ønsker ikke | ønskjer ikkje | send ikke | vil ikke have mails | afdød | avdød | edesmennyt |
    neposílat | neposielať | nezasílat | nezasielať | nechce maily | nechce emaily | nechce newsletter |
    nechce dostávat | zemřel | zemřela | zomrel | elhunyt | nem kér | decedat | decedată | preminuo |
    preminula | просил удалить | просила удалить | просит удалить | удалить из рассылки | убрать из
    рассылки | умерла | не беспокоить | μην στέλνετε | δεν επιθυμεί | mail atmayın | mail atma |
    göndermeyin | gönderme | aramayın | iletişime geçmeyin | listeden çıkar | listeden çıkarın | rahatsız
    etmeyin | vefat etti | נפטר | נפטרה | להסיר מהרשימה | متوفى
"""


def _pairs() -> list[str]:
    found = []
    for group in _PAIRS.split("\n\n"):
        beginnings, _, endings = (" ".join(part.split()) for part in group.partition(">"))
        found += [f"{first} {rest}" for first in _words(beginnings) for rest in _words(endings)]
    return found


def _words(text: str) -> list[str]:
    return [found for line in text.split("|") if (found := " ".join(line.split()))]


# Facts rather than wishes: "never contacted".
_FACTS: Final = frozenset(f"never {done}" for done in ("mailed", "emailed", "contacted", "written to"))

PHRASES: Final = [phrase for phrase in (*_pairs(), *_words(_SINGLE)) if phrase not in _FACTS]
