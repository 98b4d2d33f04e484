"""Words by which programs and people say who may be contacted, in common languages.

Lists separated by bars, as people write them; `cells` compares them without case, accents, and punctuation. A
word in no list is not understood, and nobody is contacted because of it.
"""

from __future__ import annotations

from typing import Final

# ruff: noqa: RUF001

# Answers to any question; their meaning depends on the column.
PLAIN_YES: Final = """
    yes | y | true | t | 1 | 1.0 | x | ok | okay | on | checked | ticked | selected | yep | yeah | ja | j
    wahr | jawohl | oui | o | vrai | sí | si | s | verdadero | cierto | sì | vero | sim | verdadeiro
    waar | tak | prawda | jo | ano | áno | da | igen | evet | kyllä | jah | jā | taip | já | bai | ναι
    да | так | po | ya | có | はい | 有 | 是 | 예 | 네 | نعم | כן | ใช่ | हाँ | بله | true / yes
"""
PLAIN_NO: Final = """
    no | n | false | f | 0 | 0.0 | off | nope | unchecked | unticked | not selected | nein | falsch | non
    faux | falso | não | nao | nee | onwaar | nie | fałsz | nej | nei | ei | ne | hayır | nem | nu | nē
    όχι | нет | не | ні | jo e | tidak | không | いいえ | 否 | 无 | 無 | 아니요 | 아니오 | لا | לא | ไม่
    नहीं | خیر
"""
MARKS: Final = {
    **dict.fromkeys("✓✔☑✅🗸👍⭕○〇●•*+", "yes"),
    **dict.fromkeys("✗✘❌☐⛔🚫👎", "no"),
}

# An explicit yes to being contacted.
YES: Final = """
    single | double | confirmed opt in | subscribed | subscriber | subscribe | active | opted in | opt in
    optin | in | confirmed | consented | consent | consent given | consent granted | has consented
    granted | accepted | accept | accepts | agreed | agree | i agree | i consent | i accept | allowed
    allow | single opt in | double opt in | enabled | express | implied | explicit | explicit permission
    implied permission | express permission | express consent | implied consent | permission granted
    marketing | valid | deliverable | engaged | reachable | opted in again | resubscribed | re subscribed
    email marketing subscribed | marketing contact | yes please | sure | of course | sign me up
    subscribe me | count me in | aktiv | angemeldet | abonniert | abonnent | eingewilligt | zugestimmt
    einwilligung erteilt | erteilt | bestätigt | erlaubt | gerne | ja gerne | ja bitte | stimme zu
    ich stimme zu | actif | abonné | abonnée | inscrit | inscrite | accepté | acceptée | consenti
    confirmé | confirmée | accordé | autorisé | oui merci | j accepte | activo | activa | suscrito
    suscrita | aceptado | aceptada | confirmado | confirmada | acepto | sí acepto | autorizado | permitido
    attivo | attiva | iscritto | iscritta | accettato | confermato | acconsento | accetto | consentito
    autorizzato | ativo | ativa | inscrito | inscrita | assinante | aceito | aceite | subscrito | actief
    ingeschreven | aangemeld | geabonneerd | bevestigd | akkoord | toegestaan | aktywny | aktywna
    zapisany | zapisana | subskrybuje | subskrybent | potwierdzony | wyrażono zgodę | zgoda | zgadzam się
    wyraził zgodę | prenumerant | prenumererar | bekräftad | samtycker | godkänd | tilmeldt | bekræftet
    godkendt | påmeldt | bekreftet | samtykket | abonnerer | tilaaja | tilannut | aktiivinen | vahvistettu
    aktivní | přihlášen | přihlášený | odebírá | potvrzeno | souhlasí | souhlasím | prihlásený | potvrdený
    súhlasím | aktív | feliratkozott | feliratkozva | megerősítve | hozzájárult | hozzájárulok | activ
    abonat | confirmat | de acord | aktivan | pretplaćen | potvrđen | naročen | potrjen | активен
    абониран | потвърден | съгласен | подписан | подписана | подписчик | подтвержден | подтверждён
    согласен | согласна | активный | підписаний | підтверджено | згоден | активний | εγγεγραμμένος
    ενεργός | συμφωνώ | abone | onaylı | onaylandı | aktif | kabul | izinli | izin verdi | 同意 | 同意する
    同意済み | 購読中 | 配信中 | 配信可 | 許可 | 希望する | 登録済み | 登録中 | 有効 | オプトイン | 已订阅
    已訂閱 | 订阅 | 訂閱 | 已同意 | 接受 | 允许 | 有效 | 동의 | 동의함 | 수신동의 | 수신 동의 | 구독
    구독중 | 구독 중 | 활성 | مشترك | موافق | نشط | مفعل | רשום | מנוי | פעיל | מאושר | berlangganan
    setuju | đã đăng ký | đồng ý
"""

