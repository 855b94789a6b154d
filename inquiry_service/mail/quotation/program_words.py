"""The words that mail programs write round a quotation, by language. Facts about formats; the rules that use them are beside."""

import re
from collections.abc import Mapping


def _all(text: str, between: str | None = "|") -> list[str]:
    return [word.strip() for word in text.split(between) if word.strip()]


# What stands between a name and its quotation. `…(a)` and the like are endings that some languages leave open.
WROTE = {
    "en": "wrote|writes|sent|has written",
    "de": "schrieb|schreibt|geschrieben",
    "nl": "schreef|schrijft|geschreven",
    "fr": "a écrit|écrit|a ecrit|écrivait",
    "es": "escribió|escribio|escribe|ha escrito",
    "pt": "escreveu|escreve",
    "it": "ha scritto|scrive|scrisse",
    "ro": "a scris|scrie",
    "ca gl eu": "missatge de|va escriure|ha escrit|escribiu|idatzi du|idatzi zuen",
    "da nb sv": "skrev|skriver|skreiv",
    "fi": "kirjoitti|kirjoittaa",
    "is et lv lt": "skrifaði|kirjutas|rakstīja|rašė",
    "pl": r"napisana przez|napisał\(a\)|napisała|napisał|pisze|nadesłał",
    "cs sk": r"napsal\(a\)|napsala|napsal|píše|napísal\(a\)|napísala|napísal",
    "hr sr sl": r"napisao/la|napisao\(la\)|napisao|napisala|je napisal\(a\)|je napisal|је написао|је написала",
    "hu": "ezt írta|írta|írja",
    "ru": r"написал\(а\)|написала|написал|пишет|писал\(а\)|писали|писала|писал",
    "uk": r"написав\(ла\)|написав|написала|пише|писав",
    "bg": "написа",
    "tr": r"şunları yazdı|şunu yazdı|yazdı",
    "el": "έγραψε|έγραψες",
    "he": "כתב/ה|כתבה|כתב|מאת",
    "ar fa": "كتابة ما يلي|كتبت|كتب|نوشت",
    "vi id": "đã viết|viết|menulis",
}
# The same in scripts that put no space between words.
WROTE_WITHOUT_SPACE = {
    "zh": "写道|寫道|写到|来信",
    "ja": "書きました|のメール",
    "ko": "님이 작성|작성:|님이 씀|썼습니다",
    "th hi ka": "เขียนว่า|ने लिखा|დაწერა",
}

# How the line of a quotation begins, where it begins with a word.
BEGINS = _all(
    "on am le el em il op den på in dnia w vào dne dňa u la a za à ng pada в от στις στο ב- בתאריך את ÷"
    " у на tarihinde lähetti vid kl i 在 於 于 dana le-",
    between=None,
)

# The days of the week as they are shortened; three letters tell them from other words well enough beside a date.
DAYS = frozenset(
    _all(
        """mon tue tues wed thu thur thurs fri sat sun monday tuesday wednesday thursday friday saturday sunday
    mo di mi do fr sa so montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag don die mit son sam
    lun mar mer jeu ven sam dim lundi mardi mercredi jeudi vendredi samedi dimanche
    mié jue vie sáb dom lunes martes miércoles jueves viernes sábado domingo
    seg ter qua qui sex segunda-feira terça-feira quarta-feira quinta-feira sexta-feira segunda terça quarta quinta sexta
    gio sab lunedì martedì mercoledì giovedì venerdì sabato domenica
    ma wo vr za zo maandag dinsdag woensdag donderdag vrijdag zaterdag zondag
    pon wt śr czw pt sob niedz nie poniedziałek wtorek środa czwartek piątek sobota niedziela
    пн вт ср чт пт сб вс понедельник вторник среда четверг пятница суббота воскресенье нд неділя
    man tir ons tor tors fre lør søn mandag tirsdag onsdag torsdag fredag lørdag søndag
    mån tis lör söndag måndag tisdag lördag ke to pe la su maanantai tiistai keskiviikko torstai perjantai lauantai sunnuntai
    po út st čt pá so ne pondělí úterý středa čtvrtek pátek sobota neděle
    pzt sal çar per cum cmt paz pazartesi salı çarşamba perşembe cuma cumartesi pazar
    lu mi joi vi sâ du luni marți miercuri joi vineri sâmbătă duminică
    hétfő kedd szerda csütörtök péntek szombat vasárnap
    δευ τρί τετ πέμ παρ σάβ κυρ δευτέρα τρίτη τετάρτη πέμπτη παρασκευή σάββατο κυριακή""",
        between=None,
    )
)

