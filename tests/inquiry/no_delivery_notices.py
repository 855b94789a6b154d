"""Mails that only look like a notice about a letter that did not arrive."""

NO_BOUNCE = {
    "a person forwards a bounce": """\
From: Ann <ann@x.example>
Subject: Fwd: Undelivered Mail Returned to Sender
Content-Type: text/plain; charset=utf-8

Look what I got:

> <jane.doe@school.example>: 550 5.1.1 User unknown
> could not be delivered
""",
    "a person tells of one": """\
From: Ann <ann@x.example>
Subject: Mail delivery problem
In-Reply-To: <1@x>
Content-Type: text/plain; charset=utf-8

Hello, I wrote to jane.doe@school.example and my mail could not be delivered. What is your address?
""",
    "a postmaster answers with a transcript": """\
From: Postmaster <postmaster@x.example>
Subject: Re: Mail delivery problem
In-Reply-To: <1@x>
Content-Type: text/plain; charset=utf-8

Hello, I got this when I sent my mail to her, and will look at it tomorrow:

RCPT TO:<jane.doe@school.example>
550 no such user here
""",
    "an answering machine names somebody": """\
From: Ann <ann@x.example>
Subject: Automatic reply: hello
Return-Path: <>
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

I am out of office. For urgent matters write to jane.doe@school.example.
""",
    "an answering machine whose owner left": """\
From: Ann <ann@x.example>
Subject: Out of Office: hello
Return-Path: <>
X-Auto-Response-Suppress: All
Content-Type: text/plain; charset=utf-8

This mailbox is no longer valid, I have left. Write to jane.doe@school.example.
""",
    "a person quotes a refusal": """\
From: Ann <ann@x.example>
Subject: Re: your question
Content-Type: text/plain; charset=utf-8

I could not reach jane.doe@school.example, the mail was rejected, 550 5.1.1 user unknown.
""",
    "a report of success": """\
From: mailer-daemon@x.example
Subject: Delivery Status Notification (Success)
Content-Type: multipart/report; report-type=delivery-status; boundary=B

--B
Content-Type: message/delivery-status

Reporting-MTA: dns; x

Final-Recipient: rfc822;jane.doe@school.example
Action: delivered
Status: 2.0.0
--B--
""",
    "words of success": """\
From: mailer-daemon@x.example
Subject: Successful Mail Delivery Report
Content-Type: text/plain; charset=utf-8

Your message was successfully delivered to the destination(s) listed below.

<jane.doe@school.example>: delivered to mailbox
""",
    "a postmaster's letter": """\
From: postmaster@x.example
Subject: Your account
Content-Type: text/plain; charset=utf-8

Dear Ann, welcome at our school. Write to jane.doe@school.example.
""",
    "a receipt": """\
From: Ann <ann@x.example>
Subject: Read: hello
Content-Type: text/plain

Your message was read
""",
    "bait that is dressed as a bounce": """\
From: Mail Delivery System <x@spam.example>
Subject: Undelivered Mail: 5 messages pending

Five undelivered messages are held. Review your messages below to retrieve them.
jane.doe@school.example
""",
    "a newsletter from a return path": """\
From: bounces@news.example
Subject: Weekly news

Applications were rejected last week. The account of jane.doe@school.example does not exist.
""",
    "a postmaster who is a person": """\
From: Paul <postmaster@school.example>
Subject: Your application

Dear Ann, it was rejected because the address jane.doe@school.example was not found.
""",
    "a parcel": """\
From: Ann <ann@x.example>
Subject: Undeliverable package

The carrier could not deliver it to jane.doe@school.example, the address is unknown.
""",
    "a person forwards a bounce with its report": """\
From: Ann <ann@x.example>
Subject: Fwd: Undelivered Mail Returned to Sender
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/plain

What does this mean? I wrote to you twice.
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; jane.doe@school.example
Action: failed
Status: 5.1.1
--B--
""",
    "a person forwards a bounce as a file": """\
From: Ann <ann@x.example>
Subject: my mail to you
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/plain

What does this mean?
--B
Content-Type: message/rfc822

From: MAILER-DAEMON@mx.example
Subject: Undelivered Mail Returned to Sender
Content-Type: multipart/report; report-type=delivery-status; boundary=C

--C
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; jane.doe@school.example
Action: failed
--C--
--B--
""",
}
