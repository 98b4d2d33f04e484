"""Words about consent in section titles, in file names, and next to names and addresses, in common languages.

All are compared as `headers.words.normalised` returns them, except KEYS and PIECES. Patterns are regular
expressions that span several lines.
"""

from __future__ import annotations

from typing import Final

# Words in titles and file names that say nothing by themselves.
PLAIN_WORDS: Final = r"""
(?<!\w)(?:\w*\d\w*|csv|tsv|txt|xlsx?|the|of|all|list\w*|export\w*|report\w*|copy|final|segment|audience|group
|contacts?|people|persons?|members?|subscribers?|customers?|clients?|users?|leads?|e ?mails?|mails?|address\w*
|data|file|from|for|status|section|our|my|master|main|total|liste?n?|kontakte?n?|mitglieder|kunden|personen
|abonnenten|adressen|empfanger|contactos?|clientes?|membres|clienti|contatti|leden|klanten|lista|listado
|exporta\w*)(?!\w)
"""
# Stems that unambiguously mean opting out, bouncing, or death, anywhere in a title.
STEMS: Final = r"""
(?<!\w)(?:unsub|opt(?:ed|s)? ?outs?(?!\w)|(?:do|does|did) ?not ?(?:contact|e ?mail|mail|send|write|solicit)
|don ?t (?:contact|e ?mail|mail|send|write)|dnc(?!\w)|dne(?!\w)|suppress|black ?list|block ?list
|bounce[ds]?(?!\w)|not subscribed|no (?:e ?mails?|newsletters?|marketing|contact)(?!\w)
|abgemeldet|abmeld|abbestell|ausgetragen|nicht (?:mehr )?(?:kontaktieren|anschreiben|mailen)
|keine (?:e ?mails?|werbung|newsletter)|werbesperr|sperrliste|robinsonliste|unzustellbar|verstorben
|desabonn|desinscri|ne (?:pas|plus) (?:contacter|ecrire|envoyer)|decedee?s?(?!\w)
|desuscri|dad[oa]s? de baja|bajas(?!\w)|no (?:contactar|enviar|escribir|molestar)|fallecid
|descadastr|nao (?:contat|contact|envi)|falecid|disiscri|non (?:contattare|inviare|scrivere)|decedut
|uitgeschreven|uitschrij|afgemeld|niet (?:meer )?(?:mailen|contacteren|benaderen)|overleden
|wypisan|nie (?:kontaktowac|wysylac)|zmarl|avregistr|avanmal|kontakta inte|avlidn|avmeld|afmeld|frameld
|kontakt ikke|odhlasen|nekontaktovat|leiratkozott|dezabonat|peruuttan
|deceased|passed away|do not use|don ?t use|withdrawn consent|declined|refused)
|отписа|не (?:писать|беспокоить|отправлять)|умер(?:ш|л)|відписа|退订|退訂|取消订阅|配信停止|解除|退会|拒收
|수신 ?거부|구독 ?취소|탈퇴
"""
# Titles that are plurals of consent words.
REFUSERS: Final = """
    unsubscribes | unsubs | unsubscribers | unsubscriptions | opt outs | optouts | do not contact list
    do not mail list | do not email list | dnc list | abmeldungen | abgemeldete | austragungen
    abbestellungen | ausgetragene | désabonnés | désabonnées | désabonnements | désinscrits | désinscrites
    désinscriptions | bajas | dados de baja | dadas de baja | desuscritos | desuscripciones | disiscritti
    disiscrizioni | descadastrados | uitgeschrevenen | uitschrijvingen | afmeldingen | afgemelde | wypisani
    wypisane | avregistrerade | avanmälda | avmeldte | afmeldte | frameldte | odhlášení | leiratkozottak
    dezabonați | отписавшиеся | отписанные | відписані
"""
BOUNCES: Final = "bounces | bounced emails | bounced addresses | rebonds | rebotes"
# Words that negate a title: its people are the remaining ones.
TURNED: Final = r"""
(?<!\w)(?:without|excl\w*|except|minus|false|(?:not|never|no) (?:un|opt|bounce)\w*|0|ohne|ausser|sans|sauf|sin
|salvo|senza|tranne|sem|zonder|behalve|bez|utan|uden|uten|ilman|без)(?!\w)
"""
# Ambiguous: a list that somebody cleaned up, or one that a program found undeliverable.
CLEANED: Final = (
    r"(?<!\w)(?:cleaned|bereinigt\w*|nettoye\w*|opgeschoond\w*|wyczyszcz\w*|limp\w+|pulit\w)(?!\w)"
)
# Titles that start another group without saying anything about consent.
GROUPS: Final = """
    attendees registrants registered registrations participants members contacts customers clients subscribers
    attended guests leads people everyone speakers panelists volunteers donors staff students parents teachers
    teilnehmer mitglieder kunden kontakte gaste angemeldet participants membres clients invites inscrits
    participantes miembros clientes inscritos invitados partecipanti membri clienti iscritti deelnemers
    leden klanten gasten abonnes abonnees abonnenten abonados suscritos suscriptores assinantes aktiv aktive
    active abonnenter uczestnicy klienci deltagare medlemmar kunder deltagere medlemmer участники клиенты
"""
# At least one lowercase word of every remark; few of them are also names. PIECES are the same for scripts
# that do not separate words.
KEYS: Final = """
    unsubscribed unsubscribe unsub unsubs opt opts optout opted donot dont don not no never longer
    bounced bounce removed remove deleted delete stop deceased dead died rip passed duplicate
    blacklisted blacklist blocklisted suppressed complained complaint complaints spam undeliverable
    cleaned inactive inaktiv inactif inactivo inattivo blocked invalid want wants off dnc dne asked
    requested use abgemeldet ausgetragen abbestellt nicht keine kein verstorben gestorben gesperrt
    unzustellbar gelöscht doppelt dublette entfernt désabonné désabonnée desabonne désinscrit
    désinscrite désinscrits ne pas plus décédé décédée decede supprimé doublon rebond baja fallecido
    fallecida eliminado duplicado desuscrito desuscrita falecido falecida não nao descadastrado
    descadastrada disiscritto disiscritta non deceduto deceduta eliminato duplicato uitgeschreven
    afgemeld niet geen overleden verwijderd dubbel wypisany wypisana nie brak zmarły zmarła usunięty
    avregistrerad avanmäld avmeldt frameldt afmeldt ej inte ikke avliden död odhlášen odhlášená
    odhlášený nekontaktovat leiratkozott dezabonat отписан отписана отписался отписалась отписка не умер
    умерла відписаний відписався
"""
PIECES: Final = ("退", "取消", "停止", "解除", "拒", "거부", "탈퇴", "취소", "해지")
# Phrases in a part of a cell next to a name.
PHRASES: Final = r"""
(?<!\w)(?:(?:not |never |no longer )?(?:unsubscribed|unsub(?:scribe)?\Z|opt(?:ed|s)? ?out)(?!\w)
|(?:no longer|does not|doesn ?t|do not|don ?t|did not) wants? (?:to (?:receive|get|hear|be)|any|more|our
|e ?mail\w*|mail\w*|newsletter\w*|contact)|wants? no (?:more )?(?:e ?mails?|mails?|newsletters?|contact)
|(?:asked|wants?|requested) (?:to be|us to) (?:removed?|taken? off|stop)
|taken? off (?:the |our )?(?:mailing )?list|(?:mochte|will|wunscht) keine|ne (?:veut|souhaite) (?:plus|pas)
|no (?:quiere|desea)|non (?:vuole|desidera)|wil geen
|(?:do ?not|don ?t|never|not to be) (?:ever )?(?:e ?mail|mail|contact|send|write|message|solicit|use)\w*
|(?:no|stop) (?:more )?(?:e ?mails?|mails?|mailings?|contact|marketing|newsletters?)\Z
|stop (?:e ?mailing|mailing|sending|contacting|writing)
|abgemeldet(?!\w)|nicht (?:mehr )?(?:kontaktieren|anschreiben|anmailen|mailen|verwenden|benutzen)
|keine (?:weiteren )?(?:e ?mails?|mails?|werbung|newsletter)(?!\w)
|desabonne\w*|desinscrit\w*|ne (?:pas|plus) (?:contacter|ecrire|envoyer|utiliser)
|dad[oa] de baja|no (?:contactar|enviar|escribir|molestar|usar)(?!\w)
|descadastrad\w|nao (?:contatar|contactar|enviar|usar)|disiscritt\w|non (?:contattare|inviare|scrivere|usare)
|uitgeschreven|afgemeld|niet (?:meer )?(?:mailen|contacteren|benaderen|gebruiken)
|wypisan\w|nie (?:kontaktowac|wysylac|uzywac)|avregistrerad|avanmald|kontakta inte|avmeldt|frameldt
|kontakt ikke|odhlasen\w?|nekontaktovat|leiratkozott|dezabonat\w?)
|отписа\w+|не (?:писать|беспокоить|отправлять)|відписа\w+|退订|退訂|取消订阅|配信停止|수신 ?거부
"""
# Words that, as a whole part of a cell, set a person aside.
ASIDE: Final = """
    deceased | removed | deleted | remove | do not use | dont use | don t use | duplicate | rip | r i p
    passed away | dead | died | gestorben | verstorben | gelöscht | doppelt | dublette | entfernt | décédé
    décédée | supprimé | doublon | fallecido | fallecida | eliminado | duplicado | falecido | falecida
    deceduto | deceduta | eliminato | duplicato | overleden | verwijderd | dubbel | zmarły | zmarła | usunięty
    avliden | död | умер | умерла
"""
# Names of people, companies, and places that happen to be consent words.
BY_ACCIDENT: Final = """
    bounce | baja | studs | cleaned | suppression | blacklist | blocklist | rebond | rebote | rebotado
    complainer | spam | opted
"""
# Column names about people who have died or want to be forgotten.
GONE: Final = """
    ^deceas | ^date of death | ^death date | =death | ^died | ^dead | ^rip | todesdatum | ^todestag
    ^verstorben | ^gestorben | ^sterbe | ^deces | ^decede | ^date de deces | ^date du deces | ^falleci
    ^fecha de falleci | ^fecha de defuncion | ^difunto | ^decedut | ^data di decesso | ^data decesso
    ^falecid | ^data do falec | ^overled | ^zmarl | ^data zgonu | ^avlid | ^dodsdato | ^dodsdag
    ^umrti | ^zemrel | ^datum umrti | ^elhuny | ^дата смерти | ^умер
    ^right to be forgotten | ^forget | ^forgotten | erasure | ^gdpr delet | ^gdpr remov | ^loschantrag
    ^loschwunsch | ^loschersuchen | ^droit a l oubli | ^derecho al olvido | ^diritto all oblio
"""
# Column names about jobs and salutations, where remarks are left too.
JOBS: Final = """
    title | job title | jobtitle | position | role | job | function | occupation | salutation | prefix
    anrede | titel | beruf | funktion | stelle | poste | fonction | civilité | cargo | puesto | tratamiento
    ruolo | qualifica | functie
"""


def listed(text: str) -> list[str]:
    """Split a list of entries separated by bars."""
    return [word for line in text.splitlines() for part in line.split("|") if (word := part.strip())]


def pattern(text: str) -> str:
    """Join the lines of a regular expression."""
    return "".join(text.strip().splitlines())
