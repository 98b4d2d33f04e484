"""What column names say about consent, by word stems in common languages.

A stem matches anywhere in a name, `^stem` only at the start of a word, and `=word` only a whole word.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import Final, Literal

from app.files.domain.consent.remark_words import GONE
from app.files.domain.headers.words import meaning_of, normalised

# ruff: noqa: RUF001

About = Literal["consent", "opt_out", "bounced", "status", "perhaps_status", "channel", "other"]
"""`consent`, `opt_out`, `bounced`: the fields that a column can be matched to. `status`: a status per person,
about consent or not; `perhaps_status`: a name that can also mean a state or province. `channel`: consent to
another channel than email. `other`: clearly about something else."""

_OPT_OUT: Final = """
    ^art 21 | ^article 21 | ^artikel 21
    unsub | ^opt out | ^optout | ^opted out | ^optedout | =dnc | =dne | =dnd | ^do not | ^donot | ^dont
    ^don t | ^not contact | ^no contact | ^no email | ^no mail | ^no marketing | ^no newsletter
    ^never contact | suppress | blacklist | blocklist | ^black list | ^block list | ^blocked | ^banned
    ^spam | ^complain | ^objection | ^withdrawn | ^withdrew | ^revoked | ^exclude | abmeld | abbestell
    austrag | abgemeldet | widerruf | widerspruch | widersproch | sperr | ^keine werb | ^keine email
    ^keine mail | ^kein newsletter | ^kein kontakt | ^nicht kontakt | ^nicht anschreib | ^nicht mail
    robinson | kontaktverbot | werbeverbot | desabonn | desinscri | ^ne pas | ^pas de | ^pas d | =stop
    =stop email | ^opposition | ^refus | =baja | ^fecha de baja | desuscri | ^no contactar | ^no enviar
    ^no molestar | ^no desea | lista negra | lista nera | liste noire | ^rechaz | descadastr | ^cancelou
    ^nao contact | ^nao contat | ^nao envi | ^nao deseja | disiscri | ^non contatt | ^non inviare
    ^disdett | ^revoca | ^rifiut | uitschrij | uitgeschreven | afgemeld | afmeld | ^niet mail
    ^niet contact | ^niet benader | ^geen mail | ^geen email | ^geen nieuws | ^geen reclame | bezwaar
    wypis | rezygn | ^nie kontakt | ^nie wysyl | sprzeciw | ^brak zgod | ^cofni | ^wycofan | avregistr
    avprenum | avanmal | ^ej kontakt | ^kontakta inte | ^inte kontakt | reklamsparr | ^sparr | frameld
    ^ikke kontakt | ^ma ikke | ^kontakt ikke | avmeld | ^reserver | kielto | ^kielt | ^peruut
    ^ala laheta | ^poistunut | odhlas | nekontakt | nezasil | nesouhlas | nesuhlas | leiratkoz | ^letilt
    ^ne keres | ^tiltolist | dezabon | ^nu contact | odjav | ^ne kontakt | отпис | отказ | ^не беспоко
    ^не отправ | ^не связ | ^не звон | ^не писа | ^стоп | черныи список | відпис | видпис | відмов
    видмов | απεγγραφ | ^μη επικοιν | ^μην επικοιν | abonelikten | ^iptal | ^reddet | 配信停止 | 停止
    解除 | 退会 | 拒否 | 不要 | オプトアウト | ブラックリスト | 退订 | 退訂 | 取消订阅 | 取消訂閱 | 拒收
    拒绝 | 拒絕 | 黑名单 | 黑名單 | 勿扰 | 수신거부 | 수신 거부 | 거부 | 구독취소 | 구독 취소 | 해지
    탈퇴 | 차단 | الغاء | عدم | رفض | הסר | ביטול | חסימ | סירוב | ^berhenti | ^huy dang ky
