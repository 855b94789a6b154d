"""What mail programs say, in their own words, when a letter did not arrive: for notices that carry no report for machines. Pure text."""

import re

from inquiry_service.mail.delivery_status import cleaned
from inquiry_service.terms import BounceReason

MAX_NOTICE = 20_000  # characters; whoever sends more sends the letter back with it

_RETURNED_LETTER = re.compile(
    r"(?im)^.{0,20}(?:"
    r"-{2,80}[^\n]{0,40}(?:original|returned|copy|header|message|mail|nachricht|mensaje|message d'origine)"
    r"|[-=_* ]*(?:below this line is a copy|this is a copy of (?:the|your) message|included is a copy"
    r"|the (?:full )?header of the original"
    r"|here is (?:your|a copy)|a copy of (?:the|your) (?:original|message)|original (?:message|mail"
    r"|headers?)(?: (?:text|details|headers?|body))?(?: follows| below| is attached|:)"
    r"|message (?:header|text|contents?)s? follows?|the first \d+ lines of|returned message follows"
    r"|your (?:original )?message (?:reads|follows)"
    r"|start of returned message|undelivered message follows|unsent message (?:below|follows)"
    r"|message headers follow"
    r"|received: ?(?:from|by|\(qmail)|return-path: ?<|x-mailer:|mime-version: ?1|message-id: ?<)"
    r")"
)
FAILED = re.compile(
    r"undeliver|not (?:be |been |being )?deliver|(?:mail|message|letter)[^.\n]{0,30} (?:been|was|is|being) returned"
    r"|encountered an error|(?:un|not )able to (?:be )?deliver|deliver(?:y|ed)?[^.\n]{0,40}(?:fail"
    r"|abort|unsuccess|imposs|not poss|problem|error|reject)"
    r"|fail(?:ed|ure)[^.\n]{0,60}(?:deliver|recipient|address|mail|message)|mail(?:er)?[ -]error"
    r"|mail failed|returned (?:mail|message|to sender)"
    r"|return(?:ed|ing) (?:your |the )?(?:mail|message)|non[ -]?delivery|did not reach|(?:not|n't"
    r"|never) (?:be )?(?:reached|sent|accepted)|rejected|refused"
    r"|n[o']t accept|user unknown|unknown (?:user|recipient|address|local)|no such (?:user|recipient"
    r"|address|mailbox|account|person|domain)"
    r"|(?:invalid|bad|illegal|unrout\w+|incorrect|nonexistent) (?:recipient|address|mailbox|user"
    r"|e-?mail)|(?:does|do|did) ?n[o']t exist|doesn't exist"
    r"|not (?:be )?(?:found|listed|recogni[sz]ed|known|valid|a valid)|n[o']t have an? "
    r"|is not (?:active|available)|no longer (?:available|valid|active|exists)"
    r"|mailbox (?:is )?(?:unavailable|disabled|inactive|full|not found|exceeded)|(?:over|exceed\w*"
    r"|disk)[ -]?(?:\w+[ -])?(?:quota|storage|limit)|quota (?:exceeded|violation)"
    r"|(?:account|user|mailbox|address)[^.\n]{0,40}(?:disabled|suspended|inactive|closed|full|expired"
    r"|unknown|over ?quota)|permanent(?:ly)? (?:error|fail|fatal|problem)"
    r"|fatal errors?|giv(?:en|ing) (?:up|it up)|given up|host (?:not found|unknown)|domain not found"
    r"|timed? ?out|too (?:large|many hops|big)"
    r"|(?:could|can)(?:no|n'|n)?t (?:be |deliver|send)|couldn't be|wasn't (?:able|delivered|found)"
    r"|was(?: not|n't) delivered|blocked"
    # German, Dutch, Nordic
    r"|unzustellbar|nicht (?:\w+ ){0,3}(?:zugestellt|zustellbar|übermittelt|ausgeliefert|gefunden"
    r"|erreich)|zustell\w* (?:\w+ ){0,3}(?:fehl|gescheitert|nicht)|fehlgeschlagen"
    r"|(?:unbekannter?|ungültiger?) (?:empfänger|benutzer|adresse)|existiert nicht"
    r"|postfach (?:ist )?voll|onbestelbaar|niet (?:\w+ ){0,3}(?:bezorgd|afgeleverd|bestel|besteld"
    r"|gevonden)"
    r"|(?:kunde|kan|kunne) (?:inte|ikke) (?:\w+ ){0,3}lever|kunne ikke (?:\w+ ){0,3}sende"
    r"|(?:går|gick|gått) (?:inte|ej) att (?:\w+ ){0,3}(?:lever|skicka|hitta|nå)"
    r"|(?:levering|leverans|sending|utskick)\w{0,20} [^.\n]{0,60}mis(?:s)?ly[ck]k|misslyckad|mislykket"
    r"|ble ikke (?:\w+ ){0,2}(?:levert|funnet)"
    r"|blev (?:ikke|inte) (?:\w+ ){0,2}(?:lever|fundet)|ei (?:voi|voitu|voida|pystytty) (?:\w+ ){0,3}(?:toimit|lähet)"
    r"|(?:toimit|lähet)\w{1,20} [^.\n]{0,60}epäonnistu|ei löyty|obeställbar|oleverer|uleverbar"
    # Romance
    r"|n'a (?:pas )?(?:pu|été)[^.\n]{0,30}(?:remis|distribu|délivr|livr|achemin|envoy)|non[ -]remis"
    r"|non distribu|échec de (?:la )?(?:remise|distribution|livraison|l'envoi)"
    r"|(?:utilisateur|destinataire|adresse)[^.\n]{0,20}(?:inconnu|introuvable|non recens|invalide"
    r"|n'existe)|impossible de (?:\w+ ){0,3}(?:remettre|distribuer|livrer|délivrer)"
    r"|no (?:se )?(?:ha )?(?:pud?o|podido|pudo|puede|fue|ha sido)[^.\n]{0,40}(?:entreg|enviad)"
    r"|error (?:de|en la) entrega|no se (?:pudo|ha podido) (?:\w+ ){0,2}encontrar"
    r"|no entregado|(?:usuario|destinatario|direcci[óo]n|buz[óo]n|cuenta)[^.\n]{0,30}(?:desconocid"
    r"|no (?:existe|encontrad|válid)|lleno|inexistente)|no existe"
    r"|non recapitabil|impossibile (?:\w+ ){0,3}(?:recapit|consegn|inviare)"
    r"|(?:recapito|consegna|invio) [^.\n]{0,60}non riuscit"
    r"|non (?:è stat\w|è possibile|è stato possibile|può|può essere)[^.\n]{0,40}(?:consegn|recapit"
    r"|inviat)|mancat\w (?:consegna|recapito)|(?:utente|destinatario|indirizzo"
    r"|casella)[^.\n]{0,30}(?:sconosciut|inesistente|non (?:trovat|esist|valid)|piena)"
    r"|n[ãa]o (?:p[ôo]de|foi|pode|é possível|será)[^.\n]{0,40}(?:entreg|enviad)"
    r"|n[ãa]o (?:pôde|foi) (?:\w+ ){0,2}encontrad|n[ãa]o (?:entregue|existe)"
    r"|(?:usu[áa]rio|destinat[áa]rio|endere[çc]o)[^.\n]{0,30}(?:desconhecid|inv[áa]lid"
    r"|n[ãa]o encontrad)|falha na entrega"
    # Slavic, Hungarian, Turkish
    r"|не (?:\w+ ){0,3}(?:доставлен|удалось доставить|удаётся доставить|может быть доставлен"
    r"|существует|найден)|недоставлен|недоставк|невозможно доставить|неизвестн\w+ (?:пользовател"
    r"|получател|адрес)|ящик переполнен"
    r"|(?:dostarcz|doręcz|wysł)\w{1,20} [^.\n]{0,60}nie powiod"
    r"|nie (?:\w+ ){0,3}(?:dostarczon|dostarczyć|doręczon|istnieje)|niedostarczon"
    r"|nelze (?:\w+ ){0,3}doručit|nebyl[ao]? (?:\w+ ){0,3}doručen|nedoručiteln"
    r"|doručen\w{0,20} [^.\n]{0,60}(?:nezdařil|selhal)|kézbesíthetetlen|nepodařilo se (?:\w+ ){0,3}doručit"
    r"|kézbesít\w{0,20} (?:nem|sikertelen)|nem (?:\w+ ){0,3}kézbesít"
    r"|teslim edilem|iletilem|gönderilem"
    r"|δεν (?:\w+ ){0,4}(?:παραδ|παράδ)|μη παραδοτ|אין אפשרות למסור|לא ניתן למסור|تعذر (?:ال)?تسليم"
    # East Asia
    r"|配信(?:でき|不能|エラー|に失敗|されませんでした)|送信(?:でき|エラー|に失敗)"
    r"|(?:届け|配達)(?:る|られ)?(?:こと)?(?:が)?(?:でき|ません)|お届けでき"
    r"|見つかりません|存在しません|宛先不明|不達|エラーメール"
    r"|无法(?:投递|送达|发送|传递)|無法(?:投遞|送達|傳送|傳遞|寄送)|投递失败|退信|退回"
    r"|未能[^。\n]{0,30}(?:传递|送达|发送)|未传递|未(?:能)?送达|发送失败|不存在|寄送失敗"
    r"|배달(?:되지|할 수 없|하지 못|에 실패|불가)|배달 불가"
    r"|전송(?:되지|에 실패|실패|하지 못)|반송",
    re.IGNORECASE,
)
_STILL_TRYING = re.compile(
    r"(?:has|have|was|were|is|are) (?:been )?(?:delayed|postponed|deferred)|delayed (?:mail|delivery"
    r"|by|for)|delivery (?:is |has been )?delay|message (?:is |has been )?delayed"
    r"|not yet (?:been )?(?:deliver|sent|reach)"
    r"|still (?:being )?(?:retr|try|attempt|in (?:the )?queue)|will (?:be )?(?:\w+ )?(?:retr(?:y|ied)"
    r"|re-?attempt|re-?tried|keep (?:on )?(?:try|attempt))|(?:continue|continuing|keep|keeps"
    r"|go on) (?:to )?(?:be )?(?:try|attempt|re-?send)|attempts (?:to deliver )?will continue"
    r"|will (?:\w+ )?(?:try|attempt)(?:ing)? (?:again|to (?:re)?(?:send|deliver)|for)"
    r"|being retried|warning message only|this is (?:just |only )?a warning|is a warning only"
    r"|only a warning|(?:do not|don't|no) need to (?:re-?send|send)|delivery attempts will continue"
    r"|no action is required|temporar(?:y|ily) (?:delay|defer)"
    r"|(?:va|vont|allons|continuer\w{0,20}) (?:\w+ )?(?:à )?réessay|réessaiera|nouvelle tentative"
    r"|volverá a intentar|(?:lo )?volveremos a intentar"
    r"|(?:seguir|continuar)\w{0,20} intent|(?:tentará|tentaremos|vai tentar) (?:\w+ ){0,3}novamente"
    r"|continuar\w{0,20} (?:a )?tenta|riprover|ritenter|continuer\w{0,20} a (?:tenta|prova)"
    r"|(?:wird|werden) (?:es )?(?:\w+ ){0,6}(?:erneut|weiter(?:hin)?|noch) (?:\w+ ){0,4}versuch"
    r"|opnieuw (?:proberen|verzenden|te bezorgen)|blijf\w{0,20} proberen"
    r"|(?:försök|prøv)\w{0,20} (?:\w+ ){0,4}(?:igen|på nytt)|fortsätter att försöka"
    r"|yrittää (?:\w+ ){0,3}uudelleen|ponowi|ponown\w{1,20} prób|będzie (?:\w+ ){0,2}próbowa"
    r"|opakovat|повтор\w{1,20} попыт|продолж\w{1,20} попыт|yeniden dene|再試行|重试|重新尝试|重試|다시 시도"
    r"|verzögert|verspätet|weiter(?:hin)? versuch|erneut (?:zuzustellen|versuch|zugestellt)"
    r"|noch nicht (?:\w+ ){0,3}zugestellt|retard(?:é|ée|ada|ado)|nouvelles tentatives"
    r"|différée? |retrasad[oa]s?\b|pas encore (?:été )?(?:remis|distribu|délivr)|se ha retrasado|seguir[áa] intentando"
    r"|aún no (?:se )?ha|volver[áa] a intentar|in ritardo|ulteriori tentativi|verrà riprovat|atrasad"
    r"|vertraagd|försen|forsinket"
    r"|задерж|отложен|ещ[её] не (?:\w+ )?доставлен|попытки (?:\w+ )?(?:будут )?продолж|opóźnion"
    r"|zpožděn|再送(?!信?(?:して|を)?(?:くだ|下)さ)|遅延|遅れて|延迟|延遲|지연",
    re.IGNORECASE,
)
_GAVE_UP = re.compile(
    r"giv(?:en|ing) (?:it )?up|given up|(?:not|n't|no longer|never|stop(?:ped)?) (?:going to |be "
    r"|(?:continue|continuing) (?:to )?)?(?:try|retr|attempt)|no (?:further|more|additional) (?:attempts|deliver|retr)"
    r"|permanent(?:ly)? (?:error|fail|fatal|problem|undeliv)|this is a permanent|fatal error"
    r"|final(?:ly)? fail"
    r"|retry timeout exceeded|(?:message|mail)[^.\n]{0,20} expired|in the queue too long"
    r"|queue lifetime|has been removed from the queue|(?<!be )returned to (?:the )?sender|endgültig|aufgegeben"
    r"|définitive|abandonn|definitiv|окончательн",
    re.IGNORECASE,
)
# `you will be told if it fails for good`: nobody has given up yet
_UNDER_A_CONDITION = re.compile(
    r"(?<![^\W\d_])(?:if|unless|should|until|si|wenn|falls|sollte|se|caso|als|indien|hvis|dersom|om|jos|jeśli|jeżeli|pokud|если|eğer)"
    r" [^.!?;\n]{0,200}(?:\n[^.!?;\n]{1,200})?",
    re.IGNORECASE,
)
_DELAY_SUBJECT = re.compile(
    r"delay|warning|still being|not yet|retr(?:y|ied)|deferred|verzöger|retard|задерж|遅延|延迟|vertraag"
    r"|ritardo",
    re.IGNORECASE,
)
_FAILED_SUBJECT = re.compile(
    r"fail|undeliver|non-?deliver|returned|reject|unknown|invalid|not found|unzustell|nicht zustell|error"
    r"|problem|bounce",
    re.IGNORECASE,
)
_ENHANCED = re.compile(r"(?<![\d.])([45])\.\d{1,3}\.\d{1,3}(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.:/-])([45])[0-5]\d(?=[ -](?:[A-Za-z#<\"'\[(]|[45]\.\d)|:? *[\"'<(]|\n)")
SUBJECT = re.compile(
    r"\W*(?:(?:notice|error|warning|alert|failure):\s*)?(?:undeliver|undelivered|mail delivery|message delivery|delivery (?:fail|stat|notif|report"
    r"|problem|error|unsuc|has|delay|incomplete|attempt)|email delivery|failed (?:mail|delivery"
    r"|message|to deliver)|delivery-failure|failure (?:notice|delivery|notification|report)"
    r"|returned (?:mail|email|message|to sender)|return(?:ed)? to sender|mail (?:error|fail"
    r"|not delivered|could not|system error|returned|undeliver|status report|bounced)"
    r"|mail(?:er)? ?error|message (?:delayed|could not|undeliver|status|rejected|not delivered"
    r"|bounced)|non[ -]?deliver|nondeliver|undeliv|delayed mail|permanent deliver"
    r"|could not (?:be )?deliver"
    r"|could not send|unable to deliver|warning: (?:could not|message)|your (?:message|e-?mail"
    r"|mail) (?:to|could|was|has|cannot)|(?:automatically )?rejected mail|bounced (?:mail|message)"
    r"|e-?mail (?:address )?(?:not found|bounced|undeliv|delivery)|address not found|user unknown"
    r"|invalid (?:address|recipient)|notification of (?:fail|deliver|non)|ndn:|ndr:|postmaster"
    r"|unzustellbar|nicht zustellbar|nicht zugestellt|zustell|non[ -]remis|non[ -]distribu|échec"
    r"|retour (?:de )?(?:mail|courrier)|message non|no (?:se )?(?:pudo|ha|entreg)|devuelto"
    r"|correo (?:devuelto|no)|mensaje (?:no|devuelto)|mancat|impossibile (?:recapit|consegn)"
    r"|messaggio non|n[ãa]o (?:entregue|foi)|falha|onbestelbaar|niet (?:bezorgd|afgeleverd)"
    r"|недоставл|не доставл|ваше сообщение|уведомление о недостав|nie dostarcz|niedostarcz|zwrot"
    r"|nedoruč|kézbesít|teslim edil|配信|メール(?:送信|配信)?(?:の)?エラー|来自[^ \n]{1,60}退信|送信エラー"
    r"|エラー|不達|退信|系统退信|投递|無法|无法|배달|반송|전송)",
    re.IGNORECASE,
)

ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@"
    r"(?:[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}\.)+[A-Za-z][A-Za-z0-9-]{1,24}|\[[0-9.]{7,15}\])"
)
_REFUSED = re.compile(r"(?m)^[ \t<]{0,8}5[0-5]\d[ -]")
_RECIPIENT_NAMED = re.compile(rf"(?im)^[ \t>]{{0,8}}RCPT TO: ?<?{ADDRESS.pattern}")
_LABELLED = re.compile(
    r"(?im)(?:rcpt to|(?:failed |original |final |intended )?recipients?(?: address(?:es)?)?"
    r"|undeliverable (?:address|to)|(?:e-?mail )?address(?:ee)?|mailbox|error-for|failed(?: to)?|user"
    r"|delivery to|addressed to"
    r"|unable to deliver (?:your )?(?:message|mail) to|empfänger|adresse|destinataire|destinatario"
    r"|destinatário|получатель|宛先|收件人|받는 사람|to|para|an|à)\b[^\n@]{0,30}?[:=\s<\"'(\[*]\s*(?:smtp:"
    r"|mailto:|rfc822;)?\s*[<\"'(\[]{0,2}"
    rf"({ADDRESS.pattern})"
)
_ALONE = re.compile(
    rf"(?im)^[ \t>*•·\-\"'<(\[]{{0,12}}(?:smtp:|mailto:|to:|expanded from:?)?[ \t]*<?({ADDRESS.pattern})>?"
    r"[ \t\"')\],;:.]*(?:$|[:;,(\[<—–-].*$|[ \t]{2,}.*$|[ \t]on[ \t].*$)"
)
_NOT_THE_RECIPIENT = re.compile(
    r"message-id|contact|please (?:write|send|forward|mail|email|report)|for (?:further"
    r"|more) (?:assistance|help|information)|help ?desk|mail from|support@|abuse@|postmaster@"
    r"|mailer-daemon@|noreply@|no-reply@|(?<!expanded )from:|sender:|return-path|reply-to|reporting"
    r"|by (?:e-?mail|sending)|von:|de:|absender|original-envelope|envelope-from|@localhost",
    re.IGNORECASE,
)


