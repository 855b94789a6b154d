"""The addresses that settings name: whether they are reached from here, and whether the right service answers there."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

from shared.doctor.findings import Finding, ok, warning, wrong
from shared.pair import sign
from shared.settings import ServiceSettings

PATIENCE_S = 10.0
MOST_BYTES = 4 << 20
# An address of each service that only its sibling may call, and what it says to a stranger's id.
FOR_THE_SIBLING = {
    "enrollment": ("/api/enrollment/v1/internal/reply-addresses/" + "0" * 64, (200, 404)),
    "inquiry": ("/api/inquiry/v1/internal/standing/00000000-0000-7000-8000-000000000000", (200, 404)),
}


def address_findings(settings: ServiceSettings) -> Iterator[Finding]:
    """PUBLIC_URL, and where the two ask each other."""
    own = settings.service
    yield _answers("PUBLIC_URL", settings.public_url, own, is_needed=False)
    for service in ("enrollment", "inquiry"):
        name = f"{service.upper()}_INTERNAL_URL"
        address = getattr(settings, f"{service}_internal_url")
        found = _answers(name, address, service, is_needed=service != own)
        yield found
        if service != own and found.level == "ok":
            yield _trusts(service, address, settings.pair_secret)


def _answers(name: str, address: str, service: str, *, is_needed: bool) -> Finding:
    """The service's own description of its addresses stands nowhere else."""
    try:
        status, body = _get(f"{address}/api/{service}/v1/openapi.json")
    except OSError as error:
        say = wrong if is_needed else warning
        reason = type(getattr(error, "reason", error)).__name__
        to_do = f"start {service}_service, or mend {name}"
        if not is_needed:
            to_do += "; it may still be reached from outside"
        return say(name, f"{address} does not answer ({reason})", to_do)
    if status in (502, 503, 504):
        to_do = f"look at {service}_service: its gateway answers, itself it does not"
        return wrong(name, f"{address} answers {status}", to_do)
    if status != 200 or not _describes(body, service):
        found = f"{address} answers ({status}), but not as {service}_service"
        return wrong(name, found, f"mend {name}, or the gateway in front of it")
    return ok(name, f"{address} answers as {service}_service")


def _describes(body: bytes, service: str) -> bool:
    try:
        said: Any = json.loads(body)
        return any(str(path).startswith(f"/api/{service}/v1/") for path in said["paths"])
    except (ValueError, KeyError, TypeError):
        return False


def _trusts(service: str, address: str, pair_secret: str) -> Finding:
    path, expected = FOR_THE_SIBLING[service]
    try:
        status, _ = _get(address + path, sign(pair_secret, path))
    except OSError as error:
        return warning("pair", f"{service}_service stopped answering ({type(error).__name__})", "try again")
    if status in expected:
        return ok("pair", f"{service}_service believes our requests")
    to_do = "give both services the same PAIR_SECRET, and their machines the same time"
    return wrong("pair", f"{service}_service does not believe our requests ({status})", to_do)


def _get(address: str, headers: dict[str, str] | None = None) -> tuple[int, bytes]:
    """Status and body. Raises OSError when nobody answers."""
    request = urllib.request.Request(address, headers=headers or {})  # noqa: S310 - the operator's setting
    try:
        with urllib.request.urlopen(request, timeout=PATIENCE_S) as answer:  # noqa: S310
            return answer.status, answer.read(MOST_BYTES)
    except urllib.error.HTTPError as refusal:
        return refusal.code, b""
