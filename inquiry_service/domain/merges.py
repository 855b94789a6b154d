"""Two inquiries of one person become one thread, and are taken apart again. Nothing in flight is changed by either.

Whoever merges holds the locks of both inquiries, taken in the order of their ids.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from inquiry_service.db.models import Inquiry, Merge, Reply
from inquiry_service.db.queries import merges as statements
from inquiry_service.db.queries.inquiries import ALSO_HEAR
from inquiry_service.domain import inquiries, survivors
from inquiry_service.domain.drafts import ANOTHER_DRAFT
from inquiry_service.domain.errors import OtherAddress, WrongMove
from inquiry_service.domain.thread_order import Placed, places_between
from inquiry_service.terms import FOR_US, InquiryStatus, MessageKind, ReplyStatus, ThreadEvent, Via
from shared import audit, jobs
from shared.db import rows
from shared.errors import Invalid
from shared.people import Person
from shared.phrases import phrase
from shared.tokens import new_id

MERGEABLE = (InquiryStatus.NEW, InquiryStatus.OPEN, InquiryStatus.WAITING, InquiryStatus.CLOSED)
_MOMENTS = ("due_at", "due_from", "closed_at", "snoozed_until", "first_answered_at", "last_message_at")
_COLUMNS = ("status", "assignee_id", "program", "is_never_reached", "messages", *_MOMENTS)


def merge(
    session: Session, person: Person, survivor_id: UUID, merged_id: UUID, *, is_one_person: bool = False
) -> Inquiry:
    """All that was said in the merged inquiry stands in the survivor, in the order of time; what comes to the merged one comes there.

    Two that were asked from different addresses need a person's word that it is one; who is written to stays the survivor's address.
    Does nothing the second time. Raises OtherAddress, WrongMove, NoSuchInquiry; Invalid for another that there is not.
    """
    survivor, merged = _both_locked(session, survivor_id, merged_id)
    if merged.merged_into_id == survivor.id:
        return survivor
    _check(survivor, merged, is_one_person=is_one_person)
    session.flush()
    taken: dict[str, Any] = {"survivor_before": _standing(survivor), "merged_before": _standing(merged)}
    taken |= _take_entries(session, survivor, merged)
    _join_standing(survivor, merged)
    merged.status, merged.merged_into_id, merged.messages = InquiryStatus.MERGED, survivor.id, 0
    merged.snoozed_until = merged.closed_at = None
    merged.is_never_reached = False
    session.flush()
    session.execute(ALSO_HEAR, {"id": survivor.id, "other_id": merged.id})
    taken["phone"] = bool(merged.asker_phone and not survivor.asker_phone)
    survivor.asker_phone = survivor.asker_phone or merged.asker_phone
    _say(session, survivor, person, merged)
    session.flush()
    session.refresh(survivor)
    taken["survivor_after"] = _standing(survivor)
    session.add(
        Merge(id=new_id(), survivor_id=survivor.id, merged_id=merged.id, staff_id=person.id, taken=taken)
    )
    audit.write(session, person.actor, "inquiry_merged", survivor.id, other=str(merged.id))
    audit.write(session, person.actor, "inquiry_merged_into", merged.id, other=str(survivor.id))
    session.flush()
    return survivor


def _both_locked(session: Session, one_id: UUID, other_id: UUID) -> tuple[Inquiry, Inquiry]:
    if one_id == other_id:
        raise WrongMove(phrase("An inquiry cannot be merged with itself."))
    inquiries.find(session, one_id)
    if session.get(Inquiry, other_id) is None:
        raise Invalid(fields={"other_id": [phrase("No question has this id.")]})
    for inquiry_id in sorted((one_id, other_id)):
        inquiries.find(session, inquiry_id, lock=True)
    return session.get_one(Inquiry, one_id), session.get_one(Inquiry, other_id)


def _check(survivor: Inquiry, merged: Inquiry, *, is_one_person: bool) -> None:
    for inquiry in (survivor, merged):
        if inquiry.status not in MERGEABLE or inquiry.erased_at is not None:
            raise WrongMove(
                phrase(
                    "%(reference)s is set aside, erased, or merged already: it cannot be merged as it stands.",
                    reference=inquiry.reference,
                ),
                state=inquiry.status,
            )
    if merged.asker_email and not survivor.asker_email:
        raise WrongMove(
            phrase(
                "Nobody could be answered in it: merge this one into %(reference)s instead, which has an email address.",
                reference=merged.reference,
            )
        )
    if not is_same_address(survivor, merged) and not is_one_person:
        raise OtherAddress()


def is_same_address(one: Inquiry, other: Inquiry) -> bool:
    """Whether both were asked from one address; having none is no address in common."""
    return bool(one.asker_email_normal) and one.asker_email_normal == other.asker_email_normal


def _take_entries(session: Session, survivor: Inquiry, merged: Inquiry) -> dict[str, Any]:
    """The merged one's entries and drafts are the survivor's. Returns how each stood, for taking them back."""
    ids = {"from_id": merged.id, "to_id": survivor.id}
    found = rows(session, statements.ENTRIES, id=merged.id)
    mails = [str(row.id) for row in rows(session, statements.MAILS, id=merged.id)]
    held = session.execute(statements.HOLD_SECOND_DRAFTS, {**ids, "why": ANOTHER_DRAFT}).scalars().all()
    session.execute(statements.PREFER_TYPED_DRAFTS, ids)
    own = _in_sight(rows(session, statements.ENTRIES, id=survivor.id))
    positioned = _in_sight(found)
    between = places_between([Placed(row.at, _place(row)) for row in own], [row.at for row in positioned])
    places = dict(zip([row.id for row in positioned], between, strict=True))
    positions = {row.id: survivor.messages + number for number, row in enumerate(positioned, start=1)}
    all_ids = [row.id for row in found]
    others: Sequence[UUID] = ()
    if not is_same_address(survivor, merged):
        marked = session.execute(statements.MARK_AS_ANOTHERS, {"ids": all_ids, "address": merged.asker_email})
        others = marked.scalars().all()
    session.execute(
        statements.PUT,
        {
            **ids,
            "ids": all_ids,
            "positions": [positions.get(row.id) for row in found],
            "places": [places.get(row.id) for row in found],
            "origins": [row.origin_id or merged.id for row in found],
        },
    )
    session.execute(statements.PUT_REPLIES, {**ids, "ids": all_ids})
    session.execute(statements.PUT_ANSWERED, {**ids, "ids": all_ids})
    session.execute(statements.PUT_MAILS, {**ids, "ids": mails})
    survivor.messages += len(positioned)
    return {
        "entries": {str(row.id): [row.position, row.place, _text(row.origin_id)] for row in found},
        "mails": mails,
        "held_drafts": [str(reply_id) for reply_id in held],
        "marked": [str(message_id) for message_id in others],
        "tags": list(session.execute(statements.COPY_TAGS, ids).scalars()),
    }


def _place(row: Any) -> float:
    return float(row.position if row.place is None else row.place)


def _in_sight(found: Sequence[Any]) -> list[Any]:
    return sorted((row for row in found if row.position is not None), key=_place)


def _join_standing(survivor: Inquiry, merged: Inquiry) -> None:
    """What waits for us in either waits in the survivor, by the sooner time; the rest is the survivor's own, where it has any."""
    if merged.status in FOR_US:
        both = survivor.status in FOR_US
        due = [
            (one.due_at, one.due_from) for one in ((survivor, merged) if both else (merged,)) if one.due_at
        ]
        survivor.status = survivor.status if both else InquiryStatus.OPEN
        survivor.due_at, survivor.due_from = min(due, default=(None, survivor.due_from))
        survivor.closed_at = None
        if merged.snoozed_until is None:
            survivor.snoozed_until = None
    elif merged.status == InquiryStatus.WAITING and survivor.status == InquiryStatus.CLOSED:
        survivor.status, survivor.closed_at = InquiryStatus.WAITING, None
    survivor.assignee_id = survivor.assignee_id or merged.assignee_id
    survivor.program = survivor.program or merged.program
    survivor.is_never_reached = survivor.is_never_reached or (
        merged.is_never_reached and is_same_address(survivor, merged)
    )
    survivor.last_message_at = max(survivor.last_message_at, merged.last_message_at)
    answered = merged.first_answered_at
    if survivor.first_answered_at is None and answered is not None and answered >= survivor.created_at:
        survivor.first_answered_at = answered


