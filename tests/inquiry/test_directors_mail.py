"""A director answers from her own mail program: genuine mails go out, forged and stale ones are held or filed, commands act."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from inquiry_service.domain import inquiries
from inquiry_service.terms import Via
from shared.clock import utc_now
from shared.db import Database
from tests.builders import a_director, a_person, an_inquiry
from tests.inquiry.directors_mails import ANSWER, OUR_SERVER, Desk, a_desk, a_mail
from tests.working import text_of


@pytest.fixture
def desk(
    inquiry_db: Database,
    make_inquiry_settings: Callable[..., Any],
    tmp_path: Path,
    enrollment_address: str,
) -> Desk:
    """With the sibling, which is asked for addresses that are not known here."""
    return a_desk(inquiry_db, make_inquiry_settings, tmp_path, sibling_url=enrollment_address)


def _told_to_director(desk: Desk) -> list[str]:
    return [text_of(letter) for letter in desk.work.letters(desk.director.email)[1:]]


def test_a_genuine_answer_goes_out(desk: Desk) -> None:
    desk.arrives(desk.genuine())
    assert [ANSWER in answer for answer in desk.answers()] == [True]
    assert desk.inquiry().status == "waiting"


def test_the_same_answer_by_two_roads_goes_out_once(desk: Desk) -> None:
    desk.arrives(desk.genuine())
    desk.arrives(desk.genuine(headers={"X-Road": "another"}))
    assert len(desk.answers()) == 1


OTHER = "mallory@elsewhere.example"
FORGED: dict[str, Callable[[Desk], bytes]] = {
    "From is another": lambda d: d.genuine(senders=[OTHER]),
    "From is another, with her name": lambda d: d.genuine(senders=[f"Dora Vance <{OTHER}>"]),
    "From is another, with her address for a name": lambda d: d.genuine(
        senders=[f'"{d.director.email}" <{OTHER}>']
    ),
    "From is another, and that one is authentic": lambda d: d.genuine(
        senders=[OTHER], results=[d.passes(domain="elsewhere.example")]
    ),
    "two in one From": lambda d: d.genuine(senders=[f"{d.director.email}, {OTHER}"]),
    "two in one From, hers last": lambda d: d.genuine(senders=[f"{OTHER}, {d.director.email}"]),
    "two Froms": lambda d: d.genuine(senders=[d.director.email, OTHER]),
    "two Froms, hers last": lambda d: d.genuine(senders=[OTHER, d.director.email]),
    "no From": lambda d: d.genuine(senders=[]),
    "From is empty": lambda d: d.genuine(senders=[""]),
    "From is a group": lambda d: d.genuine(senders=[f"directors: {d.director.email}, {OTHER};"]),
    "Sender is hers, From is not": lambda d: d.genuine(senders=[OTHER], headers={"Sender": d.director.email}),
    "Reply-To is hers, From is not": lambda d: d.genuine(
        senders=[OTHER], headers={"Reply-To": d.director.email}
    ),
    "From is hers with a homograph": lambda d: d.genuine(senders=["dоra@riverside.example"]),
    "From is hers in a subdomain": lambda d: d.genuine(
        senders=["dora@mail.riverside.example"], results=[d.passes(domain="mail.riverside.example")]
    ),
    "no word of any server": lambda d: d.genuine(results=[]),
    "the word of another server": lambda d: d.genuine(results=[d.passes(server="mx.elsewhere.example")]),
    "the word of a server whose name begins as ours": lambda d: d.genuine(
        results=[d.passes(server=f"{OUR_SERVER}.evil.example")]
    ),
    "our server named in a comment": lambda d: d.genuine(
        results=[f"({OUR_SERVER}) {d.passes(server='mx.elsewhere.example')}"]
    ),
    "our server says fail": lambda d: d.genuine(results=[d.passes().replace("dmarc=pass", "dmarc=fail")]),
    "our server says fail on top, a pass stands below": lambda d: d.genuine(
        results=[d.passes().replace("dmarc=pass", "dmarc=fail"), d.passes()]
    ),
    "our server found nothing on top, a pass stands below": lambda d: d.genuine(
        results=[f"{OUR_SERVER}; none", d.passes()]
    ),
    "our server says none": lambda d: d.genuine(results=[d.passes().replace("dmarc=pass", "dmarc=none")]),
    "our server says temperror": lambda d: d.genuine(
        results=[d.passes().replace("dmarc=pass", "dmarc=temperror")]
    ),
    "our server judged spf alone": lambda d: d.genuine(
        results=[f"{OUR_SERVER}; spf=pass smtp.mailfrom=riverside.example"]
    ),
    "our server judged dkim of another": lambda d: d.genuine(
        results=[f"{OUR_SERVER}; dkim=pass header.d=elsewhere.example"]
    ),
    "the pass is another domain's": lambda d: d.genuine(results=[d.passes(domain="elsewhere.example")]),
    "the pass names no domain": lambda d: d.genuine(results=[f"{OUR_SERVER}; dmarc=pass"]),
    "the pass is in a comment": lambda d: d.genuine(
        results=[f"{OUR_SERVER}; dmarc=fail (dmarc=pass header.from=riverside.example)"]
    ),
    "the pass is in nested comments": lambda d: d.genuine(
        results=[f"{OUR_SERVER}; (a (b; dmarc=pass header.from=riverside.example) c) spf=pass"]
    ),
    "the pass is in a quoted reason": lambda d: d.genuine(
        results=[f'{OUR_SERVER}; dmarc=fail reason="; dmarc=pass header.from=riverside.example"']
    ),
    "two words on dmarc": lambda d: d.genuine(
        results=[f"{d.passes()}; dmarc=fail header.from=riverside.example"]
    ),
    "the word is in an ARC header": lambda d: d.genuine(
        results=[], headers={"ARC-Authentication-Results": f"i=1; {d.passes()}"}
    ),
    "address truncated": lambda d: d.genuine(
        to=d.reply_to.replace("@", "").replace("riverside", "@riverside")[1:]
    ),
    "address shortened by one": lambda d: d.genuine(to="r+" + d.reply_to[3:]),
    "address with one character flipped": lambda d: d.genuine(to=_flipped(d.reply_to)),
    "address in a guess": lambda d: d.genuine(to=f"r+{'a' * 26}@riverside.example"),
    "an automatic answer": lambda d: d.genuine(headers={"Auto-Submitted": "auto-replied"}),
    "a vacation answer of an older kind": lambda d: d.genuine(headers={"X-Autoreply": "yes"}),
    "bulk": lambda d: d.genuine(headers={"Precedence": "bulk"}),
    "from a list": lambda d: d.genuine(headers={"List-Id": "<staff.riverside.example>"}),
    "with a null return path": lambda d: d.genuine(headers={"Return-Path": "<>"}),
    "no quotation at all": lambda d: d.genuine(quotes=False),
    "nothing but the quotation": lambda d: d.genuine(body=""),
    "a forwarded notice, answered by a colleague": lambda d: d.genuine(
        senders=["Carl Obi <carl@riverside.example>"], message_id="<colleague@riverside.example>"
    ),
    "an unknown command": lambda d: d.genuine(body=f"#clsoe\n{ANSWER}"),
    "an answer and spam at once": lambda d: d.genuine(body=f"#spam\n{ANSWER}"),
    "given to nobody one knows": lambda d: d.genuine(body=f"#assign zoe\n{ANSWER}"),
    "put off to no time": lambda d: d.genuine(body=f"#snooze sometime\n{ANSWER}"),
}


def _flipped(address: str) -> str:
    return address[:5] + ("b" if address[5] != "b" else "c") + address[6:]


@pytest.mark.parametrize("forged", FORGED.values(), ids=FORGED.keys())
def test_a_forged_or_doubtful_mail_is_held_or_filed_and_goes_nowhere(
    desk: Desk, inquiry_db: Database, forged: Callable[[Desk], bytes]
) -> None:
    a_person(inquiry_db, "director", email="carl@riverside.example", name="Carl Obi", programs=("cna",))
    desk.arrives(forged(desk))
    assert desk.answers() == []
    assert {reply.status for reply in desk.replies()} <= {"held"}
    mails = inquiry_db.run(text("SELECT status, held_because FROM raw_mail"))
    assert [mail.status in ("filed", "unfiled", "unreadable") for mail in mails] == [True]
    assert desk.inquiry().assignee_id is None


def test_there_are_enough_of_them() -> None:
    assert len(FORGED) + len(STALE) >= 45


def _expire(desk: Desk) -> None:
    desk.database.run(
        text("UPDATE reply_address SET expires_at = now() - interval '1 s' WHERE purpose = 'director'")
    )


def _revoke(desk: Desk) -> None:
    desk.database.run(text("UPDATE reply_address SET revoked_at = now() WHERE purpose = 'director'"))


def _disable(desk: Desk) -> None:
    desk.database.run(text("UPDATE staff SET disabled_at = now()"))


def _take_her_role(desk: Desk) -> None:
    desk.database.run(text("UPDATE staff SET roles = '{auditor}'"))


def _quarantine(desk: Desk) -> None:
    desk.database.run(text("UPDATE inquiry SET status = 'quarantined'"))


def _go_on(desk: Desk) -> None:
    with desk.database.transaction() as session:
        inquiries.follow_up(session, desk.inquiry_id, "And the price?", via=Via.LINK, due_at=utc_now())


def _another_address_of_hers(desk: Desk) -> None:
    desk.database.run(text("UPDATE staff SET email = 'd@new.example', email_normal = 'd@new.example'"))


STALE: dict[str, Callable[[Desk], None]] = {
    "the address is expired": _expire,
    "the address is revoked": _revoke,
    "the account is closed": _disable,
    "she works at the desk no longer": _take_her_role,
    "the inquiry is in quarantine": _quarantine,
    "the thread went on": _go_on,
    "her address is another now": _another_address_of_hers,
}


@pytest.mark.parametrize("change", STALE.values(), ids=STALE.keys())
def test_a_stale_answer_is_held_or_filed_and_goes_nowhere(desk: Desk, change: Callable[[Desk], None]) -> None:
    change(desk)
    desk.arrives(desk.genuine())
    assert desk.answers() == []
    assert {reply.status for reply in desk.replies()} <= {"held"}


def test_an_answer_to_another_inquiry_reaches_only_that_one(desk: Desk, inquiry_db: Database) -> None:
    an_inquiry(inquiry_db, email="bo@example.com", name="Bo")
    desk.work.drain()
    other = desk.work.letters(desk.director.email)[-1]
    desk.arrives(desk.genuine(to=str(other["Reply-To"])))
    assert desk.answers() == []
    assert any(ANSWER in text_of(letter) for letter in desk.work.letters("bo@example.com"))


def test_what_is_held_is_told_to_her_own_address_with_the_reason_and_the_way_to_send_it(desk: Desk) -> None:
    desk.arrives(desk.genuine(results=[]))
    [told] = _told_to_director(desk)
    [reply] = desk.replies()
    assert "no trusted server vouched for the sender" in told
    assert f"/desk/inquiries/{desk.inquiry_id}#m-{reply.id}" in told
    assert ANSWER.splitlines()[-1] in told
    letter = desk.work.letters(desk.director.email)[-1]
    assert (letter["Reply-To"], letter["Auto-Submitted"]) == (None, "auto-generated")


def test_a_forger_hears_nothing(desk: Desk) -> None:
    desk.arrives(desk.genuine(senders=[OTHER]))
    assert desk.work.letters(OTHER) == []
    assert len(_told_to_director(desk)) == 1


def test_without_a_trusted_server_every_answer_is_held(
    inquiry_db: Database, make_inquiry_settings: Callable[..., Any], tmp_path: Path
) -> None:
    desk = a_desk(inquiry_db, lambda **given: make_inquiry_settings(), tmp_path)
    desk.arrives(desk.genuine(results=[desk.passes(), desk.passes(server="")]))
    assert desk.answers() == []
    assert [reply.status for reply in desk.replies()] == ["held"]


def test_a_flood_of_forged_mails_is_not_a_flood_of_letters_to_her(desk: Desk) -> None:
    for number in range(25):
        desk.arrives(desk.genuine(body=f"{number}", senders=[OTHER], message_id=f"<{number}@x>"))
    assert len(_told_to_director(desk)) == 20
    assert len(desk.replies()) == 25


def test_close_at_the_top_sends_and_closes_and_is_not_sent(desk: Desk) -> None:
    desk.arrives(desk.genuine(body=f"#close\n\n{ANSWER}"))
    [answer] = desk.answers()
    assert ANSWER in answer
    assert "#close" not in answer
    assert desk.inquiry().status == "closed"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("#close", {"status": "closed"}),
        ("#Done", {"status": "closed"}),
        ("#spam", {"status": "spam"}),
        ("#take", {"is_hers": True}),
        ("#assign me", {"is_hers": True}),
        ("#assign dora", {"is_hers": True}),
        ("#take\n#release", {"is_hers": False}),
        ("#close\n#reopen", {"status": "open"}),
        ("#spam\n#not-spam", {"status": "new"}),
        ("#snooze 3d", {"is_put_off": True}),
        ("#snooze tomorrow\n#take", {"is_put_off": True, "is_hers": True}),
        ("#snooze 1 week\n#wake", {"is_put_off": False}),
    ],
)
def test_commands_alone_act_and_send_nothing(desk: Desk, lines: str, expected: dict[str, object]) -> None:
    desk.arrives(desk.genuine(body=lines))
    inquiry = desk.inquiry()
    found = {
        "status": inquiry.status,
        "is_hers": inquiry.assignee_id == desk.director.id,
        "is_put_off": inquiry.snoozed_until is not None,
    }
    assert found | expected == found
    assert (desk.answers(), list(desk.replies())) == ([], [])


def test_a_note_and_a_call_stand_in_the_thread_and_reach_nobody(desk: Desk) -> None:
    desk.arrives(desk.genuine(body="#note She is a cousin of Ana.\n#call\nLeft a message,\nwill try again."))
    assert desk.thread()[1:] == [
        ("note", "She is a cousin of Ana."),
        ("call", "Left a message,\nwill try again."),
    ]
    assert desk.answers() == []


def test_next_by_mail_takes_the_next_inquiry_and_brings_its_notice(desk: Desk, inquiry_db: Database) -> None:
    other_id = an_inquiry(inquiry_db, email="bo@example.com", name="Bo")
    inquiry_db.run(
        text("UPDATE inquiry SET due_at = due_at - interval '1 day' WHERE id = :id"), {"id": other_id}
    )
    desk.work.drain()
    before = len(desk.work.letters(desk.director.email))
    desk.arrives(desk.genuine(body="#next"))
    assert desk.inquiry(other_id).assignee_id == desk.director.id
    assert "Bo asks" in text_of(desk.work.letters(desk.director.email)[before])


def test_nothing_is_closed_unseen(desk: Desk) -> None:
    _go_on(desk)
    desk.arrives(desk.genuine(body="#close"))
    assert desk.inquiry().status == "new"
    assert "something new came into the thread" in _told_to_director(desk)[-1]


def test_all_that_a_mail_asks_for_is_done_or_nothing(desk: Desk) -> None:
    desk.arrives(desk.genuine(body=f"#note first\n#assign zoe\n\n{ANSWER}"))
    assert (desk.thread()[1:], desk.answers(), desk.inquiry().assignee_id) == ([], [], None)
    [reply] = desk.replies()
    assert reply.held_because == "no one colleague is called “zoe”"


def test_a_held_answer_keeps_its_wish_to_close_and_loses_its_command_lines(desk: Desk) -> None:
    desk.arrives(desk.genuine(body=f"#close\n{ANSWER}", results=[]))
    [reply] = desk.replies()
    assert reply.is_closing
    bodies = desk.database.run(text("SELECT body FROM message WHERE kind = 'answer'"))
    assert [row.body.strip() for row in bodies] == [ANSWER]


def test_what_was_put_off_comes_back_by_itself_and_when_they_write(desk: Desk) -> None:
    desk.arrives(desk.genuine(body="#snooze 3d"))
    assert desk.inquiry().snoozed_until is not None
    _go_on(desk)
    assert desk.inquiry().snoozed_until is None
    desk.arrives(desk.genuine(body="#snooze 2d", message_id="<2@x>"))  # held: it has not seen the new message
    assert desk.inquiry().snoozed_until is None


def test_an_automatic_mail_leaves_a_snooze_alone_and_time_ends_it(desk: Desk) -> None:
    desk.arrives(desk.genuine(body=f"#snooze 3d\n\n{ANSWER}"))
    assert (desk.inquiry().status, len(desk.answers())) == ("waiting", 1)
    answered = desk.work.letters("effat@example.com")[-1]
    away = a_mail(
        desk,
        "I am away.",
        senders=["effat@example.com"],
        to=str(answered["Reply-To"]),
        results=[],
        headers={"Auto-Submitted": "auto-replied"},
        quotes=False,
        message_id="<away@x>",
    )
    desk.arrives(away)
    assert desk.inquiry().snoozed_until is not None
    desk.database.run(text("UPDATE inquiry SET snoozed_until = now()"))
    desk.work.let_deadlines_pass()
    assert (desk.inquiry().snoozed_until, desk.inquiry().status) == (None, "open")


def test_a_second_director_is_found_by_her_first_name(desk: Desk, inquiry_db: Database) -> None:
    ana = a_director(inquiry_db, email="a.ruiz@riverside.example", name="Ana Ruiz")
    desk.arrives(desk.genuine(body="#assign ana"))
    assert desk.inquiry().assignee_id == ana.id
