"""Which recipients are ours: reply addresses and return paths in our domain, and the addresses that strangers know. Pure."""

import re
from dataclasses import dataclass

# What letters carry: `r+` and a secret, `b+` and a letter's id.
_OWN = re.compile(r"(?:r\+[a-z2-7]{26}|b\+[0-9a-z]{1,64})")
MAX_ADDRESS = 320


@dataclass(frozen=True)
class OurAddresses:
    """`public` are in lower case."""

    mail_domain: str
    public: frozenset[str]

    def include(self, address: str) -> bool:
        """Whether mail to that address is for us. There is no relaying: everything else is somebody else's."""
        if len(address) > MAX_ADDRESS:
            return False
        address = address.casefold()
        local, _, domain = address.rpartition("@")
        is_own = domain == self.mail_domain.casefold() and _OWN.fullmatch(local) is not None
        return is_own or address in self.public