"""
_CONSENT: Final = """
    ^email interest | ^email freq | ^mail freq | ^mailing freq | ^contact freq | ^frequency of mail
    ^contact ok | ^ok for contact | ^bulk email | ^mass email | ^mass mail | ^contact for | in contatto
    restare in | ^vuoi ricev | ^possiamo | ^czy chcesz | ^czy mozemy | dostawa | ^mogen we | mailtje
    ^far vi | ^ma vi | mejla | ^mogu li | можно ли вам | вам писа | ^хотите | ^podemos | mandar email
    mandar e mail | ^chcete | dostavat | ^muzeme | gonderebilir | ^durfen wir | ^duerfen wir
    ^pouvons nous | ^puis je | ^saammeko | ^kaphat | ^putem sa | рассказыва | hal narsil
    consent | subscri | hear from | hear about | hear more | ^contact you | ^contact me | ^get in touch
    ^in touch | ^informed | ^notified | ^send you | ^email you | ^email me | ^write to you | ^sign up for
    ^sign me up | ^join our list | ^receiving | =news | ^enews | ^e news | latest news | special offers
    ^updates from | rundmail | sammelmail | kontaktier | ^kontakt erlaub | ^erhalten | ^informier
    ^auf dem laufenden | ^actualite | etre contact | ^nouvelles | ^noticias | ^novedades | ^ser contact
    ^ofertas | ^novidades | ^aggiorn | essere contatt | ^offerte | ^op de hoogte | ^aanbieding | ^oferty
    ^otrzymywa | ^erbjudand | ^kontakta | ^tilbud | ^tarjou | ^nabidk | ^ajanlat | ^oferte | новост
    ^уведомл | ^предложен | ^haber | ^kampanya | お知らせ | 最新情報 | 소식 | 알림 | 促销 | 资讯
    אלי עדכונים | עדכונים | ^tin tuc | ^opt in | ^optin | ^opted in | ^optedin | =opt | =opted | =doi
    newsletter | ^news letter | ^marketing | email marketing | permission | ^accepts | ^gdpr | ^dsgvo
    ^lgpd | ^rgpd | =rodo | ^kvkk | =casl | =popia | =mailing | =mailings | ^mailing list
    ^mailing status | ^mailing perm | ^mailing ok | ^may contact | ^may we | ^can contact | ^can we
    ^may email | ^can email | ^ok to | ^okay to | ^happy to hear | contactable | emailable | marketable
    mailable | ^email ok | ^email allowed | ^allow email | ^allow contact | ^allow market | ^allowed to
    ^wants | ^want to receive | ^would you like to receive | ^would like to receive | =receive | =receives
    ^updates | ^email notif | ^send me | ^send email | ^send news | ^keep me | ^stay in | ^stay informed
    ^email updates | ^promo | =advertising | ^email preference | ^communication preference
    ^contact preference | ^communications | ^commercial | ^werb | mailwerb | postwerb | einwillig
    einverstand | zustimm | erlaubnis | angemeldet | ^abonn | infomail | infopost | rundbrief
    rundschreib | verteiler | kontakterlaub | ^darf | ^double opt | inscrit | ^inscription newsletter
    ^accepte | ^j accepte | ^accord | infolettre | ^lettre d info | ^recevoir | ^souhait | prospection
    ^agrement | ^autoris | consenti | suscri | boletin | ^acepta | permiso | ^autoriz | publicid
    ^recibir | ^desea recibir | ^quiere recibir | consens | ^assinante | ^aceita | ^aceito | boletim
    ^receber | ^deseja receber | permiss | ^iscri | ^accetta | ^accetto | ^autorizz | pubblicit
    notiziario | ^ricevere | ^desidera | toestem | nieuwsbrief | inschrij | ingeschreven | abonnee
    akkoord | ^reclame | ^ontvang | zgod | subskr | biuletyn | zapisan | ^marketingow | ^otrzym | samtyck
    nyhetsbrev | nyhedsbrev | prenumer | utskick | ^godkann | samtyk | ^abonner | tilmeld | ^pamelding
    ^godkend | ^onsker | suostum | uutiskirj | ^tilaaja | markkinoin | ^lupa | ^sallii | nousolek
    uudiskir | ^piekris | jaunum | sutikim | naujienlaisk | souhlas | ^odber | novink | zpravodaj | suhlas
    ^spravodaj | hozzajarul | hirlevel | feliratkoz | ^elofizet | consimt | ^acord | ^abonare | ^abonat
    ^buletin | ^noutat | suglasn | pristan | pretplat | privol | ^soglas | enovic | ^e novic | ^naroc
    съглас | абон | бюлетин | соглас | подпис | рассылк | разреш | ^получат | ^реклам | згод | підпис
    пидпис | розсил | дозв | συγκαταθ | συναιν | ενημερωτικ | ^εγγραφ | ^onay | ^izin | ^izni | ^abone
    bulten | ^riza | ^rıza | ^ticari | ^elektronik ileti | 同意 | 購読 | 配信 | メルマガ | メールマガジン
    許可 | 承諾 | 受信 | ニュースレター | 希望 | オプトイン | 案内 | 订阅 | 訂閱 | 许可 | 授权 | 授權
    接收 | 营销 | 行銷 | 推广 | 동의 | 구독 | 수신 | 마케팅 | 뉴스레터 | 허용 | 광고 | موافق | اشتراك
    مشترك | نشرة | تسويق | قبول | استلام | הסכמ | מנוי | ניוזלטר | דיוור | אישור | הרשמה | ^persetujuan
    langganan | ^dong y | ^dang ky | ยินยอม | ติดตาม
