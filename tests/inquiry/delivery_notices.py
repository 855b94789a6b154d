"""Notices about letters that did not arrive, as many mail programs write them."""

GAVE_UP = {
    "Office 365": """\
From: postmaster@outlook.com
Subject: Undeliverable: Re: hello
Content-Type: text/html; charset=utf-8

<html><body>
<p>Delivery has failed to these recipients or groups:</p>
<p><a href='mailto:jane.doe@school.example'>Jane Doe (jane.doe@school.example)</a><br>
The email address you entered couldn't be found. 
Please check the recipient's email address and try to resend the message.</p>
<p>Diagnostic information for administrators:</p><p>Generating server: BN6.prod.outlook.com</p><p>jane.doe@school.example<br>
Remote Server returned '550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found'</p>
<p>Original message headers:</p><pre>Received: from x
To: other@x.example</pre></body></html>
""",
    "Exim": """\
From: Mail Delivery System <Mailer-Daemon@host.example>
Subject: Mail delivery failed: returning message to sender
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  jane.doe@school.example
    SMTP error from remote mail server after RCPT TO:<jane.doe@school.example>:
    550 5.1.1 <jane.doe@school.example>: Recipient address rejected: User unknown

------ This is a copy of the message, including all the headers. ------

Return-path: <b+x@riverside.example>
To: someone@else.example
""",
    "qmail": """\
From: MAILER-DAEMON@qmail.example
Subject: failure notice
Content-Type: text/plain; charset=utf-8

Hi. This is the qmail-send program at qmail.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<jane.doe@school.example>:
192.0.2.4 does not like recipient.
Remote host said: 550 5.1.1 unknown user
Giving up on 192.0.2.4.

--- Below this line is a copy of the message.

Return-Path: <b+x@riverside.example>
To: <zed@x.example>
""",
    "Postfix": """\
From: MAILER-DAEMON@post.example (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
Content-Type: text/plain; charset=utf-8

This is the mail system at host post.example.

I'm sorry to have to inform you that your message could not
be delivered to one or more recipients. It's attached below.

For further assistance, please send mail to postmaster@post.example.

                   The mail system

<jane.doe@school.example>: host mx.school.example[192.0.2.1] said: 550
    5.1.1 <jane.doe@school.example>: Recipient address rejected: User unknown
    in virtual mailbox table (in reply to RCPT TO command)
""",
    "Gmail": """\
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Failure)
Content-Type: text/plain; charset=utf-8

** Address not found **

Your message wasn't delivered to jane.doe@school.example because the address couldn't be found, or is unable to receive mail.

Learn more here: https://support.google.com/mail/answer/6596

The response was:

550 5.1.1 The email account that you tried to reach does not exist.
""",
    "Yahoo": """\
From: MAILER-DAEMON@yahoo.com
Subject: Failure Notice
Content-Type: text/plain; charset=utf-8

Sorry, we were unable to deliver your message to the following address.

<jane.doe@school.example>:
550: 5.2.1 This mailbox has been blocked due to inactivity

--- Below this line is a copy of the message.

To: q@x.example
""",
    "Domino": """\
From: postmaster@notes.example
Subject: DELIVERY FAILURE: User jane.doe (jane.doe@school.example) not listed in Domino Directory
Content-Type: text/plain; charset=utf-8

Your message

  Subject: Your question

was not delivered to:

  jane.doe@school.example

because:

  User jane.doe (jane.doe@school.example) not listed in Domino Directory
""",
    "Mimecast": """\
From: "Mail Delivery System" <MAILER-DAEMON@mimecast.com>
Subject: [Postmaster] Email Delivery Failure
Content-Type: text/plain; charset=utf-8

This is a delivery failure notification message indicating that
an email you addressed to email address :
-- jane.doe@school.example

could not be delivered. The problem appears to be :
-- Recipient email server rejected the message

Additional information follows :
-- 5.4.1 Recipient address rejected: Access denied.
""",
    "Barracuda": """\
From: Mail Delivery System <MAILER-DAEMON@barracuda.example>
Subject: Undeliverable: hello
Content-Type: text/plain; charset=utf-8

This is the Barracuda mail system at host x.
Your message could not be delivered.
Recipient: jane.doe@school.example
Reason: 550 permanent failure for one or more recipients (jane.doe@school.example:blocked)
""",
    "MailEnable": """\
From: postmaster@mailenable.example
Subject: Message Delivery Failure
Content-Type: text/plain; charset=utf-8

MailEnable: Message could not be delivered to some recipients.
The following recipient(s) could not be reached:

	Recipient: [SMTP:jane.doe@school.example]
	Reason: The message could not be delivered because the domain name does not appear to have any mail servers configured.

Message headers follow:
Received: from x
To: kim@x.example
""",
    "Exchange": """\
From: System Administrator <postmaster@old.example>
Subject: Undeliverable: Hello
Content-Type: text/plain; charset=utf-8

Your message

  To:      staff@list.example
  Subject: Hello
  Sent:    Fri, 4 Oct 2002 17:10:56 -0400

did not reach the following recipient(s):

jane.doe@school.example on Fri, 4 Oct 2002 17:12:28 -0400
    The recipient name is not recognized
""",
    "German": """\
From: Mail Delivery System <mailer-daemon@de.example>
Subject: Mail konnte nicht zugestellt werden
Content-Type: text/plain; charset=utf-8

Ihre Nachricht konnte nicht zugestellt werden an die folgende Adresse:

jane.doe@school.example

Der Empfänger ist unbekannt.
""",
    "French": """\
From: postmaster@fr.example
Subject: Non remis : bonjour
Content-Type: text/plain; charset=utf-8

Votre message n'a pas pu être remis au destinataire suivant :

jane.doe@school.example
   L'utilisateur est inconnu.
""",
    "Spanish": """\
From: postmaster@es.example
Subject: No se ha podido entregar: hola
Content-Type: text/plain; charset=utf-8

No se ha podido entregar el mensaje a los siguientes destinatarios:

jane.doe@school.example
 La dirección de correo no existe.
""",
    "Japanese": """\
From: MAILER-DAEMON@jp.example
Subject: 配信エラー
Content-Type: text/plain; charset=utf-8

以下の宛先へのメールは配信できませんでした。

jane.doe@school.example
 宛先のメールアドレスは存在しません。
""",
    "Russian": """\
From: mailer-daemon@ru.example
Subject: Недоставленное сообщение
Content-Type: text/plain; charset=utf-8

Ваше сообщение не может быть доставлено следующим получателям:

jane.doe@school.example: пользователь не найден
""",
    "sendmail": """\
From: Mail Delivery Subsystem <MAILER-DAEMON@sm.example>
Subject: Returned mail: see transcript for details
Content-Type: text/plain; charset=utf-8

The original message was received at Mon, 3 Jan 2022 10:00:00 GMT
from localhost [127.0.0.1]

   ----- The following addresses had permanent fatal errors -----
<jane.doe@school.example>
    (reason: 550 5.1.1 <jane.doe@school.example>... User unknown)

   ----- Transcript of session follows -----
... while talking to mx.school.example.:
>>> DATA
<<< 550 5.1.1 <jane.doe@school.example>... User unknown
""",
    "a gateway": """\
From: postmaster@gw.example
Subject: Mail system error - undeliverable mail
Content-Type: text/plain; charset=utf-8

The message that you sent was undeliverable to the following:
	jane.doe@school.example (user not found)
""",
    "a report sent as text": """\
From: mailer-daemon@dsn.example
Subject: Delivery report
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/plain

Hi
--B
Content-Type: text/plain; name="details.txt"

Reporting-MTA: dns; x.example
Final-Recipient: rfc822; jane.doe@school.example
Action: failed
Status: 5.1.1
--B--
""",
    "a report without its type and action": """\
From: mailer-daemon@dsn.example
Subject: Delivery report
Content-Type: multipart/report; boundary=B

--B
Content-Type: text/plain

Hi
--B
Content-Type: message/delivery-status

Reporting-MTA: dns; x.example

Final-Recipient: rfc822;<jane.doe@school.example>
Status: 5.1.1 (user unknown)
--B--
""",
    "recipients after the letter's headers": """\
From: Internet Mail Delivery <postmaster@x.example>
Subject: Delivery Notification: Delivery has failed

This report is about a message with these header fields:

  Return-path: <b+x@riverside.example>
  Message-id: <1@x>
  To: kim@other.example

It cannot be delivered to the following recipients:

  Recipient address: jane.doe@school.example
  Reason: Remote SMTP server has rejected address
""",
    "a word about trying no more": """\
From: PostMaster@x.example
Subject: Delivery report

Below you will find a list of the affected recipients.

  <jane.doe@school.example>  delivery failed; will not continue trying
""",
    "only the letter names its recipient": """\
From: MAILER-DAEMON@x.example
Subject: Returned mail
Content-Type: multipart/mixed; boundary=B

--B
Content-Type: text/plain

The message could not be delivered: no such user.
--B
Content-Type: message/rfc822

From: b+x@riverside.example
To: jane.doe@school.example
Subject: hello

hi
--B--
""",
    "a report whose boundary is nowhere": """\
From: postmaster@relay.example
Subject: Delivery Notification
Content-Type: multipart/report; report-type=delivery-status; boundary="never-there"

Your letter could not be delivered.

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; jane.doe@school.example
Action: failed
Status: 5.1.1
""",
    "a transcript under Re:": """\
From: post_master@phones.example
To: b+x@riverside.example
Subject: Re: Your question
In-Reply-To: <1@riverside.example>
Content-Type: text/plain; charset=utf-8

Error: 550 - no such user here
The transcript of the conversation follows.

MAIL FROM: b+x@riverside.example
250 ok
RCPT TO: jane.doe@school.example
550 - no such user here
""",
    "nobody hears back, and the letter is there": """\
Return-Path: <>
From: riverside@provider.example
To: riverside@provider.example
Subject: Mail
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain

Could not be delivered to: <jane.doe@school.example>
--b
Content-Type: message/rfc822

From: riverside@provider.example
To: jane.doe@school.example
Subject: Your question

Hello
--b--
""",
    "a report without readable headers": """\
Subject: notice

The message was not delivered.

Reporting-MTA: dns; relay.example

Final-Recipient: rfc822; jane.doe@school.example
Action: failed
Status: 5.1.1
""",
    "a type without its semicolon": """\
From: MAILER-DAEMON@relay.example
Subject: Undeliverable mail
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="b"

--b
Content-Type: text/plain   charset="us-ascii"

---The following addresses had delivery errors---
jane.doe@school.example [User unknown]
--b--
""",
    "the letter's own headers in one line with the rest": """\
From: mailer-daemon@mailer.example
To: b+x@riverside.example
Subject: Undelivered Mail Returned to Sender
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.
A message that you sent could not be delivered. This is a permanent error.

jane.doe@school.example Invalid Address, ERROR_CODE :550, mailbox unavailable

Received:from riverside.example by mailer.example
Message-ID:<14a3e1e110a.b4fa@riverside.example>
From:Riverside <riverside@provider.example>
""",
    "Japanese, and to be sent again": """\
From: Postmaster@keitai.example
Subject: Mail System Error - Returned Mail
Content-Type: text/plain; charset=utf-8

次のあて先へのメッセージはエラーのため送信できませんでした。
メールアドレスをご確認の上、再送信してください。

<<< 550 <jane.doe@school.example>: User unknown
""",
}
STILL_TRYING = {
    "Exim's warning": """\
From: Mail Delivery System <Mailer-Daemon@host.example>
Subject: Warning: message 1abc delayed 24 hours
Auto-Submitted: auto-replied
Content-Type: text/plain; charset=utf-8

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on host.example.

The address to which the message has not yet been delivered is:

  jane.doe@school.example

No action is required on your part. Delivery attempts will continue for
some time.
""",
    "Postfix's warning": """\
From: MAILER-DAEMON@post.example (Mail Delivery System)
Subject: Delayed Mail (still being retried)
Content-Type: text/plain; charset=utf-8

This is the mail system at host post.example.

####################################################################
# THIS IS A WARNING ONLY.  YOU DO NOT NEED TO RESEND YOUR MESSAGE. #
####################################################################

Your message could not be delivered for more than 4 hour(s).
It will be retried until it is 5 day(s) old.

<jane.doe@school.example>: connect to mx.school.example[192.0.2.1]:25: Connection timed out
""",
    "Gmail's warning": """\
From: Mail Delivery Subsystem <mailer-daemon@googlemail.com>
Subject: Delivery Status Notification (Delay)
Content-Type: text/plain; charset=utf-8

** Delivery incomplete **

There was a temporary problem delivering your message to jane.doe@school.example. Gmail will retry for 46 more hours.
You'll be notified if the delivery fails permanently.

The response was:

The recipient server did not accept our requests to connect.
""",
    "sendmail's warning": """\
From: MAILER-DAEMON@sm.example (Mail Delivery Subsystem)
Subject: Warning: could not send message for past 4 hours
Content-Type: text/plain; charset=utf-8

    **********************************************
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **
    **********************************************

The original message was received at Mon

   ----- Transcript of session follows -----
<jane.doe@school.example>... Deferred: Connection timed out with mx.school.example.
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old
""",
}
