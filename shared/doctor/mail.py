"""The road out for letters: reached, encrypted and signed in to, without sending anything."""

import os
import smtplib
import ssl
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from shared.doctor.findings import Finding, ok, warning, wrong
from shared.settings import ServiceSettings
from shared.smtp import SmtpTransport
from shared.transports import TransportSettings

PATIENCE_S = 10.0


def mail_findings(settings: ServiceSettings) -> Iterator[Finding]:
    """By SMTP_URL: a folder, or a mail server."""
    if settings.mailbox_folder is not None:
        yield _folder(settings.mailbox_folder, is_embedded=settings.embedded)
    else:
        yield _server(replace(settings.transport, timeout_s=PATIENCE_S))


def _folder(folder: Path, *, is_embedded: bool) -> Finding:
    there = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(there, os.W_OK | os.X_OK):
        return wrong("mail", f"the folder {folder} cannot be written", "let this process's user write there")
    if is_embedded:
        return ok("mail", f"letters go to a folder ({folder}); no mail server and no DNS record to check")
    return warning("mail", f"letters go to a folder ({folder}), and nobody gets them", "set SMTP_URL")


def _server(transport: TransportSettings) -> Finding:
    where = f"{transport.host}:{transport.port}"
    try:
        encryption = SmtpTransport(transport).try_out()
    except smtplib.SMTPAuthenticationError as error:
        found = f"{where} refuses our sign-in ({error.smtp_code})"
        return wrong("mail", found, "mend user and password in SMTP_URL; %-encode what is special in an URL")
    except ssl.SSLCertVerificationError as error:
        found = f"{where} shows a certificate that is not trusted ({error.verify_message})"
        return wrong("mail", found, "name the host as in its certificate, or install its authority here")
    except ssl.SSLError as error:
        found = f"{where} and we agree on no encryption ({error.reason})"
        return wrong("mail", found, "smtps:// is for port 465, smtp:// with STARTTLS for 587 and 25")
    except smtplib.SMTPNotSupportedError as error:
        return wrong("mail", f"{where}: {error}", "mend SMTP_URL: its port, `starttls`, or user and password")
    except (OSError, smtplib.SMTPException) as error:
        found = f"{where} cannot be reached ({type(error).__name__})"
        return wrong("mail", found, "mend SMTP_URL, or let this machine through to that port")
    signed_in = f"signed in as {transport.user}" if transport.user else "without a sign-in"
    found = f"{where} answers, {encryption or 'not encrypted'}, {signed_in}; nothing was sent"
    if encryption is None and transport.host not in ("127.0.0.1", "::1", "localhost"):
        return warning("mail", found, "ask for STARTTLS with `?starttls=required`, or use smtps://")
    return ok("mail", found)
