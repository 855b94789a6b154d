"""SPF, DKIM and DMARC of the operator's domains: each way they can be right or wrong."""

import pytest

from shared.doctor.dns_records import dns_findings, text_records
from tests.doctor.name_server import Zone, name_server

SPF = "v=spf1 include:mail.example -all"
KEY = "v=DKIM1; k=rsa; p=" + "A" * 392
DMARC = "v=DMARC1; p=reject"
WHOLE = {
    "bounces.school.example": ["unrelated=1", SPF],
    "s1._domainkey.school.example": [KEY],
    "_dmarc.school.example": [DMARC],
}


def levels(zone: Zone, *, selector: str = "s1", is_broken: bool = False) -> dict[str, str]:
    """How each record is judged, at a name server that knows the zone."""
    with name_server(zone, is_broken=is_broken) as (address, _):
        found = dns_findings(
            from_domain="school.example",
            bounce_domain="bounces.school.example",
            selector=selector,
            ask=text_records(address),
        )
        return {finding.what: finding.level for finding in found}


def test_records_that_are_there_are_ok() -> None:
    assert levels(WHOLE) == {"SPF": "ok", "DKIM": "ok", "DMARC": "ok"}


def test_only_the_domains_of_the_settings_are_asked_for() -> None:
    with name_server({}) as (address, asked):
        list(
            dns_findings(
                from_domain="school.example",
                bounce_domain="school.example",
                selector="s1",
                ask=text_records(address),
            )
        )
    assert set(asked) == {"school.example", "s1._domainkey.school.example", "_dmarc.school.example"}


@pytest.mark.parametrize(
    ("name", "texts", "what", "level"),
    [
        ("bounces.school.example", None, "SPF", "warning"),
        ("bounces.school.example", ["unrelated=1"], "SPF", "warning"),
        ("bounces.school.example", [SPF, "v=spf1 ~all"], "SPF", "wrong"),
        ("bounces.school.example", ["v=spf1 +all"], "SPF", "wrong"),
        ("s1._domainkey.school.example", None, "DKIM", "wrong"),
        ("s1._domainkey.school.example", ["v=DKIM1; p="], "DKIM", "wrong"),
        ("_dmarc.school.example", None, "DMARC", "warning"),
        ("_dmarc.school.example", [DMARC, DMARC + "; pct=5"], "DMARC", "wrong"),
    ],
)
def test_a_record_that_is_missing_or_of_no_use(
    name: str, texts: list[str] | None, what: str, level: str
) -> None:
    zone = {known: records for known, records in WHOLE.items() if known != name}
    found = levels(zone if texts is None else zone | {name: texts})
    assert found.pop(what) == level
    assert set(found.values()) == {"ok"}


def test_without_a_selector_dkim_is_not_looked_for() -> None:
    assert levels(WHOLE, selector="")["DKIM"] == "warning"


def test_a_name_server_that_fails_is_no_verdict() -> None:
    assert levels(WHOLE, is_broken=True) == dict.fromkeys(("SPF", "DKIM", "DMARC"), "warning")


def test_a_domain_below_the_school_s_own_follows_its_policy() -> None:
    with name_server({"_dmarc.school.example": [DMARC]}) as (address, _):
        found = dns_findings(
            from_domain="mail.school.example",
            bounce_domain="x.example",
            selector="",
            ask=text_records(address),
        )
        assert {finding.what: finding.level for finding in found}["DMARC"] == "ok"