_ANNOUNCED = re.compile(
    r"(?:following|these|this|intended|one or more of your) (?:\w+ ){0,2}(?:recipient|address|user"
    r"|person|people|mailbox|destination)[^\n@]{0,90}(?:\n|:)"
    r"|folgende\w* (?:\w+ ){0,2}(?:empfänger|adresse|benutzer)[^\n@]{0,90}(?:\n|:)"
    r"|destinataires? suivants?[^\n@]{0,90}(?:\n|:)|(?:siguientes? (?:destinatari|direcci)"
    r"|destinatarios? siguientes?|seguent[ei] (?:destinatar|indirizz)"
    r"|destinat[aá]rios? (?:a )?seguintes?|seguintes? destinat)[^\n@]{0,90}(?:\n|:)"
    r"|следующ\w+ (?:адрес|получател)[^\n@]{0,90}(?:\n|:)|volgende (?:ontvanger"
    r"|adres)[^\n@]{0,90}(?:\n|:)|did not reach|次の(?:宛先|受信者|アドレス)|以下の(?:宛先|受信者|アドレス"
    r"|メールアドレス)|以下收件人"
    r"|下列收件人",
    re.IGNORECASE,
)

_BAIT = re.compile(
    r"(?:click|log ?in|sign ?in|verify|validate|confirm|upgrade|release|retrieve|recover|re-?activate|review)\b[^\n]{0,60}"
    r"\b(?:here|below|now|button|link|your (?:e-?mail|mail|mailbox|account|messages?|password|storage))",
    re.IGNORECASE,
)
_A_PERSON_SAYS = re.compile(
    r"\bmy (?:e-?mail|mail|message|letter|answer|reply|question|application|registration)s?\b"
    r"|\bI (?:wrote|sent|tried|got|received|have (?:tried|sent|written|got))\b",
    re.IGNORECASE,
)