# An unambiguous no, whatever the column is called.
CLEAR_NO: Final = """
    do not solicit | no solicitation | do not write | do not phone | do not post | do not market
    does not want to be contacted | doesn t want to be contacted | wants to unsubscribe
    keinen newsletter | keinen kontakt | kein kontakt | keine newsletter | keine rundmails
    keine spendenaufrufe
    nicht anschreiben | nicht mehr anschreiben | nicht mehr kontaktieren | nicht mailen | bitte austragen
    bitte abmelden | möchte abgemeldet werden | ne souhaite plus recevoir | ne souhaite pas recevoir
    ne veut plus recevoir | ne veut pas recevoir | ne plus contacter | ne plus envoyer | ne pas envoyer
    ne pas solliciter | pas de sollicitation | ne souhaite plus être contacté | à désinscrire | à désabonner
    no quiere recibir | no desea recibir | no quiere publicidad | no quiere correos | no desea ser contactado
    non vuole ricevere | non desidera ricevere | non inviare | non scrivere | non vuole essere contattato
    não quer receber | não deseja receber | não deseja ser contatado | wil geen mail | wil geen mails
    wil geen e-mail | wil geen nieuwsbrief | geen mails | niet meer mailen | niet meer contacteren
    niet benaderen | vill inte bli kontaktad | inga utskick | ingen reklam | ønsker ikke kontakt
    ingen reklame
    ei markkinointia | neposílat | nepřeje si být kontaktován | nechce dostávat | не присылать
    не хочет получать | больше не писать
    unsubscribed | unsubscribe | unsub | opted out | opt out | optout | optedout | not subscribed
    non subscribed | nonsubscribed | never subscribed | not opted in | has opted out | global unsubscribe
    globally unsubscribed | unsubscribed by admin | unsubscribed by user | self unsubscribed
    do not contact | do not email | do not mail | do not e mail | do not send | do not call | donotcontact
    don t contact | don t email | dont contact | dont email | dnc | dne | no contact | no marketing
    no newsletter | never contact | never email | never e-mail | never write | never call | never mail
    no emails | no e-mails | no more emails | no further emails | no mails | no mailings
    no more mailings | stop emailing | stop mailing | stop sending | stop contacting | remove from list
    remove from the list | remove from mailing list | remove from our list | removed from list
    removed from the list | removed from mailing list | take off list | take off the list
    taken off the list | be removed from | asked to be removed | wants to be removed
    does not want email | does not want emails | doesn t want email | doesn t want emails
    wants no email | wants no emails | not consented
    no consent | consent withdrawn | consent revoked | withdrew consent
    email marketing not subscribed | abgemeldet | ausgetragen | abbestellt | widerrufen | nicht abonniert
    nicht angemeldet | nicht kontaktieren | keine werbung | keine mails | keine e-mails | kein newsletter
    nicht eingewilligt | keine einwilligung | einwilligung widerrufen | werbesperre | désabonné
    désabonnée | désinscrit | désinscrite | non abonné | non abonnée | non inscrit | ne pas contacter
    pas de newsletter | pas d e-mail | baja | de baja | dado de baja | dada de baja | desuscrito
    desuscrita | no suscrito | no suscrita | no contactar | no enviar | disiscritto | disiscritta
    non iscritto | non iscritta | non contattare | descadastrado | descadastrada | cancelou inscrição
    não inscrito | não contactar | não contatar | não enviar | uitgeschreven | afgemeld
    niet ingeschreven | niet aangemeld | niet mailen | niet contacteren | geen nieuwsbrief
    geen toestemming | wypisany | wypisana | zrezygnował | zrezygnowała | nie kontaktować | brak zgody
    nie wysyłać | nie kontaktować się | nie chce otrzymywać | niezapisany | avregistrerad
    avprenumererad | avanmäld | avslutad prenumeration
    kontakta inte | ej samtycke | afmeldt | frameldt | kontakt ikke | må ikke kontaktes | avmeldt
    meldt av | reservert | peruutettu tilaus | peruuttanut tilauksen | ei saa ottaa yhteyttä | odhlášen
    odhlášena | odhlášený | nekontaktovat | nesouhlasí | odhlásený | nekontaktovať | nesúhlasí
    leiratkozott | leiratkozva | ne keresse | dezabonat | dezabonată | nu contactați | odjavljen
    odjavljena | ne kontaktirati | отписан | отписана | отписался | отписалась | отписано | отписка
    не подписан | не беспокоить | не отправлять | отказался | отказ от рассылки | абонамент отменен
    не контактувай | відписаний | відписався | відписалась | не підписаний | απεγγραφή | διαγράφηκε
    μην επικοινωνείτε | abonelikten çıktı | abonelikten ayrıldı | abonelik iptal | abone değil | izin yok
    izinsiz | onaysız | reddetti | 配信停止 | 配信停止中 | 購読解除 | 解除 | 解除済み | 解除済 | 退会
    退会済み | 配信拒否 | 拒否 | 受信拒否 | 不要 | 配信不可 | 希望しない | 同意しない | 未同意 | 未購読
    オプトアウト | 已退订 | 退订 | 退訂 | 已退訂 | 取消订阅 | 取消訂閱 | 已取消订阅 | 未订阅 | 未訂閱
    拒收 | 拒绝 | 拒絕 | 不同意 | 勿扰 | 수신거부 | 수신 거부 | 구독취소 | 구독 취소 | 구독해지
    구독 해지 | 탈퇴 | 미동의 | 비동의 | 미구독 | 거부 | 해지 | ألغى الاشتراك | إلغاء الاشتراك | غير مشترك
    غير موافق | ملغي | لا تتصل | הוסר | הוסרה | ביטל מנוי | לא רשום | לא מאשר | ביטל הרשמה
    berhenti berlangganan | tidak setuju | đã hủy đăng ký | từ chối
"""
# Also about being contacted in any column, but the user must say what they mean.
TELLING: Final = """
    no email | no e-mail | no mail | remove me | please remove | do not disturb | dnd | unwilling | deceased
    passed away | died | keine email | keine e-mail | keine post | verstorben | nicht stören | gestorben
    décédé | décédée | pas d email | pas de mail | pas de courrier | fallecido | fallecida | difunto
    sin correo | no correo | deceduto | deceduta | niente email | falecido | falecida | sem email | overleden
    geen email | geen e-mail | zmarły | zmarła | nie żyje | brak maili | avliden | afdød | ingen mail | avdød
    kuollut | zemřel | zemřela | elhunyt | decedat | decedată | умер | умерла | помер | померла | vefat etti
    死亡 | 逝去 | 已故 | 사망
    widerspruch | widersprochen | hat widersprochen | will nicht | möchte nicht
    does not want anything | doesn t want anything | wants nothing | ne veut rien | no quiere nada
    non vuole niente | não quer nada | wil niets
"""
# Replies to text messages, if they are the whole cell.
STOPS: Final = "stop | stop all | stopall | stopp | arret"
NO: Final = """
    no email | withdrawn | revoked | declined | denied | refused | rejected | objected | out
    do not allow | not allowed | disallow | disallowed | stop | stop all | stopall | stopp | arret
    opted | remove | remove me | unwilling | dnd | do not disturb | abgelehnt | verweigert | widersprochen
    widerspruch | refusé | refusée | opposition | rechazado | rechazada | revocado | denegado | rifiutato
    revocato | negato | recusado | revogado | negado | geweigerd | ingetrokken | bezwaar | odmowa
    odmówił | sprzeciw | wycofano | wycofana | nekad | avböjt | återkallat | afvist | nægtet | avslått
    trukket | kieltäytynyt | peruttu | kieltänyt | odmítl | odmítnuto | odmietol | elutasítva
    visszavonva | refuzat | retras | odbijeno | zavrnjeno | отказ | отказано | отозвано | відмова
    відкликано | αρνήθηκε | ret | reddedildi | مرفوض | סירב | ditolak
"""
# An unambiguous no in scripts without spaces between words, anywhere in a text.
CLEAR_JOINED: Final = """
    配信停止 | 購読解除 | 配信拒否 | 受信拒否 | 配信不可 | メルマガ停止 | メルマガ不要 | 案内不要 | 連絡不可
    連絡不要 | 営業お断り | 送付不要 | dm不可 | 수신거부 | 수신 거부 | 구독취소 | 구독 취소 | 구독해지
    연락하지 마 | 연락 금지 | 取消订阅 | 取消訂閱 | 已退订 | 已退訂 | 拒收邮件 | 请勿联系 | 請勿聯繫
    不要联系 | 请勿打扰 | 送らないで | 送信不要 | 配信不要 | メール不要 | メール停止 | 逝去
    不要发送 | 请勿发送
    不要再发 | 請勿聯絡 | 已故 | 去世 | 보내지 마 | 보내지마 | 연락금지 | 발송금지 | 발송 금지 | 수신 원치
"""

