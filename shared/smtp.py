"""SMTP with DATA driven by hand: `smtplib` raises the same error before and after the final dot, and only one of them may be tried again.

Source: RFC 5321 (4.2.5 who is responsible after the dot, 4.5.3.2 timeouts).
"""

import contextlib
import re
import select
import smtplib
import socket
import ssl

import structlog

from shared.transports import (
    CommitDotIntent,
    DotNotAllowed,
    LetterDelayed,
    LetterInDoubt,
    LetterRefused,
    RelayHung,
    Sent,
    TransportSettings,
)

_LINE_DOT = re.compile(rb"(?m)^\.")
log = structlog.get_logger()
Reply = tuple[int, bytes]


def _words(reply: Reply) -> str:
    code, said = reply
    printable = "".join(c if c.isprintable() else " " for c in said.decode("utf-8", "replace"))
    return f"{code} {printable}"[:300]


def _check(reply: Reply, expected: int) -> None:
    if reply[0] // 100 == expected:
        return
    raise (LetterRefused if reply[0] // 100 == 5 else LetterDelayed)(_words(reply))


def _is_silence(error: BaseException) -> bool:
    """Whether nothing was said in time. `smtplib` makes a lost connection of a reply that did not come."""
    return isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)


def _bytes(said: bytes | str) -> bytes:
    return said if isinstance(said, bytes) else said.encode()


def open_smtp(
    settings: TransportSettings,
    plain: type[smtplib.SMTP] = smtplib.SMTP,
    encrypted: type[smtplib.SMTP_SSL] = smtplib.SMTP_SSL,
) -> smtplib.SMTP:
    """A connection, encrypted and signed in to as the settings say. Raises what smtplib and ssl raise."""
    context = ssl.create_default_context()
    smtp: smtplib.SMTP
    if settings.scheme == "smtps":
        smtp = encrypted(settings.host, settings.port, timeout=settings.timeout_s, context=context)
    else:
        smtp = plain(settings.host, settings.port, timeout=settings.timeout_s)
    smtp.ehlo_or_helo_if_needed()
    if settings.scheme == "smtp" and settings.starttls != "never":
        if smtp.has_extn("starttls"):
            smtp.starttls(context=context)
            smtp.ehlo()
        elif settings.starttls == "required":
            smtp.close()
            raise smtplib.SMTPNotSupportedError("the relay offers no STARTTLS")
    if settings.user:
        smtp.login(settings.user, settings.password)
    if (
        smtp.sock is not None
    ):  # body and dot are two writes: with Nagle's algorithm each letter would wait 40 ms
        smtp.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return smtp