_REASONS = (
    (
        re.compile(
            r"[45]\.2\.2\b|(?:over|exceed\w*|disk)[ -]?(?:\w+[ -])?quota|quota (?:exceed|violat)"
            r"|(?:mailbox|account|mail ?folder)[^.\n]{0,30}full",
            re.I,
        ),
        BounceReason.MAILBOX_FULL,
    ),
    (
        re.compile(r"[45]\.(?:3\.4|2\.3)\b|too (?:large|big)|(?:message|maximum)[^.\n]{0,20} size", re.I),
        BounceReason.TOO_LARGE,
    ),
    (
        re.compile(
            r"5\.1\.(?:[0136]|10)\b|5\.2\.1\b|unknown (?:user|recipient|address)|user unknown|no such|n[o']t exist"
            r"|not (?:be )?(?:found|listed|recogni)"
            r"|(?:address|recipient|mailbox)[^.\n]{0,20}(?:unknown|invalid|unavailable|disabled|inactive)"
            r"|invalid (?:recipient|address|mailbox)|existiert nicht|inconnu|no existe",
            re.I,
        ),
        BounceReason.UNKNOWN_ADDRESS,
    ),
    (
        re.compile(
            r"[45]\.1\.2\b|[45]\.4\.\d|host (?:not found|unknown)|domain[^.\n]{0,20}not (?:exist|found)"
            r"|timed? ?out|connection (?:refused|failed)",
            re.I,
        ),
        BounceReason.UNREACHABLE,
    ),
    (
        re.compile(r"5\.7\.\d|spam|blocked|denied|polic(?:y|ies)|refused|rejected|blacklist", re.I),
        BounceReason.REFUSED,
    ),
)