"""
_BOUNCED: Final = """
    bounc | rebond | rebote | rebotad | rimbalz | devolvid | unzustellbar | undeliver | ^invalid email
    ^email invalid | onbestelbaar | odbit | odbici | studs | ^cleaned | недостав | ^возвра | 不達
    エラーメール | 退信 | 반송 | nedoruc | visszapattan
"""
_STATUS: Final = """
    status | statut | ^deactiv | ^deaktiv | ^desactiv | ^disattiv | ^cancel | ^removed | ^storniert
    ^gekundigt | estatus | ^situacao | ^state of | ^standing | статус | состояни | ステータス | 状態
    状态 | 狀態 | 状况 | 상태 | الحالة | حالة | סטטוס | מצב | ^durum | =active | ^is active | =enabled
    ^is enabled | =aktiv | =actif | =activo | =attivo | =ativo | =actief | =aktywny | =aktywna | =aktivni
    =aktiivinen | =aktif | =archived | =deleted | =valid | =reachable | ^deliverab | ^email valid
    ^valid email | =inactive | =disabled | =subscriber type | =contact type | 有効 | 在籍
"""
_PERHAPS_STATUS: Final = (
    "=state | =estado | =stato | =staat | =stan | =stav | =tila | =tilstand | =allapot | =etat | =стан"
)

# Consent to channels other than email, and details recorded with a consent.
_CHANNEL: Final = """
    =sms | ^track | tracking | cookie | =photo | =photos | =foto | =fotos | ^profiling | ^text | ^texting
    whatsapp | ^push | ^call | =phone | telephone | telefon | =post | postal | ^direct mail | ^mms | =fax
    =viber | =telegram | sms | 短信 | 문자
"""
_BESIDE: Final = """
    =id | =ids | uuid | =url | =uri | link | =ip | ip address | =source | source url | ^method | ^form
    =text | =version | ^proof | ^token | =key | =hash | =code | ^paid | ^premium | ^user agent | ^browser
    ^referr | ^landing | ^country | ^region | ^name of | =name | ^language | ^locale | =price | =plan
    =tier | =amount | =interval | =count | ^number of | ^count of | ^total | =channel | =campaign
    ^campaign name | ^utm | ^budget | =owner | quelle | =herkunft | nutzer id | =formular | ^currency
    =type of plan | ^renew | ^billing | ^payment | =score | =category | ^agency | =manager | =director
    =role | =title | =department | =abteilung | =position | ^first | ^last name
