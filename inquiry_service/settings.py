"""What this service reads from the environment beside what both read: how mail comes in, and how long an answer waits."""

from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, ClassVar

from shared.imap_url import ImapSettings, parse_imap_url
from shared.listen_url import ListenSettings, parse_listen_url
from shared.settings import ServiceSettings
from shared.webhook_signature import WeakSecret, key_of


@dataclass(frozen=True, kw_only=True)
class InquirySettings(ServiceSettings):
    """`undo_held_s` is how long an answer waits before it goes; pages show three seconds less.

    `retention_spam_days` and `retention_settled_days`: when inquiries that nothing happened in are emptied; 0 is never.
    """

    service: ClassVar[str] = "inquiry"
    undo_held_s: float = 13.0
    imap_url: str = ""
    listen_url: str = ""
    inbound_secret: str = ""
    inbound_addresses: str = ""
    trusted_authserv_id: str = ""
    retention_spam_days: int = 90
    retention_settled_days: int = 0

    @classmethod
    def _faults(cls, values: dict[str, Any]) -> list[tuple[str, str]]:
        faults = super()._faults(values)
        for name, parse in (
            ("imap_url", parse_imap_url),
            ("listen_url", parse_listen_url),
            ("inbound_secret", key_of),
        ):
            try:
                if values[name]:
                    parse(values[name])
            except (ValueError, WeakSecret) as error:
                faults.append((name, str(error)))
        faults += [
            (name, "a number of days; 0 is for ever")
            for name in ("retention_spam_days", "retention_settled_days")
            if values[name] < 0
        ]
        if any("@" not in address for address in _listed(values["inbound_addresses"])):
            faults.append(("inbound_addresses", "email addresses, with commas between them"))
        if not faults and values["imap_url"] and values["journal_url"]:
            faults += _mixed_up(parse_imap_url(values["imap_url"]), parse_imap_url(values["journal_url"]))
        return faults

    @property
    def imap(self) -> ImapSettings | None:
        """The mailbox to read, if there is one."""
        return parse_imap_url(self.imap_url) if self.imap_url else None

    @property
    def imap_servers(self) -> list[tuple[str, ImapSettings]]:
        """What is read by IMAP, by the setting that names it."""
        return [*([("IMAP_URL", self.imap)] if self.imap else []), *super().imap_servers]

    @property
    def mailbox_names(self) -> frozenset[str]:
        """What our rows call the folders to read."""
        imap = self.imap
        return frozenset(map(imap.name_of, imap.folders)) if imap else frozenset()

    @property
    def listen(self) -> ListenSettings:
        """Where the listener takes mail."""
        return parse_listen_url(self.listen_url)

    @property
    def public_addresses(self) -> frozenset[str]:
        """The addresses of ours that strangers know."""
        given = (parseaddr(self.mail_from)[1] or self.mail_from, *_listed(self.inbound_addresses))
        return frozenset(map(str.casefold, given))


def _mixed_up(imap: ImapSettings, journal: ImapSettings) -> list[tuple[str, str]]:
    """A folder that mail is read from is no journal: copies of our letters would come in as mail."""
    read = {imap.name_of(folder) for folder in (*imap.folders, imap.archive)}
    if read.isdisjoint(map(journal.name_of, journal.folders)):
        return []
    return [("journal_url", "a folder of its own, which IMAP_URL neither reads nor moves mails to")]


def _listed(addresses: str) -> list[str]:
    return [address.strip() for address in addresses.split(",") if address.strip()]