# Of these, the ones for people who never agreed: they withdraw nothing.
NEVER_GIVEN: Final = """
    not subscribed | non subscribed | nonsubscribed | never subscribed | not opted in | not consented
    no consent | keine einwilligung | pas de consentement | sin consentimiento | geen toestemming | brak zgody
    ej samtycke | email marketing not subscribed | no thanks | no thank you | declined | nicht abonniert
    nicht angemeldet | non abonné
    non abonnée | non inscrit | no suscrito | no suscrita | non iscritto | non iscritta | não inscrito
    niet ingeschreven | niet aangemeld | niezapisany | не подписан | не подписаний | abone değil | 未購読
    未订阅 | 未訂閱 | 미구독 | غير مشترك | לא רשום
"""
CLEAR_BOUNCED: Final = """
    bounced | bounce | hard bounced | hard bounce | soft bounced | soft bounce | hardbounce | softbounce
    hard bounces | soft bounces | bounced email | email bounced | cleaned | undeliverable | unzustellbar
    bereinigt | rebond | rebondi | nettoyé | nettoyée | rebotado | rebotada | rebote | rimbalzato
    rimbalzata | devolvido | gebounced | gebounct | onbestelbaar | opgeschoond | odbity | odbita
    zwrócony | wyczyszczony | studsat | studs | nedoručitelné | visszapattant | respins | odbijen
    возврат | недоставлено | недоставлен | недоставляемый | повернення | エラーメール | 不達 | 退信 | 反弹
    반송 | مرتد | חזר | geri döndü
"""
BOUNCED: Final = """
    invalid | undelivered | invalid email | invalid address | bad address | bad email | mailbox full
    not deliverable | nonexistent | zurückgewiesen | ungültig | non valide | invalide | inválido
    no válido | limpiado | no entregado | non valido | pulito | limpo | ongeldig | nieprawidłowy | ogiltig
    ugyldig | virheellinen | neplatný | érvénytelen | invalid email address | недействителен
    недействительный | 無効 | 无效 | 無效 | 유효하지 않음 | geçersiz | غير صالح | לא תקין
"""
HARD_AND_SOFT: Final = """
    hard | soft | permanent | transient | general | technical | fest | weich | dur | mou
"""
CLEAR_BLOCKED: Final = """
    blacklisted | blacklist | black listed | blocklisted | blocklist | suppressed | suppression
    suppression list | spam complaint | spam complaints | abuse complaint | reported spam
    reported as spam | marked as spam | spam report | spam reported | complained | complainer
    globally suppressed | on suppression list | blackliste | liste noire | lista negra | lista nera
    zwarte lijst | czarna lista | svartlistad | sortlistet | svartelistet | musta lista | blocklistad
    чёрный список | черный список | в черном списке | чорний список | ブラックリスト | 黑名单 | 黑名單
    블랙리스트 | kara liste | القائمة السوداء
"""
BLOCKED: Final = """
    blocked | block | banned | spam | complaint | abuse | junk | spammer | gesperrt | blockiert
    beschwerde | sperre | bloqué | bloquée | plainte | indésirable | bloqueado | bloqueada | queja
    bloccato | bloccata | reclamo | geblokkeerd | klacht | zablokowany | zablokowana | skarga | blockerad
    spärrad | spærret | blokeret | blokkert | estetty | blokován | zablokovaný | letiltva | blocat
    blokiran | заблокирован | заблокирована | жалоба | блокиран | заблокований | αποκλεισμένος | engelli
    engellendi | ブロック | 已屏蔽 | 차단 | محظور | חסום
"""