def _say(session: Session, survivor: Inquiry, person: Person, merged: Inquiry) -> None:
    """An entry of its own: it is newer than whatever somebody saw of either thread, so an answer begun before is held."""
    last = survivor.last_message_at
    inquiries.add_message(
        session,
        survivor,
        MessageKind.NOTE,
        f"{merged.reference} was merged into this thread.",
        via=Via.DESK,
        staff_id=person.id,
        event=(ThreadEvent.MERGED, merged.id),
    )
    survivor.last_message_at = last


def unmerge(session: Session, person: Person, merged_id: UUID, *, due_at: datetime) -> Inquiry:
    """The merged inquiry has its own thread again, as it was; so has the survivor.

    What the asker sent since to the merged one's addresses goes with it; what staff wrote since, and all else, stays where it was
    written. How the survivor stood comes back only while nothing new is in it. Raises WrongMove, NoSuchInquiry.
    """
    survivor, merged, done = _standing_merge(session, merged_id)
    taken = done.taken
    parts = survivors.all_of_it(session, merged.id)
    came = rows(session, statements.ENTRIES, id=survivor.id)
    back = [row for row in came if _goes_back(row, taken["entries"], parts)]
    _put_back(session, survivor, merged, taken, back)
    session.execute(statements.FORGET_ORIGIN, {"id": survivor.id, "parts": parts})
    session.execute(statements.DROP_EVENT, {"id": survivor.id, "about_id": merged.id})
    merged.merged_into_id = None
    for name, value in taken["merged_before"].items():
        if name != "messages":
            setattr(merged, name, _read(name, value))
    _restore_survivor(survivor, merged, taken)
    session.flush()
    for inquiry in (survivor, merged):
        _hear_again(session, inquiry)
    _see_to_what_came(session, merged, taken["entries"], back, due_at)
    done.undone_at = session.scalar(select(func.now()))
    audit.write(session, person.actor, "inquiry_unmerged", survivor.id, other=str(merged.id))
    audit.write(session, person.actor, "inquiry_unmerged", merged.id, other=str(survivor.id))
    session.flush()
    return merged


