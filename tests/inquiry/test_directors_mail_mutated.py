"""Thousands of directors' mails, each with one thing changed that identity rests on: none is delivered. And all the shapes of genuine ones: all are."""

import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from inquiry_service.domain import authentication, directors_mail, inbound, intake
from shared.db import Database
from tests.builders import a_director, an_inquiry
from tests.inquiry.directors_mails import OUR_SERVER, ROAD, Desk, a_desk

AT_ONCE = 50
SYMBOLS = "abcdefghijklmnopqrstuvwxyz234567"


@pytest.fixture
def desk(
    inquiry_db: Database,
    make_inquiry_settings: Callable[..., Any],
    tmp_path: Path,
    enrollment_address: str,
) -> Desk:
    return a_desk(inquiry_db, make_inquiry_settings, tmp_path, sibling_url=enrollment_address)


class Mutations:
    """Genuine answers with one fact changed, in no order, the same in every run."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self._desk = desk
        self._chance = random.Random(seed)
        self._kinds: tuple[Callable[[], dict[str, Any]], ...] = (
            self._sender,
            self._more_senders,
            self._secret,
            self._secret_cut_or_grown,
            self._server,
            self._verdict,
            self._domain,
            self._moved_down,
            self._automatic,
        )

    def one(self, number: int) -> bytes:
        """The next."""
        changed = self._chance.choice(self._kinds)()
        return self._desk.genuine(f"Number {number}.", message_id=f"<{number}@mutated>", **changed)

    def _changed(self, text: str, among: str = SYMBOLS) -> str:
        """The text with one character that is another."""
        at = self._chance.choice([i for i, char in enumerate(text) if char.isalnum()])
        other = self._chance.choice([char for char in among if char != text[at].lower()])
        return text[:at] + other + text[at + 1 :]

    def _sender(self) -> dict[str, Any]:
        address = self._changed(self._desk.director.email)
        return {"senders": [address], "results": [self._desk.passes(domain=address.rpartition("@")[2])]}

    def _more_senders(self) -> dict[str, Any]:
        pair = [self._desk.director.email, self._changed(self._desk.director.email)]
        self._chance.shuffle(pair)
        return {"senders": self._chance.choice([pair, [", ".join(pair)]])}

    def _secret(self) -> dict[str, Any]:
        secret, _, domain = self._desk.reply_to[2:].partition("@")
        return {"to": f"r+{self._changed(secret)}@{domain}"}

    def _secret_cut_or_grown(self) -> dict[str, Any]:
        secret, _, domain = self._desk.reply_to[2:].partition("@")
        cut = self._chance.randrange(1, len(secret))
        return {
            "to": f"r+{self._chance.choice([secret[cut:], secret[:cut], secret + 'a', 'a' + secret])}@{domain}"
        }

    def _server(self) -> dict[str, Any]:
        return {"results": [self._desk.passes(server=self._changed(OUR_SERVER))]}

    def _verdict(self) -> dict[str, Any]:
        word = self._chance.choice(
            ["fail", "none", "temperror", "permerror", "bestguesspass", "policy", "pas", ""]
        )
        return {"results": [self._desk.passes().replace("dmarc=pass", f"dmarc={word}")]}

    def _domain(self) -> dict[str, Any]:
        return {"results": [self._desk.passes(domain=self._changed("riverside.example"))]}

    def _moved_down(self) -> dict[str, Any]:
        """Our server's word stands above; the pass below is the sender's own."""
        top = self._chance.choice(
            ["none", "dmarc=fail header.from=riverside.example", "spf=pass", "dkim=fail"]
        )
        return {"results": [f"{OUR_SERVER}; {top}", self._desk.passes()]}

    def _automatic(self) -> dict[str, Any]:
        name, value = self._chance.choice(
            [
                ("Auto-Submitted", "auto-replied"),
                ("Auto-Submitted", "auto-generated; owner-email=x"),
                ("Precedence", "bulk"),
                ("Precedence", "auto_reply"),
                ("List-Id", "<a.b>"),
                ("List-Unsubscribe", "<mailto:a@b>"),
                ("X-Autoreply", "yes"),
                ("Return-Path", "<>"),
            ]
        )
        return {"headers": {name: value}}


def _take_in(desk: Desk, mails: Iterator[bytes], count: int) -> None:
    for _ in range(0, count, AT_ONCE):
        with desk.database.transaction() as session:
            for _, data in zip(range(AT_ONCE), mails, strict=False):
                intake.store_raw(session, data, mailbox=ROAD)
        desk.work.drain()


def _sent(desk: Desk) -> int:
    return int(desk.database.run(text("SELECT count(*) AS n FROM letter WHERE kind = 'answer'"))[0].n)


@pytest.mark.parametrize(
    "count", [pytest.param(200, id="200"), pytest.param(10_000, id="10000", marks=pytest.mark.long)]
)
def test_no_mutated_mail_is_delivered(desk: Desk, count: int) -> None:
    mutations = Mutations(desk, seed=7)
    _take_in(desk, (mutations.one(number) for number in range(count)), count)
    states = desk.database.run(text("SELECT status, count(*) AS n FROM raw_mail GROUP BY status"))
    assert _sent(desk) == 0
    assert {row.status for row in states} <= {"filed", "unfiled", "unreadable"}
    assert sum(row.n for row in states) == count
    assert {reply.status for reply in desk.replies()} == {"held"}


def _believes_everybody(results: object, authserv_id: str, sender: str) -> bool:
    return True


def _sends_everything(*_: object) -> tuple[str, str]:
    return "send", ""


@pytest.mark.parametrize(
    ("where", "name", "instead"),
    [(inbound, "vouches_for", _believes_everybody), (directors_mail, "director_verdict", _sends_everything)],
    ids=["every server is believed", "no verdict"],
)
def test_without_the_guard_mutated_mails_are_delivered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, where: Any, name: str, instead: Any
) -> None:
    monkeypatch.setattr(where, name, instead)
    mutations = Mutations(desk, seed=7)
    _take_in(desk, (mutations.one(number) for number in range(50)), 50)
    assert _sent(desk) > 5


def test_the_guard_is_the_one_in_use() -> None:
    assert inbound.vouches_for is authentication.vouches_for


GENUINE: dict[str, Callable[[Desk], dict[str, Any]]] = {
    "as it is": lambda d: {},
    "a bare address": lambda d: {"senders": [d.director.email]},
    "in capitals": lambda d: {"senders": [d.director.email.upper()]},
    "with a comment for a name": lambda d: {"senders": [f"{d.director.email} (Dora)"]},
    "with a quoted name and a comma": lambda d: {"senders": [f'"Vance, Dora" <{d.director.email}>']},
    "with an encoded name": lambda d: {"senders": [f"=?utf-8?q?D=C3=B3ra?= <{d.director.email}>"]},
    "our address in capitals": lambda d: {"to": d.reply_to.upper()},
    "our address with a name": lambda d: {"to": f'"Frontdesk" <{d.reply_to}>'},
    "to several": lambda d: {"to": f"Ana <ana@riverside.example>, {d.reply_to}"},
    "our address in Cc": lambda d: {"to": "ana@riverside.example", "headers": {"Cc": d.reply_to}},
    "the server's name in capitals": lambda d: {"results": [d.passes(server=OUR_SERVER.upper())]},
    "a version behind the server's name": lambda d: {"results": [d.passes(server=f"{OUR_SERVER} 1")]},
    "words of other servers below": lambda d: {
        "results": [d.passes(), "mx.elsewhere.example; dmarc=fail header.from=riverside.example"]
    },
    "words of other servers above": lambda d: {
        "results": ["gateway.elsewhere.example; dmarc=fail header.from=riverside.example", d.passes()]
    },
    "comments in it": lambda d: {"results": [d.passes().replace(";", " (a; b) ;", 1)]},
    "the header is folded": lambda d: {"results": [d.passes().replace("; ", ";\r\n\t")]},
    "dmarc before the others": lambda d: {
        "results": [
            f"{OUR_SERVER}; dmarc=pass header.from=riverside.example; spf=pass smtp.mailfrom=riverside.example"
        ]
    },
    "the domain in capitals": lambda d: {"results": [d.passes(domain="Riverside.Example")]},
    "said not to be automatic": lambda d: {"headers": {"Auto-Submitted": "no"}},
    "with a read receipt asked for": lambda d: {"headers": {"Disposition-Notification-To": d.director.email}},
}


def test_every_genuine_mail_is_delivered(desk: Desk) -> None:
    for number, (name, changed) in enumerate(GENUINE.items()):
        before = _sent(desk)
        desk.arrives(
            desk.genuine(f"Answer {number}.", **{"message_id": f"<{number}@genuine>", **changed(desk)})
        )
        assert _sent(desk) == before + 1, name
    assert len(desk.answers()) == len(GENUINE)


def test_an_address_opens_no_other_inquiry(desk: Desk, inquiry_db: Database) -> None:
    """Two directors, two inquiries: each address is good for one of each."""
    ana = a_director(inquiry_db, email="ana@riverside.example", name="Ana Ruiz")
    an_inquiry(inquiry_db, email="bo@example.com", name="Bo")
    desk.work.drain()
    hers = desk.work.letters(ana.email)[-1]
    desk.arrives(desk.genuine("From Dora, to Ana's address.", to=str(hers["Reply-To"])))
    assert _sent(desk) == 0
