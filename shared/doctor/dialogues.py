"""`doctor mail`: what is said between us and the mail servers, line by line, without a password; and what DNS says of the mail domain."""

import contextlib
import imaplib
import smtplib
import ssl
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr
from typing import Any

from shared.clock import utc_now
from shared.doctor.dns_records import TextRecords, dns_findings
from shared.doctor.findings import Finding, ok, wrong
from shared.doctor.mail import PATIENCE_S, mail_findings
from shared.imap_url import ImapSettings
from shared.journal import quoted, sign_in
from shared.settings import ServiceSettings
from shared.smtp import open_smtp
from shared.transports import TransportSettings

Say = Callable[[str], None]
OURS, THEIRS = "  > ", "  < "


def examine_mail(settings: ServiceSettings, ask: TextRecords, say: Say, send_to: str = "") -> list[Finding]:
    """Every mail server of the settings was tried, its words said, and every finding too. Nothing is sent unless `send_to` names somebody."""
    found: list[Finding] = []

    def note(findings: Iterator[Finding] | Sequence[Finding]) -> None:
        for finding in findings:
            say(str(finding))
            found.append(finding)

    if settings.mailbox_folder is not None:
        note(mail_findings(settings))
    else:
        say(f"SMTP_URL: {settings.transport.host}:{settings.transport.port}")
        note([_smtp(replace(settings.transport, timeout_s=PATIENCE_S), settings.mail_from, say, send_to)])
        note(
            dns_findings(
                from_domain=settings.mail_from.rpartition("@")[2],
                bounce_domain=settings.mail_domain,
                selector=settings.dkim_selector,
                ask=ask,
            )
        )
    for name, imap in settings.imap_servers:
        for folder in imap.folders:
            say(f"{name}: {imap.host}:{imap.port}, {folder}")
            note([_imap(name, replace(imap, timeout_s=PATIENCE_S), folder, say)])
    return found


def _smtp(transport: TransportSettings, mail_from: str, say: Say, send_to: str) -> Finding:
    try:
        smtp = open_smtp(transport, *_recorded(say))
        try:
            if isinstance(smtp.sock, ssl.SSLSocket):
                say(f"    (encrypted: {smtp.sock.version()})")
            return _sent(smtp, mail_from, send_to) if send_to else ok("smtp", "answers; nothing was sent")
        finally:
            smtp.quit()
    except (OSError, smtplib.SMTPException) as error:
        why = _reply(error) or type(error).__name__
        return wrong("smtp", f"the conversation ended: {why}", "mend SMTP_URL, or the mail server")


def _reply(error: BaseException) -> str:
    return f"{error.smtp_code}" if isinstance(error, smtplib.SMTPResponseException) else ""


def _sent(smtp: smtplib.SMTP, mail_from: str, send_to: str) -> Finding:
    """One letter, with no word of anybody in it."""
    sender = parseaddr(mail_from)[1]
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = mail_from, send_to, "A test of Frontdesk's mail"
    letter["Date"], letter["Message-ID"] = (
        format_datetime(utc_now()),
        make_msgid(domain=sender.rpartition("@")[2]),
    )
    letter["Auto-Submitted"] = "auto-generated"
    letter.set_content(
        "This letter was sent by `doctor mail --send-to`. Its headers show whether SPF and DKIM pass.\n"
    )
    refused = smtp.sendmail(sender, [send_to], letter.as_bytes())
    assert not refused  # one recipient: a refusal is raised
    return ok("smtp", f"took a letter to {send_to}")


def _recorded(say: Say) -> tuple[type[smtplib.SMTP], type[smtplib.SMTP_SSL]]:
    """Clients that say aloud what they say and hear; of a sign-in only its mechanism."""

    class Aloud:
        is_signing_in = False

        def putcmd(self, cmd: str, args: str = "") -> None:
            words = f"{cmd} {args}".strip()
            if self.is_signing_in:
                words = "(not shown)"
            elif cmd.upper() == "AUTH":
                self.is_signing_in, words = True, f"AUTH {args.split(' ')[0]} (not shown)"
            say(OURS + words)
            super().putcmd(cmd, args)  # type: ignore[misc]

        def getreply(self) -> tuple[int, bytes]:
            code, said = super().getreply()  # type: ignore[misc]
            self.is_signing_in = self.is_signing_in and code == 334
            for line in said.decode("utf-8", "replace").splitlines() or [""]:
                say(f"{THEIRS}{code} {_printable(line)}".rstrip())
            return code, said

    class Plain(Aloud, smtplib.SMTP):
        """Begins without encryption."""

    class Encrypted(Aloud, smtplib.SMTP_SSL):
        """Encrypted from the first byte."""

    return Plain, Encrypted


def _imap(name: str, settings: ImapSettings, folder: str, say: Say) -> Finding:
    what = name.lower()
    client: imaplib.IMAP4_SSL | None = None
    try:
        context = ssl.create_default_context()
        client = imaplib.IMAP4_SSL(
            settings.host, settings.port, ssl_context=context, timeout=settings.timeout_s
        )
        return _looked_at(client, what, settings, folder, say)
    except ssl.SSLCertVerificationError as error:
        found = f"shows a certificate that is not trusted ({error.verify_message})"
    except (imaplib.IMAP4.error, OSError) as error:
        found = f"the conversation ended: {_spoken(error, settings)}"
    finally:
        if client is not None:
            with contextlib.suppress(OSError):  # after LOGOUT it is closed already
                client.shutdown()
    return wrong(what, found, f"mend {name}, or the mail server")


def _looked_at(
    client: imaplib.IMAP4_SSL, what: str, settings: ImapSettings, folder: str, say: Say
) -> Finding:
    _heard(say, client.welcome)
    say(f"    (encrypted: {client.sock.version() if isinstance(client.sock, ssl.SSLSocket) else 'no'})")
    say(OURS + "CAPABILITY")
    _heard(say, f"* CAPABILITY {' '.join(client.capabilities)}")
    say(OURS + "LOGIN (not shown)")
    sign_in(client, settings)
    _heard(say, "OK signed in")
    say(OURS + f"EXAMINE {folder}")
    status, said = client.select(quoted(folder), readonly=True)
    if status != "OK":
        for line in said:
            _heard(say, line or b"")
        return wrong(what, f"the folder {folder} cannot be opened", "mend the folder's name, or make it")
    numbers = {key: _last(client.response(key)[1]) for key in ("UIDVALIDITY", "UIDNEXT")}
    _heard(say, f"* {_last(said)} EXISTS")
    for key, value in numbers.items():
        _heard(say, f"* OK [{key} {value}]")
    say(OURS + "LOGOUT")
    client.logout()
    return ok(what, f"{folder} can be read; nothing was read, and nothing was touched")


def _heard(say: Say, words: str | bytes) -> None:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    say(THEIRS + _printable(text))


def _last(values: Sequence[Any]) -> str:
    known = [value for value in values if value]
    return known[-1].decode("ascii", "replace") if known else "?"


def _spoken(error: BaseException, settings: ImapSettings) -> str:
    """The server's words, should they repeat no secret."""
    words = str(error.args[0]) if isinstance(error, imaplib.IMAP4.error) and error.args else ""
    return type(error).__name__ if not words or settings.password in words else _printable(words)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text)[:500]