# Neither yes nor no: left out and unchanged unless the user says otherwise.
LEFT_OUT: Final = """
    disabled | no permissions set | no permission set | not set | no answer | no response | no reply
    not specified | not asked | not provided | not given | not available | no data | no information
    no info | no status | no preference | not yet | not known | not determined | never asked
    keine angabe | k. a. | keine antwort | nicht angegeben | nicht gefragt | deaktiviert | non renseigné
    non précisé | désactivé | sin respuesta | no especificado | sin datos | deshabilitado | desactivado
    non specificato | disattivato | disabilitato | não informado | sem resposta | desativado
    niet opgegeven | onbekend | uitgeschakeld | brak danych | nie podano | wyłączony | ej angivet
    inaktiverad | ikke oplyst | ikke oppgitt | ei tiedossa | neuvedeno | не указано | отключен | отключён
    не вказано | 未回答 | 未設定 | 無回答 | 未设置 | 未回复 | 미응답
"""

# Words that mean “may be contacted” in some programs and “may not” in others.
ASKED: Final = """
    not sure | do not know | don t know | dont know | no idea | no opinion | not applicable | weiß nicht
    keine Ahnung | ne sait pas | je ne sais pas | no sé | no sabe | non so | não sei | não sabe
    weet niet | nie wiem | vet inte | ved ikke | vet ikke | en tiedä | nevím | neviem | nem tudom
    nu știu | ne znam | не знаю | не знам | bilmiyorum | わからない | 不知道 | 모름 | 모르겠음 | لا أعرف
    לא יודע | inactive | pending | unconfirmed | not confirmed | unverified | not verified | archived
    deleted | removed | transactional | expired | paused | suspended | lapsed | cancelled | canceled
    awaiting confirmation | unknown | undecided | unspecified | unassigned | unset | unanswered | unclear
    undetermined | unlimited | united | unique | dormant | snoozed | non marketing contact | on hold
    hold | waiting | inaktiv | unbestätigt | nicht bestätigt | ausstehend | archiviert | gelöscht
    unbekannt | inactif | en attente | non confirmé | archivé | supprimé | inactivo | inactiva | pendiente
    no confirmado | archivado | eliminado | cancelado | cancelada | inattivo | inattiva | in attesa
    non confermato | archiviato | eliminato | cancellato | cancellata | inativo | inativa | pendente
    não confirmado | arquivado | excluído | inactief | in afwachting | niet bevestigd | onbevestigd
    gearchiveerd | verwijderd | nieaktywny | nieaktywna | oczekujący | niepotwierdzony | zarchiwizowany
    usunięty | väntar | obekräftad | arkiverad | raderad | afventer | ubekræftet | arkiveret | slettet
    venter | ubekreftet | arkivert | odottaa | passiivinen | vahvistamaton | arkistoitu | poistettu
    neaktivní | čeká | nepotvrzeno | archivován | smazán | neaktívny | čaká | nepotvrdený | inaktív
    függőben | nincs megerősítve | archivált | törölt | inactiv | în așteptare | neconfirmat | arhivat
    șters | neaktivan | na čekanju | nepotvrđen | неактивен | в ожидании | не подтвержден | не подтверждён
    неподтвержден | неподтверждён | удален | удалён | в архиве | ожидает | неактивный | очаква
    непотвърден | неактивний | очікує | непідтверджено | видалено | ανενεργός | σε αναμονή | pasif
    beklemede | onaylanmadı | onay bekliyor | silindi | arşivlendi | 保留 | 保留中 | 未確認 | 未承認
    休止 | 停止中 | 削除済み | 仮登録 | 待确认 | 未确认 | 未激活 | 已删除 | 已归档 | 대기 | 대기중
    미확인 | 비활성 | 삭제됨 | 보관 | معلق | غير نشط | غير مؤكد | ממתין | לא פעיל | לא מאומת | נמחק
    tertunda | tidak aktif | former | former members | former customers | ex members | alumni | left
    resigned
    quit | ausgetreten | austritte | austritt | ausgeschieden | ehemalige | ehemaliger | ehemalige mitglieder
    gekündigt | gekündigte | anciens membres | anciens | démissionnaires | antiguos | ex socios | ex soci
    ex membri | oud leden | opgezegd | byli członkowie | utträdda | udmeldt | utmeldt
"""

