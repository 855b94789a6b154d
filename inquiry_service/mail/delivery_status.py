"""Delivery reports for machines (RFC 3464, RFC 6533): what became of a mail, recipient by recipient. Also where they were sent as text."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Fate = Literal["failed", "delayed", "arrived"]
FATES: tuple[Fate, ...] = ("failed", "delayed", "arrived")  # the worst first
MAX_REPORT = 200_000  # characters
MAX_VALUE = 2000

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,40})[ \t]*:[ \t]*(.*)")
_ADDRESS = re.compile(
    r"[^\s<>()\[\];:,\"]{1,128}@[^\s<>()\[\];:,\"]{1,254}|\"[^\"\n]{1,64}\"@[^\s<>()\[\];:,\"]{1,254}"
)
_RECIPIENT_FIELDS = ("original-recipient", "final-recipient", "x-actual-recipient")
_KNOWN = frozenset(
    [
        *_RECIPIENT_FIELDS,
        *("action", "status", "diagnostic-code", "remote-mta", "last-attempt-date", "reporting-mta"),
    ]
)
_CODE = re.compile(r"(?<![\d.])([245])(?:\.\d{1,3}\.\d{1,3}(?![\d.])|\d\d(?=[ -]))")
_PREFIX = re.compile(
    r"(?:.*[;=:])?(?:mailto|smtp|rfc822)[:;=]", re.IGNORECASE
)  # also X.400: `c=US;…;dda:SMTP=ann@example.com`
_SAYS_REPORT = re.compile(r"(?im)^[ \t>]*(?:final|original)-recipient[ \t]*:")


@dataclass(frozen=True)
class Reported:
    """One recipient's fate; the address is empty where none can be read."""

    address: str
    fate: Fate


def is_report(text: str) -> bool:
    """The text has a report's lines in it."""
    return bool(_SAYS_REPORT.search(text[:MAX_REPORT]))


def reported(text: str) -> list[Reported]:
    """Each recipient that the report speaks of."""
    return [found for block in _blocks(text[:MAX_REPORT]) if (found := _recipient(block)) is not None]


def blocks_of(text: str) -> list[dict[str, str]]:
    """The report's blocks of fields, the one about the mail itself first."""
    return list(_blocks(text[:MAX_REPORT]))


def _blocks(text: str) -> Iterator[dict[str, str]]:
    """Some programs forget the blank line between recipients: a field that comes again begins the next one."""
    block: dict[str, str] = {}
    last = ""
    for raw in text.splitlines():
        line = raw.rstrip()
        if line[:1] in (" ", "\t") and last and line.strip() and not _is_known(line):
            block[last] += " " + line.strip()
            continue
        field = _FIELD.match(line.strip())
        name = field.group(1).lower() if field else ""
        if not line.strip() or (name in block and name in ("final-recipient", "action")):
            if block:
                yield block
            block, last = {}, ""
        if field and name:
            block.setdefault(name, field.group(2).strip())
            last = name
    if block:
        yield block


def _is_known(line: str) -> bool:
    field = _FIELD.match(line.strip())
    return field is not None and field.group(1).lower() in _KNOWN


def _recipient(block: dict[str, str]) -> Reported | None:
    if not any(name in block for name in ("original-recipient", "final-recipient", "action")):
        return None
    fate = _fate(block)
    addresses = (address_in(block[name]) for name in _RECIPIENT_FIELDS if name in block)
    return Reported(next((address for address in addresses if address), ""), fate) if fate else None


def _fate(block: dict[str, str]) -> Fate | None:
    """What was done decides; the status only where nothing is said of that."""
    action = block.get("action", "").lower()
    if action.startswith(("fail", "error")):
        return "failed"
    if action.startswith("delay"):
        return "delayed"
    if action.startswith(("deliver", "relay", "expand", "success")):
        return "arrived"
    for name in ("status", "diagnostic-code"):
        code = _CODE.search(block.get(name, "") + " ")
        if code:
            fates: dict[str, Fate] = {"2": "arrived", "4": "delayed", "5": "failed"}
            return fates[code.group(1)]
    return None


def address_in(value: str) -> str:
    """The address in `rfc822; <ann@example.com>`; empty where there is none that could be one."""
    value = value[:MAX_VALUE]
    found = _ADDRESS.search(value.partition(";")[2] or value)
    return cleaned(found.group()) if found else ""


def cleaned(address: str) -> str:
    """An address without what stands round it; empty for one that was shortened or is none."""
    address = _PREFIX.sub("", address.strip().strip("'`*|"))
    address = address.rstrip(".!?")
    name, at, domain = address.rpartition("@")
    is_one = bool(at and name and domain) and "..." not in address and "…" not in address
    return address if is_one and not domain.startswith((".", "-")) and len(address) <= 254 else ""