def _standing_merge(session: Session, merged_id: UUID) -> tuple[Inquiry, Inquiry, Merge]:
    into_id = inquiries.find(session, merged_id).merged_into_id
    if into_id is None:
        raise WrongMove(phrase("It is not merged with another."))
    survivor, merged = _both_locked(session, into_id, merged_id)
    if merged.merged_into_id != survivor.id:
        raise WrongMove(phrase("Somebody else changed this just now. Look at it again."))
    if survivor.merged_into_id is not None:
        raise WrongMove(
            phrase(
                "%(reference)s was merged into another since: take that apart first.",
                reference=survivor.reference,
            )
        )
    found = select(Merge).where(Merge.merged_id == merged_id, Merge.undone_at.is_(None))
    return survivor, merged, session.scalars(found).one()


def _goes_back(row: Any, entries: dict[str, Any], parts: Sequence[UUID]) -> bool:
    """What was taken, but for a draft or a held answer that was sent since; and what came from outside to any part of it."""
    if before := entries.get(str(row.id)):
        return before[0] is not None or row.position is None
    is_from_outside = row.kind in (MessageKind.QUESTION, MessageKind.FOLLOW_UP)
    is_begun_text = row.kind == MessageKind.ANSWER and row.position is None
    return row.origin_id in parts and (is_from_outside or is_begun_text)


