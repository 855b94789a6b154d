"""Whole replies as programs write them: the program, what it sends, and what its writer wrote. For tests."""

REPLIES = {
    "Yahoo on a telephone": (
        (
            "Yes.\n\nSent from Yahoo Mail on Android \n \n"
            "  On Mon, Nov 23, 2026 at 10:00 AM, Ann<ann@example.com> wrote:   Is it easy?\nWhere?\n  \n"
        ),
        "Yes.",
    ),
    "Outlook, many recipients": (
        (
            "Yes.\n\nFrom: Ann <ann@example.com>\nSent: Monday, November 23, 2026 10:00 AM\n"
            "To: A <a@x.org>; B <b@x.org>; C <c@x.org>;\nD <d@x.org>; E <e@x.org>;\nF <f@x.org>\nCc: G <g@x.org>;\nH <h@x.org>\n"
            "Subject: RE: a long subject that goes\non and on\nImportance: High\n\nquoted"
        ),
        "Yes.",
    ),
    "Outlook, set to mark lines": (
        (
            "Yes.\n\n> From: Ann <ann@example.com>\n> Sent: Monday, November 23, 2026 10:00 AM\n> To: Desk\n> Subject: q\n>\n"
            "> quoted\n> more"
        ),
        "Yes.",
    ),
    "Outlook, answers between marked lines": (
        (
            "Yes.\n\n-----Original Message-----\nFrom: Ann <ann@example.com>\nSent: Monday, November 23, 2026 10:00 AM\nTo: Desk\n"
            "Subject: q\n\n> Is it easy?\n\nIt is.\n\n> Where?\n\nHere."
        ),
        "Yes. It is. Here.",
    ),
    "Outlook Express": (
        (
            'Yes.\n\n----- Original Message ----- \nFrom: "Ann" <ann@example.com>\nTo: <desk@x.org>\n'
            "Sent: Monday, November 23, 2026 10:00 AM\nSubject: q\n\n\n> Is it easy?\n> Where?\n"
        ),
        "Yes.",
    ),
    "eM Client": (
        (
            'Yes.\n\n------ Original Message ------\nFrom "Ann" <ann@example.com>\nTo "Desk" <d@x.org>\n'
            "Date 11/23/2026 10:00:00 AM\nSubject q\n\nquoted"
        ),
        "Yes.",
    ),
    "Notes": (
        (
            "Yes.\n\n-----Ann/X wrote: -----\n\n=======================\nTo: Desk/X\nFrom: Ann/X\nDate: 11/23/2026 10:00AM\n"
            "Subject: q\n=======================\n\nquoted"
        ),
        "Yes.",
    ),
    "Notes, with an address": (
        (
            "Yes.\n\n-----Ann <ann@example.com> wrote: -----\nTo: Desk\nFrom: Ann\nDate: 11/23/2026 10:00AM\nSubject: q\n\nquoted"
        ),
        "Yes.",
    ),
    "Samsung de": (
        (
            "Ja.\n\n-------- Ursprüngliche Nachricht --------\nVon: Ann <ann@example.com> \nDatum: 23.11.26 10:00 (GMT+01:00) \n"
            "An: desk@x.org \nBetreff: q \n\nquoted"
        ),
        "Ja.",
    ),
    "Samsung, unknown words": (
        (
            "Da.\n\n-------- Nekaj čudnega --------\nOd: Ann <ann@example.com> \nDatum: 23.11.26 10:00 (GMT+01:00) \n"
            "Za: desk@x.org \nZadeva: q \n\nquoted"
        ),
        "Da.",
    ),
    "one paragraph after": (
        ("Thanks!\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n\n> Hi\n> there\n\n\n"),
        "Thanks!",
    ),
    "pipe": (
        ("Yes.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n| Is it easy?\n| Where?\n"),
        "Yes.",
    ),
    "no blank": (
        (
            "Yes.\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n>Is it easy?\nIt is.\n>Where?\nHere."
        ),
        "Yes. It is. Here.",
    ),
    "nested": (
        (
            "Yes.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> Hm.\n>\n"
            "> On Sun, Nov 22, 2026 at 10:00 AM Bob <b@x.org> wrote:\n>> old\n>>\n>>> older\n"
        ),
        "Yes.",
    ),
    "nested unmarked": (
        (
            "Yes.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n\nHm.\n\n"
            "On Sun, Nov 22, 2026 at 10:00 AM Bob <b@x.org> wrote:\n\n> old\n"
        ),
        "Yes.",
    ),
    "signature then quote, below": (
        ("On Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> q\n\nYes.\n\n-- \nAnn\n555-1234"),
        "Yes.",
    ),
    "disclaimer": (
        (
            "Yes.\n\nFrom: Ann <ann@example.com>\nSent: Monday, November 23, 2026 10:00 AM\nTo: Desk <desk@x.org>\nSubject: RE: q\n"
            "\nquoted\n\nCONFIDENTIALITY NOTICE: foo"
        ),
        "Yes.",
    ),
    "quoted original between": (
        (
            "Yes.\n\n> -----Original Message-----\n> From: Ann <ann@example.com>\n> Sent: Monday, November 23, 2026 10:00 AM\n"
            "> To: x\n>\n> q\n\nBye"
        ),
        "Yes. Bye",
    ),
    "attribution after blank >": (
        ("Yes.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n\n\n\n\n> q\n"),
        "Yes.",
    ),
    "two attributions": (
        (
            "Yes.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> q1\n\n"
            "On Sun, Nov 22, 2026 at 9:00 AM Bob <b@x.org> wrote:\n> q2\n\nBoth fine."
        ),
        "Yes. Both fine.",
    ),
    "html-ish mailto": (
        (
            "Yes.\n\nOn Mon, Nov 23, 2026 at 10:00 AM, Ann <ann@example.com [mailto:ann@example.com]> wrote:\n\nquoted"
        ),
        "Yes.",
    ),
    "gmail fwd-like de": (
        (
            "Ja.\n\n---------- Ursprüngliche Nachricht ----------\nVon: Ann <ann@example.com>\nAn: x@y.z\n"
            "Datum: 23. November 2026 um 10:00\nBetreff: q\n\nquoted"
        ),
        "Ja.",
    ),
    "IONOS, marked": (
        ("Ja.\n\n> Ann <ann@example.com> hat am 23.11.2026 10:00 CET geschrieben:\n>\n>\n> quoted"),
        "Ja.",
    ),
    "IONOS": (
        ("Ja.\n\nAnn <ann@example.com> hat am 23.11.2026 10:00 CET geschrieben:\n\n\nquoted"),
        "Ja.",
    ),
    "WEB.DE": (
        (
            'Ja.\n \n \n\nGesendet: Montag, 23. November 2026 um 10:00 Uhr\nVon: "Ann" <ann@example.com>\nAn: desk@x.org\n'
            "Betreff: q\nquoted"
        ),
        "Ja.",
    ),
    "La Poste": (
        (
            'Oui.\n\n> Message du 23/11/26 10:00\n> De : "Ann" <ann@example.com>\n> A : desk@x.org\n> Copie à : \n> Objet : q\n>\n'
            "> quoted"
        ),
        "Oui.",
    ),
    "Free": (
        (
            'Oui.\n\n----- Mail original -----\nDe: "Ann" <ann@example.com>\nÀ: desk@x.org\n'
            "Envoyé: Lundi 23 Novembre 2026 10:00:00\nObjet: q\n\nquoted"
        ),
        "Oui.",
    ),
    "Libero": (
        (
            "Sì.\n\n----Messaggio originale----\nDa: ann@example.com\nData: 23-nov-2026 10.00\nA: <desk@x.org>\nOgg: q\n\nquoted"
        ),
        "Sì.",
    ),
    "UOL": (
        (
            'Sim.\n\nDe: "Ann" <ann@example.com>\nEnviada: 2026/11/23 10:00:00\nPara: desk@x.org\nAssunto: q\n \nquoted'
        ),
        "Sim.",
    ),
    "WP": (
        ("Tak.\n\nDnia 23 listopada 2026 10:00 Ann <ann@example.com> napisał(a):\n\nquoted"),
        "Tak.",
    ),
    "o2": (
        ("Tak.\n\nDnia 2026-11-23, o godz. 10:00:00\nAnn <ann@example.com> napisał(a):\n\n> quoted"),
        "Tak.",
    ),
    "Claws Mail": (
        ("Yes.\n\nOn Mon, 23 Nov 2026 10:00:00 +0100\nAnn <ann@example.com> wrote:\n\n> quoted\n"),
        "Yes.",
    ),
    "QQ": (
        (
            "好的\n\n\n------------------&nbsp;原始邮件&nbsp;------------------\n"
            '发件人:          "Ann"          <ann@example.com&gt;;\n'
            '发送时间:&nbsp;2026年11月23日(星期一) 上午10:00\n收件人:&nbsp;"desk"<desk@x.org&gt;;\n\n主题:&nbsp;q\n\nquoted'
        ),
        "好的",
    ),
    "163": (
        ('好的\n\nAt 2026-11-23 10:00:00, "Ann" <ann@example.com> wrote:\n>quoted\n>more'),
        "好的",
    ),
    "163 zh": (
        ('好的\n\n在 2026-11-23 10:00:00，"Ann" <ann@example.com> 写道：\n\nquoted\nmore'),
        "好的",
    ),
    "Naver": (
        (
            '네\n\n-----Original Message-----\nFrom: "Ann"<ann@example.com>\nTo: <desk@x.org>;\nCc:\n'
            "Sent: 2026-11-23 (월) 10:00:00 (GMT+09:00)\nSubject: q\n\nquoted"
        ),
        "네",
    ),
    "mail.ru": (
        ("Да.\n\nПонедельник, 23 ноября 2026, 10:00 +03:00 от Ann <ann@example.com>:\n\nquoted"),
        "Да.",
    ),
    "Yandex": (
        ('Да.\n\n23.11.2026, 10:00, "Ann" <ann@example.com>:\n> quoted\n'),
        "Да.",
    ),
    "The Bat ru": (
        ("Да.\n\nЗдравствуйте, Ann.\n\nВы писали 23 ноября 2026 г., 10:00:00:\n\n> quoted\n"),
        "Да. Здравствуйте, Ann.",
    ),
    "The Bat en": (
        ("Yes.\n\nHello Ann,\n\nMonday, November 23, 2026, 10:00:00 AM, you wrote:\n\n> quoted\n"),
        "Yes. Hello Ann,",
    ),
    "Gmail he": (
        (
            "כן\n\n"
            "\u200fבתאריך יום ב׳, 23 בנוב׳ 2026 ב-10:00 מאת \u202aAnn\u202c\u200f <\u202aann@example.com\u202c\u200f>:\u202c\n\n"
            "> quoted"
        ),
        "כן",
    ),
    "Outlook he": (
        (
            "כן\n\n________________________________\n\u200f\u200fמאת: Ann <ann@example.com>\n"
            "\u200f\u200fנשלח: יום שני, 23 בנובמבר 2026 10:00\n\u200f\u200fאל: desk\n\u200f\u200fנושא: q\n\nquoted"
        ),
        "כן",
    ),
    "bold in Markdown": (
        (
            "Yes.\n\n**From:** Ann <ann@example.com>\n**Sent:** Monday, November 23, 2026 10:00 AM\n**To:** Desk\n**Subject:** q\n"
            "\nquoted"
        ),
        "Yes.",
    ),
    "bold from Gmail": (
        (
            "Yes.\n\n*From: *Ann <ann@example.com>\n*Date: *Monday, November 23, 2026 at 10:00 AM\n*To: *Desk\n*Subject: *q\n\n"
            "quoted"
        ),
        "Yes.",
    ),
    "iPhone de": (
        (
            "Ja.\n\nVon meinem iPhone gesendet\n\n> Am 23.11.2026 um 10:00 schrieb Ann <ann@example.com>:\n> \n> quoted\n"
        ),
        "Ja.",
    ),
    "line above at": (
        (
            "See you at 10:00 on Monday, November 23, 2026.\n\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> q"
        ),
        "See you at 10:00 on Monday, November 23, 2026.",
    ),
    "own list w/ header": (
        (
            "Our staff:\nFrom Monday: Ann\nTo: Friday\n\nThanks\n\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n"
            "> q"
        ),
        "Our staff: From Monday: Ann To: Friday Thanks",
    ),
    "own ends colon": (
        ("Please find the list:\n\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> q"),
        "Please find the list:",
    ),
    "own 'wrote' above": (
        ("As I wrote on 12.10.2026:\n\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> q"),
        "As I wrote on 12.10.2026:",
    ),
    "own address above": (
        ("My address: ann@example.com\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> q"),
        "My address: ann@example.com",
    ),
    "own phone above": (
        ("Call me at 555-1234 or 10:00\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> q"),
        "Call me at 555-1234 or 10:00",
    ),
    "on prefix": (
        (
            "On Monday at 10:00 it works for me, see you there\nOn Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> q"
        ),
        "On Monday at 10:00 it works for me, see you there",
    ),
    "on prefix2": (
        (
            "On Nov 25, 2026 at 10:00 it works for me and also for my husband who comes\n"
            "On Mon, Nov 23, 2026 at 10:00 AM Ann <ann@example.com> wrote:\n> q"
        ),
        "On Nov 25, 2026 at 10:00 it works for me and also for my husband who comes",
    ),
    "on prefix3": (
        (
            "On Nov 25, 2026 at 10:00 it works for me and also for my husband who comes\nAnn <ann@example.com> wrote:\n> q"
        ),
        "On Nov 25, 2026 at 10:00 it works for me and also for my husband who comes",
    ),
    "am prefix3": (
        (
            "Am 25.11.2026 um 10:00 kommen wir gern, meine Frau und auch ich\n"
            "Am 23.11.2026 um 10:00 schrieb Ann <ann@example.com>:\n> q"
        ),
        "Am 25.11.2026 um 10:00 kommen wir gern, meine Frau und auch ich",
    ),
    "date own": (
        (
            "25.11.2026, 10:00 works for us, please reserve it for the both of us\n23.11.2026, 10:00, Ann <ann@example.com>:\n> q"
        ),
        "25.11.2026, 10:00 works for us, please reserve it for the both of us",
    ),
    "Eudora": (
        ("Yes.\n\nAt 10:00 AM 11/23/2026, Ann wrote:\n>q\n"),
        "Yes.",
    ),
    "Eudora, to you": (
        ("Yes.\n\nAt 10:00 AM 11/23/2026 -0500, you wrote:\n>q\n"),
        "Yes.",
    ),
    "an address and the word alone": (
        ("Yes.\nAz iPhone-omról küldve\n\nann@example.com wrote:\n\nquoted\n"),
        "Yes.",
    ),
    "GMX, spaced, the moment first": (
        (
            "Ja.\n\n**Gesendet:** Montag, 23. November 2026 um 10:00 Uhr\n\n**Von:** Ann <ann@example.com>\n\n**An:** Desk\n\n"
            "**Betreff:** Frage\n\nquoted\n"
        ),
        "Ja.",
    ),
    "the quotation right behind the colon": (
        ('Yes.\n\nOn 11/23/2026 at 10:00 AM, "Ann"  wrote:Is it free?\nquoted\n'),
        "Yes.",
    ),
    "163's card": (
        (
            "好的。\n\n---- 回复的原邮件 ----\n发件人\tAnn<ann@example.com>\n日期\t2026年11月23日 10:00\n主题\tq\nquoted\n"
        ),
        "好的。",
    ),
    "a program that praises itself": (
        (
            "Sì.\n\nScarica BlueMail per Android\n\nIl 23 nov 2026, 10:00, Ann <ann@example.com> ha scritto:\n\nquoted\n"
        ),
        "Sì.",
    ),
    "a person tells who wrote": (
        ("No.\n\nI asked both, and ann@example.com wrote:\n\nCome on Monday.\n\nIs that so?\n"),
        "No.\n\nI asked both, and ann@example.com wrote:\n\nCome on Monday.\n\nIs that so?",
    ),
    "a person gets something for somebody": (
        ("Yes.\n\nGet a phone for Ann"),
        "Yes.\n\nGet a phone for Ann",
    ),
    "a person's own list that looks like headers": (
        (
            "I have:\n\nSubject: Maths\nTo: be agreed\nDate: 23 November 2026\nFrom: September\n\nIs that enough?\n"
        ),
        "I have:\n\nSubject: Maths\nTo: be agreed\nDate: 23 November 2026\nFrom: September\n\nIs that enough?",
    ),
}
"""Most quote the one word *quoted*, or a question."""
