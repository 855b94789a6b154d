"""Rows of the audit as people say them."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import ngettext

from inquiry_service.web.words import program_code


def in_words(row: Any, reference: str) -> str:
    """What was done; of an inquiry that was merged into this one, with its reference."""
    said = _what(row)
    return said if row.reference in (None, reference) else f"{row.reference}: {said}"


def _what(row: Any) -> str:
    details, other = row.details, row.other or "?"
    if row.action == "inquiry_assigned":
        return str(_("gave it to %(name)s", name=row.to_name) if row.to_name else _("gave it back"))
    if row.action == "program_changed":
        return str(
            _("changed the program from %(before)s to %(after)s", **_programs(details, "before", "after"))
        )
    if row.action in ("inquiry_split", "inquiry_split_from"):
        return _of_split(row.action, int(details.get("entries") or 0), other)
    with_other = {
        "inquiry_merged": _("merged %(other)s into it", other=other),
        "inquiry_merged_into": _("merged it into %(other)s", other=other),
        "inquiry_unmerged": _("took it and %(other)s apart", other=other),
        "tag_added": _("added the tag %(tag)s", tag=details.get("tag")),
        "tag_removed": _("removed the tag %(tag)s", tag=details.get("tag")),
    }
    return with_other.get(row.action) or _plain().get(row.action) or row.action.replace("_", " ")


def _programs(details: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: program_code(str(details[name])) if details.get(name) else str(_("none")) for name in names}


def _of_split(action: str, number: int, other: str) -> str:
    if action == "inquiry_split":
        return str(
            ngettext(
                "moved %(num)s entry into %(other)s",
                "moved %(num)s entries into %(other)s",
                number,
                other=other,
            )
        )
    return str(
        ngettext(
            "made it of %(num)s entry of %(other)s",
            "made it of %(num)s entries of %(other)s",
            number,
            other=other,
        )
    )


def _plain() -> dict[str, str]:
    return {
        "inquiry_taken": _("took it as the next one"),
        "inquiry_claimed": _("took it"),
        "inquiry_close": _("closed it"),
        "inquiry_reopen": _("opened it again"),
        "inquiry_spam": _("marked it as spam"),
        "inquiry_not_spam": _("released it from quarantine"),
        "inquiry_snoozed": _("put it off"),
        "inquiry_woken": _("woke it"),
        "answer_undone": _("took an answer back"),
        "held_answer_sent": _("sent a held answer"),
        "answer_discarded": _("discarded an answer"),
        "bulk_move_undone": _("took a move of many back"),
        "question_taken_down": _("took the question down"),
    }