# Beginnings of phrases that mean no: "no thanks", "Nicht anrufen", "не подписан".
NO_BEGINNINGS: Final = """
    no | not | non | never | do not | does not | doesn t | none of | dont | don | cannot | cant | can t
    wont | won t | without | stop
    stopped | opt out | opted out | optout | refuse | refuses | refused | declines | declined | withdrew
    nein | nicht | kein | keine | keinen | keiner | keinerlei | nie | niemals | ohne | möchte nicht | ne
    pas | jamais | aucun | aucune | sans | nunca | sin | ningún | ninguna | jamás | não | nao | sem
    nenhum | nenhuma | mai | nessun | nessuna | senza | niet | geen | nooit | zonder | nee | bez | nigdy
    brak | inte | ej | ikke | ingen | inga | inget | aldrig | utan | uden | uten | nej | nei | ei
    en halua | eivät | ilman | älä | nikdy | nechce | nechci | nesouhlas | nem | nincs | soha | nu | fără
    niciodată | nije | nisam | ne želi | не | нет | без | никогда | ні | ніколи | όχι | δεν | μη | μην
    χωρίς | ποτέ | değil | hayır | yok | istemiyor | istemiyorum | asla | لا | غير | عدم | بدون | ليس | לא
    אין | בלי | ללא | tidak | jangan | không
"""
NO_CHARACTERS: Final = "不未否无無没沒非勿拒退"
NO_PARTS: Final = """
    しない | いらない | ません | 拒否 | 解除 | 停止 | 不要 | 退会 | 不可 | 거부 | 취소 | 해지 | 않 | 안함
    비동의 | 미동의 | 取消 | 退订 | 退訂 | 拒收
"""

# Words that reverse a phrase beginning with a no: "no restrictions", "not unsubscribed".
AGAINST_NO: Final = """
    restriction | objection | problem | limit | opt out | opted out | optout | unsub | bounce | complain
    block | einwand | einwände | einschränkung | abgemeldet | widerspruch | objeción | restricción
    problema | obiezion | restrizion | desinscri | désabonn | désinscri | disiscr | bezwaar
    uitgeschreven | afgemeld | wypisan | sprzeciw | invänd | отпис | возраж
"""

# Words that may follow a yes without weakening it.
POLITE: Final = """
    yes | please | thanks | thank you | i do | i agree | i consent | i accept | agree | sure | of course
    ok | sign me up | subscribe me | send it | bitte | gerne | danke | natürlich | klar | merci
    s il vous plaît | je veux | j accepte | je souhaite | bien sûr | por favor | gracias | acepto | quiero
    claro | grazie | per favore | accetto | certo | obrigado | obrigada | aceito | quero | graag | dank je
    dank u | proszę | chętnie | zgadzam się | dziękuję | tack | gärna | tak | takk | kiitos | prosím
    děkuji | lütfen | пожалуйста | спасибо | конечно | согласен | согласна | хочу
"""