class SmtpTransport:
    """One kept connection to a relay; it is opened by the first letter, and again after it was lost."""

    def __init__(self, settings: TransportSettings) -> None:
        self._settings = settings
        self._smtp: smtplib.SMTP | None = None

    def send(
        self, envelope_from: str, recipient: str, data: bytes, commit_dot_intent: CommitDotIntent
    ) -> Sent:
        """The relay answered 250 to the dot. Every other way out of here says which side of the dot it was on."""
        try:
            smtp = self._begun(envelope_from, recipient)
            self._offer(smtp, recipient, data)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            if _is_silence(error):
                raise RelayHung("the relay fell silent") from error
            raise LetterDelayed(
                f"connection lost before the end of the letter: {type(error).__name__}"
            ) from error
        try:
            is_allowed = commit_dot_intent()
        except Exception as error:
            self.close()  # closed without the dot, the relay must throw the letter away
            raise DotNotAllowed from error
        if not is_allowed:
            self.close()
            raise DotNotAllowed
        return self._finish(smtp)

    def _begun(self, envelope_from: str, recipient: str) -> smtplib.SMTP:
        """A connection on which the relay took the sender's address."""
        is_kept = self._smtp is not None
        smtp = self._connected()
        try:
            self._announce(smtp, envelope_from, recipient)
        except (OSError, smtplib.SMTPException):
            if not is_kept:
                raise
            self.close()  # relays hang up on idle connections: that says nothing about this letter
            smtp = self._connected()
            self._announce(smtp, envelope_from, recipient)
        return smtp

    def _announce(self, smtp: smtplib.SMTP, envelope_from: str, recipient: str) -> None:
        try:
            if not smtp.has_extn("pipelining"):
                self._expect_ok(smtp, f"MAIL FROM:<{envelope_from}>")
                return
            journal = self._journal(smtp)
            self._ask_all(smtp, f"MAIL FROM:<{envelope_from}>", f"RCPT TO:<{recipient}>", *journal, "DATA")
            reply = smtp.getreply()
            if reply[0] // 100 != 2:
                self._take_back(smtp, reply, more=2 + len(journal))
                _check(reply, 2)
        except (
            LetterRefused
        ) as refusal:  # about us, not about this recipient: an operator can mend it within days
            raise LetterDelayed(str(refusal)) from refusal

    def _journal(self, smtp: smtplib.SMTP) -> list[str]:
        """The command that names the journal's recipient, where there is one. Nobody wants to hear that a copy did not arrive."""
        if not self._settings.journal_address:
            return []
        silently = " NOTIFY=NEVER" if smtp.has_extn("dsn") else ""
        return [f"RCPT TO:<{self._settings.journal_address}>{silently}"]

    def _heard_of_journal(self, reply: Reply) -> None:
        """A journal that is refused costs the proof and never the letter; a relay that is closing takes neither."""
        if reply[0] // 100 == 2:
            return
        log.warning("journal_refused", reply=_words(reply))
        if reply[0] in (-1, 421):
            self.close()
            raise LetterDelayed(_words(reply))

    @staticmethod
    def _ask_all(smtp: smtplib.SMTP, *lines: str) -> None:
        """Several commands in one go (RFC 2920): one wait for the relay instead of three."""
        if any(char in line for line in lines for char in "\r\n"):
            raise ValueError("an address with a line's end in it")
        smtp.send("".join(f"{line}\r\n" for line in lines))

    def _take_back(self, smtp: smtplib.SMTP, reply: Reply, *, more: int) -> None:
        """What was asked together with the refused command is heard and dropped; a relay that waits for a letter gets none."""
        answers = [] if reply[0] == 421 else [smtp.getreply() for _ in range(more)]
        if reply[0] == 421 or any(code in (354, 421) for code, _ in answers):
            self.close()
        else:
            self._ask(smtp, "RSET")

    def _expect_ok(self, smtp: smtplib.SMTP, line: str) -> None:
        reply = self._ask(smtp, line)
        if reply[0] // 100 == 2:
            return
        if reply[0] == 421:
            self.close()
        else:
            self._ask(smtp, "RSET")
        _check(reply, 2)

    def _offer(self, smtp: smtplib.SMTP, recipient: str, data: bytes) -> None:
        """Everything up to, and not including, the final dot."""
        if smtp.has_extn("pipelining"):
            reply = smtp.getreply()
            journal = self._journal(smtp)
            if (
                reply[0] // 100 != 2
            ):  # also where the journal is taken: a copy of what nobody got would prove a lie
                self._take_back(smtp, reply, more=1 + len(journal))
                _check(reply, 2)
            for _ in journal:
                self._heard_of_journal(smtp.getreply())
            reply = smtp.getreply()
        else:
            self._expect_ok(smtp, f"RCPT TO:<{recipient}>")
            for line in self._journal(smtp):
                self._heard_of_journal(self._ask(smtp, line))
            reply = self._ask(smtp, "DATA")
        if reply[0] != 354:
            if reply[0] == 421:
                self.close()
            _check(reply, 3)
        body = _LINE_DOT.sub(b"..", data)
        smtp.send(body if body.endswith(b"\r\n") else body + b"\r\n")
        if smtp.sock is not None and select.select([smtp.sock], [], [], 0)[0]:
            self.close()  # the relay spoke or hung up before the end: it has not accepted anything
            raise LetterDelayed("the relay broke off before the end of the letter")

    @staticmethod
    def _ask(smtp: smtplib.SMTP, line: str) -> Reply:
        smtp.putcmd(line)
        return smtp.getreply()

    def _finish(self, smtp: smtplib.SMTP) -> Sent:
        try:
            if smtp.sock is None:
                raise OSError("the connection is gone")
            smtp.sock.settimeout(self._settings.answer_timeout_s)
            smtp.send(b".\r\n")
            reply = smtp.getreply()
            if smtp.sock is not None:
                smtp.sock.settimeout(self._settings.timeout_s)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            raise LetterInDoubt(f"no answer to the end of the letter: {type(error).__name__}") from error
        return self._judged(reply)

    def _judged(self, reply: Reply) -> Sent:
        """Only a whole answer to the dot is an answer; a cut or a strange one leaves the letter in doubt."""
        code = reply[0]
        if code // 100 == 2 and code >= 200:
            return Sent(_words(reply))
        if code == 421 or not 400 <= code <= 599:
            self.close()
        if 400 <= code <= 599:
            _check(reply, 2)
        raise LetterInDoubt(f"a strange answer to the end of the letter: {_words(reply)}")

    def _connected(self) -> smtplib.SMTP:
        if self._smtp is not None and self._smtp.sock is not None:
            return self._smtp
        try:
            self._smtp = open_smtp(self._settings)
        except smtplib.SMTPAuthenticationError as error:
            raise LetterDelayed(f"the relay refused our sign-in: {error.smtp_code}") from error
        except (OSError, smtplib.SMTPException) as error:
            if _is_silence(error):
                raise RelayHung("the relay does not answer") from error
            if isinstance(error, smtplib.SMTPResponseException):
                raise LetterDelayed(_words((error.smtp_code, _bytes(error.smtp_error)))) from error
            raise LetterDelayed(f"the relay cannot be reached: {type(error).__name__}") from error
        return self._smtp

    def try_out(self) -> str | None:
        """The relay was reached and took our sign-in, and nothing was sent. Returns the encryption's name, none without one.

        Raises what smtplib and ssl raise: an operator wants to know.
        """
        smtp = open_smtp(self._settings)
        encryption = smtp.sock.version() if isinstance(smtp.sock, ssl.SSLSocket) else None
        with contextlib.suppress(OSError, smtplib.SMTPException):
            smtp.quit()
        smtp.close()
        return encryption

    def proof(self, message_id: str) -> bool | None:
        """SMTP keeps no journal that we could ask."""
        return None

    def close(self) -> None:
        """The socket is closed; a letter without its dot is forgotten by the relay."""
        if self._smtp is not None:
            self._smtp.close()
            self._smtp = None