def notice_of(text: str) -> str:
    """What was said about the letter, without the letter that came back below; some name its headers first, and its recipients after them."""
    text = text[:MAX_NOTICE]
    found = _RETURNED_LETTER.search(text, 40)
    if found is None or not text[: found.start()].strip():
        return text
    before, rest = text[: found.start()], text[found.start() :]
    announced = None if ADDRESS.search(before) else _ANNOUNCED.search(rest)
    return before if announced is None else f"{before}\n{rest[announced.start() :]}"


def speaks_of_failure(text: str) -> bool:
    """A mail program's words for a letter that did not arrive, or a refusing server's code."""
    return bool(FAILED.search(text) or _ENHANCED.search(text) or _STILL_TRYING.search(text))


def reason_in(text: str) -> BounceReason:
    """Why it came back: by the server's code, else by its words."""
    for pattern, reason in _REASONS:
        if pattern.search(text):
            return reason
    return BounceReason.UNSAID


def asks_for_a_click(text: str) -> bool:
    """It wants its reader to do something with an account, and no server's code stands in it: bait that is dressed as a bounce."""
    return bool(_BAIT.search(text)) and not has_code(text)


def shows_a_refused_recipient(text: str) -> bool:
    """What two servers said to each other: the refusal for good, and the recipient that it is about. Nobody types that."""
    return bool(_REFUSED.search(text) and _RECIPIENT_NAMED.search(text))


