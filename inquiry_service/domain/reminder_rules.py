"""When somebody is reminded of a question, and who. Pure: stages by the open time that is left of the whole."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from uuid import UUID

from inquiry_service.domain.business_hours import Calendar


class Stage(IntEnum):
    """What was said last about a deadline. LAST goes to every director."""

    NONE = 0
    HALF = 1
    SOON = 2
    LAST = 3


LEFT = ((Stage.LAST, 0.1), (Stage.SOON, 0.2), (Stage.HALF, 0.5))  # of the open time, at most
TOGETHER = timedelta(minutes=15)  # what comes so soon after goes in the same letter


@dataclass(frozen=True)
class Near:
    """A question that is not answered, and the stage that was reached for this deadline."""

    id: UUID
    program: str | None
    due_at: datetime
    assignee_id: UUID | None
    reached: int
    within: timedelta


@dataclass(frozen=True)
class Colleague:
    """Somebody with an open account. `covered_by` is set while they are away; the empty program stands for every one."""

    id: UUID
    is_director: bool
    programs: Sequence[str] = ()
    covered_by: UUID | None = None


def stage_at(near: Near, calendar: Calendar, at: datetime) -> Stage:
    """Which stage its open time has come to by then."""
    left = calendar.open_between(at, near.due_at)
    return next((stage for stage, share in LEFT if left <= near.within * share), Stage.NONE)


def whom(near: Near, stage: Stage, colleagues: Iterable[Colleague]) -> set[UUID]:
    """Whoever has it, or else answers for its program; every director, when it is the last time. Who is away is covered."""
    known = {one.id: one for one in colleagues}
    if stage == Stage.LAST:
        told = {one.id for one in known.values() if one.is_director} | ({near.assignee_id} & set(known))
    elif near.assignee_id in known:
        told = {near.assignee_id}
    else:
        told = {one.id for one in known.values() if {"", near.program or ""} & set(one.programs)}
    covered = {known[one].covered_by or one for one in told if one in known}
    return covered & set(known)


def rounds(
    waiting: Sequence[Near], colleagues: Sequence[Colleague], calendar: Calendar, now: datetime
) -> dict[UUID, list[tuple[Near, Stage]]]:
    """Who is to hear of what this moment. Nothing while the school is closed: then no open time passes.

    Somebody who hears of one hears in the same letter of what comes within a quarter of an hour.
    """
    if not calendar.is_open(now):
        return {}
    due = {one.id: stage_at(one, calendar, now) for one in waiting}
    soon = {one.id: stage_at(one, calendar, min(now + TOGETHER, one.due_at)) for one in waiting}
    told_now = {
        person
        for one in waiting
        if due[one.id] > one.reached
        for person in whom(one, due[one.id], colleagues)
    }
    found: dict[UUID, list[tuple[Near, Stage]]] = {}
    for one in waiting:
        stage = due[one.id] if due[one.id] > one.reached else soon[one.id]
        for person in whom(one, stage, colleagues) & told_now if stage > one.reached else ():
            found.setdefault(person, []).append((one, stage))
    return found
