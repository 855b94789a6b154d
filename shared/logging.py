"""Logs as one JSON object a line: the event first, then ids. Never an address, a name or a body."""

import logging
import sys
from typing import Any

import structlog


def current_request_id() -> str | None:
    """The id of the request that is being answered, or of the one that wrote the row of work that is being done."""
    found: str | None = structlog.contextvars.get_contextvars().get("request_id")
    return found


def set_up_logging(process: str) -> None:
    """Everything this process logs goes to standard output, with `process` and the request's id on each line."""

    def name_process(
        logger: object, method: str, event: structlog.typing.EventDict
    ) -> structlog.typing.EventDict:
        event["process"] = process  # not a context variable: threads begin without those
        return event

    structlog.configure(
        processors=[
            name_process,
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _exception_without_values,
            _event_first,
            structlog.processors.JSONRenderer(sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(_WithoutValues("%(levelname)s %(name)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING)


def _event_first(
    logger: object, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    return {"event": event.pop("event"), **event}


class _WithoutValues(logging.Formatter):
    """What libraries log: an exception is one line here too, and quotes nothing."""

    def formatException(self, ei: Any) -> str:
        return f"{type(ei[1]).__name__} at {', '.join(_places(ei[1]))}"


def _exception_without_values(
    logger: object, method: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """An exception becomes its type and its places in the code: its message may quote what a person typed."""
    wanted = event.pop("exc_info", None)
    error = sys.exc_info()[1] if wanted is True else wanted
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["places"] = _places(error)
        if error.__cause__ is not None:
            event["cause"] = type(error.__cause__).__name__
    return event


def _places(error: BaseException) -> list[str]:
    places, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{'/'.join(code.co_filename.split('/')[-3:])}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-8:]