def has_code(text: str) -> bool:
    """A mail server's own code stands in it."""
    return bool(_ENHANCED.search(text) or _REPLY_CODE.search(text))


def is_told_by_a_person(text: str) -> bool:
    """Somebody speaks of a mail of their own that did not arrive; machines speak of yours."""
    return bool(_A_PERSON_SAYS.search(text))


def is_given_up(subject: str, notice: str) -> bool:
    """False where somebody still tries to deliver it: only then a letter may yet arrive."""
    if _GAVE_UP.search(_UNDER_A_CONDITION.sub(" ", notice)):
        return True
    if _STILL_TRYING.search(notice) or (
        _DELAY_SUBJECT.search(subject) and not _FAILED_SUBJECT.search(subject)
    ):
        return False
    if _FAILED_SUBJECT.search(subject):
        return True
    codes = {code.group(1) for pattern in (_ENHANCED, _REPLY_CODE) for code in pattern.finditer(notice)}
    return codes != {"4"}


def recipients_in(notice: str, others: frozenset[str]) -> tuple[str, ...]:
    """The addresses that the notice is about: below `the following recipients`, named as such, alone in a line, or said to have failed.

    `others` are somebody else's.
    """
    announced = _ANNOUNCED.search(notice)
    for text in (notice[announced.end() :] if announced else "", notice):
        failing = "\n".join(
            line for line in text.splitlines() if FAILED.search(line) or _ENHANCED.search(line)
        )
        for pattern, read in ((_ALONE, text), (_LABELLED, text), (ADDRESS, failing), (ADDRESS, text)):
            if found := _found(pattern, read, others):
                return found
    return ()


def _found(pattern: re.Pattern[str], text: str, others: frozenset[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for match in pattern.finditer(text):
        address = cleaned(match.group(match.lastindex or 0))
        if (
            address
            and address.lower() not in others
            and not _NOT_THE_RECIPIENT.search(_line_before(text, match.end()))
        ):
            found.setdefault(address.lower(), address)
    return tuple(found.values())


def _line_before(text: str, end: int) -> str:
    return text[max(text.rfind("\n", 0, end) + 1, end - 200) : end]