"""
_OTHER: Final = """
    ^lead | ^deal | ^opportunit | ^pipeline | ^order | ^payment | ^paid | ^pay | ^invoice | ^billing
    ^shipping | ^shipment | ^delivery | ^fulfil | ^refund | ^purchase | ^customer type | ^buyer | ^plan
    complimentary | ^tier | ^trial | =member | ^membership | ^loyalty | ^reward | ^points | ^price
    ^amount | ^total | ^spent | ^revenue | ^count | ^number | ^anzahl | ^nombre de | ^qty | ^quantity
    =id | =ids | uuid | =url | =ip | ^tax | =vat | ^exempt | ^guest | =gast | ^attend | ^present
    ^check in | ^checked in | ^ticket | ^event | ^webinar | ^session | ^rsvp | ^booking | ^appointment
    ^room | ^seat | ^student | ^employ | ^staff | =admin | ^is admin | ^owner | =vip | ^is vip | ^gender
    =sex | =male | =female | ^marital | ^married | ^child | ^kids | =pet | =pets | =dog | =cat | ^diet
    ^vegetar | ^vegan | ^allerg | ^smok | ^parking | ^hotel | ^lunch | ^dinner | ^volunteer | ^donor
    ^speaker | ^organic | ^is organic | =test | ^is test | ^sample | ^demo | ^convert | ^qualif | ^score
    ^rating | ^priority | ^visibility | ^language | ^locale | ^country | ^device | ^platform | ^approval
    ^application | ^project | ^task | ^adheren | ^klient | bezahlt | ^account type | ^company | ^firma
    ^birth | =age | ^school | ^grade | ^job | ^position | ^department | ^insur | ^warrant | ^licen
    ^gift | receipt | quittung | ^contributie
    ^currency | ^beschaftig | ^familienstand | ^bestell | ^zahlung | ^rechnung | ^kunde | ^commande
    ^paiement | ^pedido | ^pago | ^ordine | ^pagamento | ^bestelling | ^betaling | ^zamowien | ^platnosc
    ^заказ | ^оплат | 注文 | 支払 | 订单 | 付款 | 주문 | 결제
"""
_LONGEST: Final = 300
_QUESTION_WORDS: Final = 4


@lru_cache(maxsize=4096)
def about(header: str) -> About | None:
    """Return what a column of this name is about; None if the name says nothing about it."""
    words = normalised(header[:_LONGEST])
    role = _role(words)
    meaning = meaning_of(header)
    if meaning is not None and meaning[0] not in ("consent", "opt_out", "bounced", "sms_consent"):
        return "perhaps_status" if role == "perhaps_status" else "other"
    if role in ("consent", "opt_out", "bounced"):
        if _is(_BESIDE, words):
            return "other"
        return "channel" if _is(_CHANNEL, words) and "mail" not in words else role
    return "other" if _is(_OTHER, words) and not _is_question(header, words) else role


def says_opt_out(header: str) -> bool:
    """Return whether the name is about opting out, of any channel, or about a detail of it."""
    return _role(normalised(header[:_LONGEST])) == "opt_out"


@lru_cache(maxsize=4096)
def says_gone(header: str) -> bool:
    """Return whether the name is about people who have died or want to be forgotten."""
    return _is(GONE, normalised(header[:_LONGEST]))


def _is_question(header: str, words: str) -> bool:
    """Return whether the header is a full question, which is about more than one of its words."""
    return any(mark in header for mark in "?？؟;") and words.count(" ") >= _QUESTION_WORDS


def _role(words: str) -> About | None:
    for role, stems in _ROLES:
        if _is(stems, words):
            return role
    return None


def _is(stems: str, words: str) -> bool:
    return _pattern(stems).search(words) is not None


@cache
def _pattern(stems: str) -> re.Pattern[str]:
    parts = []
    for stem in (one.strip() for line in stems.splitlines() for one in line.split("|")):
        if not stem:
            continue
        plain = re.escape(normalised(stem)).replace(r"\ ", " ?" if len(stem) > 6 else " ")
        begins = r"(?<!\w)" if stem[0] in "^=" else ""
        ends = r"(?!\w)" if stem[0] == "=" else ""
        parts.append(f"{begins}{plain}{ends}")
    return re.compile("|".join(parts))


# In order of precedence: "unsubscribed" contains "subscri", and "email bounce status" matches two roles.
_ROLES: Final[tuple[tuple[About, str], ...]] = (
    ("bounced", _BOUNCED),
    ("opt_out", _OPT_OUT),
    ("consent", _CONSENT),
    ("status", _STATUS),
    ("perhaps_status", _PERHAPS_STATUS),
)