def _put_back(
    session: Session, survivor: Inquiry, merged: Inquiry, taken: dict[str, Any], back: Sequence[Any]
) -> None:
    last = max((before[0] or 0 for before in taken["entries"].values()), default=0)
    positions: list[int | None] = []
    for row in back:
        before = taken["entries"].get(str(row.id))
        if before is None and row.position is not None:
            last += 1
        positions.append(None if row.position is None else before[0] if before else last)
    origins = [
        UUID(before[2])
        if before and before[2]
        else None
        if before or row.origin_id == merged.id
        else row.origin_id
        for row in back
        for before in [taken["entries"].get(str(row.id))]
    ]
    ids = {"from_id": survivor.id, "to_id": merged.id}
    all_ids = [row.id for row in back]
    session.execute(
        statements.PUT,
        {
            **ids,
            "ids": all_ids,
            "positions": positions,
            "places": [before[1] if (before := taken["entries"].get(str(row.id))) else None for row in back],
            "origins": origins,
        },
    )
    session.execute(statements.PUT_REPLIES, {**ids, "ids": all_ids})
    session.execute(statements.PUT_ANSWERED, {**ids, "ids": all_ids})
    session.execute(statements.PUT_MAILS, {**ids, "ids": taken["mails"]})
    session.execute(statements.MARK_AS_ASKERS, {"ids": taken["marked"]})
    session.execute(statements.DRAFTS_AGAIN, {"ids": taken["held_drafts"], "why": ANOTHER_DRAFT})
    session.execute(statements.DROP_TAGS, {"id": survivor.id, "words": taken["tags"]})


def _restore_survivor(survivor: Inquiry, merged: Inquiry, taken: dict[str, Any]) -> None:
    before, after = taken["survivor_before"], taken["survivor_after"]
    is_untouched = survivor.messages == after["messages"]
    for name in _COLUMNS:
        if name != "messages" and is_untouched and _standing(survivor)[name] == after[name]:
            setattr(survivor, name, _read(name, before[name]))
    if taken["phone"] and survivor.asker_phone == merged.asker_phone:
        survivor.asker_phone = None


def _hear_again(session: Session, inquiry: Inquiry) -> None:
    inquiries.hear_again(session, inquiry.id)
    for other_id in session.scalars(select(Inquiry.id).where(Inquiry.merged_into_id == inquiry.id)):
        session.execute(ALSO_HEAR, {"id": inquiry.id, "other_id": other_id})
    session.refresh(inquiry)


def _see_to_what_came(
    session: Session, merged: Inquiry, entries: dict[str, Any], back: Sequence[Any], due_at: datetime
) -> None:
    """What happened meanwhile is the merged one's now: a mail that came, an answer undone or not arrived, a time that passed."""
    newer = [row for row in back if str(row.id) not in entries]
    is_undone = any(row.position is None and entries.get(str(row.id), [None])[0] is not None for row in back)
    lost = {row.status for row in back} & {ReplyStatus.FAILED, ReplyStatus.IN_DOUBT}
    merged.first_answered_at = merged.first_answered_at or session.scalar(
        select(func.min(Reply.sent_at)).where(Reply.inquiry_id == merged.id)
    )
    if any(row.position is not None for row in newer) or lost or is_undone:
        if merged.status not in FOR_US:
            merged.status, merged.due_at, merged.closed_at = InquiryStatus.OPEN, due_at, None
        merged.snoozed_until = None
        merged.is_never_reached = merged.is_never_reached or ReplyStatus.FAILED in lost
    if merged.snoozed_until is not None:
        jobs.enqueue(
            session,
            "wake_inquiry",
            {"inquiry_id": str(merged.id)},
            dedupe_key=f"wake:{merged.id}:{new_id()}",
            due_at=merged.snoozed_until,
        )


def standing_merges(session: Session, survivor_id: UUID) -> list[UUID]:
    """Those that were merged into it and can be taken apart."""
    return list(session.scalars(select(Inquiry.id).where(Inquiry.merged_into_id == survivor_id)))


def _standing(inquiry: Inquiry) -> dict[str, Any]:
    return {name: _written(getattr(inquiry, name)) for name in _COLUMNS}


def _written(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int) else str(value)


def _text(value: UUID | None) -> str | None:
    return str(value) if value else None


def _read(name: str, value: Any) -> Any:
    if value is None:
        return None
    return (
        datetime.fromisoformat(value) if name in _MOMENTS else UUID(value) if name == "assignee_id" else value
    )