# Header lines that a program copies above what it quotes. The kind, then the labels.
_LABELS = {
    "from": """from|von|de|da|van|od|fra|från|от|от кого|від|від кого|kimden|gönderen|lähettäjä|feladó|από|מאת|من|发件人|寄件者|寄件人|差出人|送信者
        |보낸 사람|보낸사람|expéditeur|remitente|remetente|mittente|afzender|nadawca|afsender|avsender|avsändare|отправитель|absender
        |de la|odesílatel|pošiljatelj|šalje|từ|dari|nork|saatja|nuo""",
    "sent": """sent|gesendet|gesendet am|envoyé|envoyé le|envoye|enviado|enviado el|enviado em|enviada|enviada em|enviado a|enviat
        |inviato|inviato il|verzonden|verzonden op|wysłano|wysłane|sendt|skickat|отправлено|отправлен|дата отправки|надіслано|відправлено
        |gönderildi|gönderme tarihi|lähetetty|odesláno|odoslané|poslano|trimis|trimis la|elküldve|küldve|στάλθηκε|εστάλη|נשלח|تم الإرسال
        |发送时间|发送日期|寄件日期|傳送時間|送信日時|送信日|보낸 날짜|보낸날짜|đã gửi|terkirim|dikirim""",
    "date": """date|datum|fecha|data|dato|päiväys|päivämäärä|дата|tarih|dátum|ημερομηνία|תאריך|التاريخ|日期|日時|날짜|message du|date d'envoi
        |received|ngày|tanggal|dată""",
    "to": """to|an|à|a|para|aan|do|til|till|кому|kime|alıcı|vastaanottaja|címzett|προς|אל|إلى|收件人|宛先|받는 사람|받는사람|destinataire
        |destinatario|destinatário|naar|komu|către|za|prima|đến|kepada|nori|per a""",
    "copy": """cc|bcc|cci|kopie|kopie (cc)|copie|copie à|copia|cópia|kopia|kopio|kopi|копия|копія|dw|udw|ccn|cco|bilgi|másolat|másolatot kap
        |κοιν|κοιν.|κοινοποίηση|עותק|抄送|副本|참조""",
    "subject": """subject|betreff|objet|asunto|assunto|oggetto|onderwerp|temat|тема|emne|ämne|aihe|předmět|predmet|konu|subiect|tárgy|θέμα
        |נושא|الموضوع|主题|主題|主旨|件名|제목|sujet|zadeva|naslov|chủ đề|perihal|subjek|gaia|assumpte|относно|objekt""",
    "other": """reply-to|importance|priority|attachments|attachment|organization|organisation|wichtigkeit|anlagen|anhänge|importancia
        |importância|pièces jointes|datos adjuntos|anexos|allegati|bijlagen|załączniki|вложения|bilagor|vedhæftede filer|antwort an
        |répondre à|responder a|message-id|list-id|sender""",
}
LABELS = {label: kind for kind, labels in _LABELS.items() for label in _all(labels)}

