"""What the mail domain's DNS records say to those who get our letters: SPF, DKIM, DMARC. Only the operator's own domains are asked for."""

import ipaddress
from collections.abc import Callable, Iterator
from typing import Protocol

from dns.exception import DNSException
from dns.resolver import NXDOMAIN, NoAnswer, NoResolverConfiguration, Resolver

from shared.doctor.findings import Finding, ok, warning, wrong

PATIENCE_S = 5.0


class TextRecords(Protocol):
    """Asks for TXT records."""

    def __call__(self, name: str) -> list[str]:
        """The texts at the name, none when there are none. Raises NoAnswerFromDns."""


class NoAnswerFromDns(Exception):
    """Nobody could say whether there is such a record."""


def text_records(nameserver: str = "") -> TextRecords:
    """Asks this machine's own resolver, or the named one (`address` or `address:port`)."""

    def ask(name: str) -> list[str]:
        try:
            answer = _resolver(nameserver).resolve(name, "TXT", lifetime=PATIENCE_S, search=False)
        except (NXDOMAIN, NoAnswer):
            return []
        except (DNSException, NoResolverConfiguration, OSError, ValueError) as error:
            raise NoAnswerFromDns(type(error).__name__) from None
        return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]

    return ask


def _resolver(nameserver: str) -> Resolver:
    if not nameserver:
        return Resolver()
    host, _, port = nameserver.rpartition(":") if nameserver.count(":") == 1 else (nameserver, "", "53")
    resolver = Resolver(configure=False)
    resolver.nameservers, resolver.port = [str(ipaddress.ip_address(host))], int(port)
    return resolver


def dns_findings(
    *, from_domain: str, bounce_domain: str, selector: str, ask: TextRecords
) -> Iterator[Finding]:
    """`from_domain` stands in From, `bounce_domain` in the return path. Each check is its own line, also when DNS is away."""
    checks: dict[str, Callable[[], Finding]] = {
        "SPF": lambda: _spf(bounce_domain, ask),
        "DKIM": lambda: _dkim(from_domain, selector, ask),
        "DMARC": lambda: _dmarc(from_domain, ask),
    }
    for what, check in checks.items():
        try:
            yield check()
        except NoAnswerFromDns as error:
            yield warning(
                what,
                f"could not ask: DNS gave no answer ({error})",
                "look at this machine's resolver, or try again",
            )


def _spf(domain: str, ask: TextRecords) -> Finding:
    found = [record for record in ask(domain) if record.lower().split(" ")[0] == "v=spf1"]
    if not found:
        to_do = f"publish a TXT record at {domain} such as `v=spf1 include:YOUR-MAIL-SERVER -all`"
        return warning("SPF", f"{domain} has no record", to_do)
    if len(found) > 1:
        return wrong("SPF", f"{domain} has {len(found)} records, which counts as none", "keep one of them")
    if found[0].lower().split()[-1] in ("+all", "all"):
        return wrong(
            "SPF", f"{domain} lets everybody send ({found[0]})", "end it with `-all` or `~all` instead"
        )
    return ok("SPF", f"{domain}: {found[0]}")


def _dkim(domain: str, selector: str, ask: TextRecords) -> Finding:
    if not selector:
        to_do = "set DKIM_SELECTOR to what your mail server signs with: its record cannot be found without"
        return warning("DKIM", f"not looked for at {domain}: no selector is known", to_do)
    name = f"{selector}._domainkey.{domain}"
    keys = [tag for record in ask(name) for tag in _tags(record) if tag[0] == "p"]
    if not keys:
        return wrong("DKIM", f"no key at {name}", "publish the TXT record that your mail server names")
    if not any(value for _, value in keys):
        return wrong("DKIM", f"the key at {name} is withdrawn", "publish the key that is in use")
    return ok("DKIM", f"there is a key at {name}; whether letters are signed with it is not seen from here")


def _dmarc(domain: str, ask: TextRecords) -> Finding:
    parents = domain.split(".")
    for owner in dict.fromkeys((domain, ".".join(parents[-2:]))):
        found = [record for record in ask(f"_dmarc.{owner}") if record.lower().startswith("v=dmarc1")]
        if len(found) > 1:
            return wrong(
                "DMARC", f"_dmarc.{owner} has {len(found)} records, which counts as none", "keep one"
            )
        if found:
            return ok("DMARC", f"_dmarc.{owner}: {found[0]}")
    to_do = f"publish a TXT record at _dmarc.{domain}, to begin with `v=DMARC1; p=none`"
    return warning("DMARC", f"{domain} has no record", to_do)


def _tags(record: str) -> list[tuple[str, str]]:
    """`v=DKIM1; p=…` taken apart."""
    pairs = (tag.partition("=") for tag in record.split(";"))
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs]