# Between dashes, above the quotation of a program that marks no lines.
ORIGINAL = frozenset(
    _all(
        """original message | reply message | replied message | original | original mail | original e-mail | original email | quoted message
        | message d'origine | message original | mensaje original | mensagem original | messaggio originale | messaggio original
        | oorspronkelijk bericht | origineel bericht | oorspronkelijke bericht | originele bericht | ursprüngliche nachricht
        | urspruengliche nachricht | originalnachricht | original-nachricht | originalmeldung | antwort nachricht
        | original nachricht | ursprungliche nachricht | oprindelig meddelelse | oprindelig besked | original besked
        | opprinnelig melding | original melding | opprinnelig e-post | ursprungligt meddelande | originalmeddelande
        | ursprungligt mail | alkuperäinen viesti | wiadomość oryginalna | oryginalna wiadomość | wiadomość pierwotna
        | treść oryginalnej wiadomości | исходное сообщение | оригинальное сообщение | исходное письмо | первоначальное сообщение
        | вихідне повідомлення | оригінальне повідомлення | původní zpráva | původní e-mail | pôvodná správa | eredeti üzenet
        | orijinal mesaj | özgün ileti | orijinal ileti | mesaj original | mesajul original | αρχικό μήνυμα | הודעה מקורית
        | ההודעה המקורית | الرسالة الأصلية | 原始邮件 | 原邮件 | 回复的原邮件 | 回复的邮件 | 原始郵件 | 原件 | 元のメッセージ
        | オリジナルメッセージ | 원본 메시지 | 원본 메일 | izvorna poruka | originalna poruka
        | izvirno sporočilo | thư gốc | tin nhắn gốc | pesan asli
        | missatge original | mensaxe orixinal | оригинално съобщение | urspr. nachricht | message initial | message précédent
        | mensaje anterior | mensagem anterior"""
    )
)

# Between dashes, or alone, above a mail that is passed on.
FORWARDED = re.compile(
    r"forwarded|begin forward|weitergeleitete|anfang der weiter|transféré|transfere|début du message|reenviad|encaminhad|reencaminhad|inoltrat"
    r"|doorgestuurd|begin doorgestuurd|przekazan|пересыла|пересланн|начало переадрес|переадресован|пересилан|videresendt|videresend|vidarebefordra"
    r"|välitetty|välitetyn|přeposlan|preposlan|továbbított|redirecționat|yönlendirilen|προωθ|הועבר|转发|轉寄|転送|전달|proslijeđen|posredovan"
)

# Programs that praise themselves: `Get … for Android`; a name must be known, for a person may get a telephone for somebody.
_APPS = r"(?:outlook|boxer|blue ?mail|yahoo mail|yahoo! mail|spark|aqua ?mail|typeapp|proton ?mail|gmail|edison mail|my ?mail|mail\.ru|airmail)"

# What a telephone, or a program, adds under what was written.
_SENT_FROM = {
    "en": r"sent (?:from|via|using|with)(?: my| the| an?)?" rf"|(?:get|download) {_APPS} for",
    "de": r"von (?:meinem|meiner|unterwegs)|gesendet (?:von|mit|über|aus)|diese nachricht wurde von (?:meinem|outlook)"
    rf"|(?:(?:hol(?:en sie sich)?|laden sie) )?{_APPS} für",
    "fr": r"envoyé (?:depuis|de|à partir d|avec|par|d)|provenance ?:"
    rf"|(?:télécharge[rz]?|obtenir|obtenez) {_APPS}",
    "es": r"enviado (?:desde|con|por|a través)"
    rf"|(?:obtener|obtenga|obtén|descargar|descarga|consigue) {_APPS}",
    "pt": r"enviado (?:do|da|de|a partir d|através|com|via|pelo)"
    rf"|(?:obter|obtenha|baixar|baixe) (?:o )?{_APPS}",
    "it": r"inviato (?:dal|da|con|tramite)" rf"|(?:ottieni|scarica) {_APPS}",
    "ca": r"enviat (?:des|amb)",
    "nl": r"(?:verstuurd|verzonden) (?:vanaf|via|met|vanuit|van)" rf"|(?:download |krijg )?{_APPS} voor",
    "pl": r"wysłan[eoay] (?:z|za|przy|przez)" rf"|pobierz (?:\w+ )?{_APPS}",
    "ru": r"отправлено (?:с|из|через|от)|послано с" rf"|(?:скачать|получить) {_APPS}",
    "uk": r"надіслано (?:з|із|через)|відправлено (?:з|із)",
    "da nb": r"sendt (?:fra|via|med)" rf"|(?:hent|skaff(?: deg)?|få) {_APPS}",
    "sv": r"skickat (?:från|via|med)" rf"|(?:hämta|skaffa) {_APPS}",
    "fi": r"lähetetty" rf"|hanki {_APPS}",
    "cs sk": r"odesláno (?:z|ze|pomocí)|odoslané z" rf"|(?:stáhnout|získat) {_APPS}",
    "ro": r"trimis (?:de pe|din|cu)",
    "hu": r"küldve|iphone-?omról|az iphone-?omról",
    "tr": r"\S+[dt][ae]n gönderildi",
    "el": r"στάλθηκε|εστάλη",
    "he ar": r"נשלח מ|أ\u064f?رسلت من|تم الإرسال من",
    "hr sr sl": r"poslano|poslato|послато",
    "zh": r"发自我的|從我的|从我的|發自我的|寄自我的",
    "ja": r"(?:私の)?\w+から送信",
    "ko": r"(?:나의|내) \w+에서|\w+에서 보냄",
    "vi id": r"được gửi từ|gửi từ|dikirim dari",
}
SENT_FROM = re.compile("|".join(_SENT_FROM.values()))

# The things that send; only a line that names one, or is as short as a name, is a program's.
DEVICES = re.compile(
    r"iphon|ipad|ipod|android|samsung|galaxy|blackberry|huawei|xiaomi|redmi|nokia|sony|xperia|htc|pixel|oneplus|motorola|moto\b|lenovo|wiko|oppo"
    r"|windows|outlook|yahoo|gmail|mail for|mail app|bluemail|typeapp|proton|tutanota|aol|icloud|apple|thunderbird|k-9|aquamail|spark|sparrow|acompli"
    r"|mailbird|mailbox\b|cell\b|airmail|edison|newton|boxer|nine|zoho|fastmail|superhuman|hey\b|mobil|handy|phone|smartphone|tablet|móvil|celular|telefon|téléphone"
    r"|телефон|мобил|telefoon|gsm|webmail|web\.de|gmx|mail\.ru|яндекс|yandex|почт|postbox|mailspring|verizon|t-mobile|at&t|vodafone|orange"
)

# Words that tell the reader to look for answers inside the quotation.
_NEAR = r"(?: \w+){0,3} "
_ANSWERS_INSIDE = {
    "en": r"\b(?:inline|in-line)\b"
    rf"|\b(?:see|answers?|comments?|repl(?:y|ies)|responses?|notes?){_NEAR}(?:below|within|inside|interspersed|in the text|in (?:red|blue|green|bold))\b",
    "de": rf"\b(?:siehe|antwort(?:en)?|anmerkungen|kommentare){_NEAR}(?:unten|weiter unten|im text|dazwischen)\b|\bin rot\b|\bs\. ?u\.",
    "es": rf"\b(?:ver|vea|respuestas?|comentarios?){_NEAR}(?:abajo|debajo|más abajo|en rojo)\b",
    "fr": rf"\b(?:voir|réponses?|commentaires?){_NEAR}(?:ci-dessous|plus bas|en rouge|dans le texte)\b",
    "pt": rf"\b(?:respostas?|comentários?|veja|ver){_NEAR}(?:abaixo|em vermelho)\b",
    "it": rf"\b(?:rispost[ae]|commenti|vedi){_NEAR}(?:sotto|in basso|in rosso|di seguito)\b",
    "nl": rf"\b(?:zie|antwoord(?:en)?|opmerkingen){_NEAR}(?:hieronder|onder|beneden|in rood|tussen)\b",
    "pl": rf"\b(?:odpowied(?:zi|ź)|komentarze|patrz|zob){_NEAR}(?:poniżej|niżej|w tekście)\b",
    "ru": rf"\b(?:см|ответы?|комментарии)\.?{_NEAR}(?:ниже|внизу|в тексте|красным)\b|\bсм\. ниже\b",
    "da nb sv": rf"\b(?:se|svar|kommentarer){_NEAR}(?:nedenfor|nedenunder|under|nedan|med rødt|i rødt)\b",
}
ANSWERS_INSIDE = re.compile("|".join(_ANSWERS_INSIDE.values()))


def any_of(patterns: Mapping[str, str]) -> str:
    """One pattern of many, the longest words first, so that no word hides one that begins with it."""
    words = {word for pattern in patterns.values() for word in pattern.split("|")}
    return "|".join(sorted(words, key=len, reverse=True))
