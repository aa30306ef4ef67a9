"""Checks of the plugin's answers, which are untrusted, beyond their types.

The same rules as the Rust host's; a broken one is a `BadAnswer` that names the ticket and what is
wrong with the answer.
"""

from __future__ import annotations

import dataclasses
from typing import Any, Iterator

from .contract import (
    Act, Audience, AfterClose, AutomaticReply, Close, Decision, Notify, OpenLinked, Other,
    Outgoing, Reminder, Reopen, Step, Ticket, TicketStatus, Wait,
)
from .errors import BadAnswer

_END_OF_TIME = 253_402_300_799_999
"""The last instant of the year 9999."""


def sizes(answer: Any, text_bytes: int, answer_bytes: int) -> None:
    """Checks the length of every text of an answer, and of all texts together."""
    whole = 0
    for name, size in _sizes("answer", answer):
        whole += size
        if size > text_bytes:
            raise BadAnswer(f"the text `{name}` has more than {text_bytes} bytes (`text_bytes`)")
    if whole > answer_bytes:
        raise BadAnswer(f"it is larger than {answer_bytes} bytes (`answer_bytes`)")


def _sizes(name: str, value: Any) -> Iterator[tuple[str, int]]:
    if isinstance(value, str):
        yield name, len(value) if value.isascii() else len(value.encode())
    elif isinstance(value, tuple):
        for item in value:
            yield from _sizes(name, item)
    elif dataclasses.is_dataclass(value):
        # Not the memory, which has its own limit.
        for inner, item in value.__dict__.items():
            yield from _sizes(inner, item)


def memory(ticket: Ticket, new: bytes, memory_bytes: int) -> None:
    """Checks the size of a new memory."""
    if len(new) > memory_bytes:
        raise BadAnswer(
            f"the new memory of ticket `{ticket.id}` has {len(new)} bytes and may have "
            f"{memory_bytes} (`memory_bytes`)"
        )


def decision(ticket: Ticket, now: int, decision: Decision) -> None:
    """Checks a decision for a ticket and the instant of the call."""
    outcome = decision.outcome
    if isinstance(outcome, Wait):
        if outcome.until <= now:
            raise BadAnswer(
                f"ticket `{ticket.id}` is to wait until {outcome.until}, "
                f"which is not after now, {now}"
            )
        if outcome.until > _END_OF_TIME:
            raise BadAnswer(
                f"ticket `{ticket.id}` is to wait until {outcome.until}, after the year 9999"
            )
    if isinstance(outcome, Act):
        problem = _action(ticket, now, outcome)
        if problem:
            raise BadAnswer(f"the action `{outcome.key}` {problem}")


def _action(ticket: Ticket, now: int, act: Act) -> str | None:
    key, task = act.key, act.task
    if key.ticket != ticket.id:
        return f"belongs to another ticket than `{ticket.id}`"
    if act.due > now:
        return f"is due at {act.due}, later than now, {now}"
    if act.due < 0:
        return f"is due at {act.due}, before the year 1970"
    if isinstance(task, Other):
        return None  # The host carries nothing out: any step will do.
    if isinstance(task, AutomaticReply):
        if key.step.name != Step.REPLY:
            return "asks for the step of a reply"
        if key.step.number == 0:
            return "answers occurrence 0, which there cannot be"
    else:
        wanted = _step_of(act)
        if key.step != wanted:
            return f"asks for the step `{wanted}`"
    problem = _unfit(_outgoing(task))
    if problem:
        return problem
    if isinstance(task, Reminder):
        if not 1 <= task.number <= task.of:
            return f"sends reminder {task.number} of {task.of}, which there cannot be"
    elif isinstance(task, Close):
        for name in ("reason", "exit", "notice", "category"):
            if not getattr(task, name):
                return f"closes with an empty `{name}`"
    else:
        return None
    if ticket.status is not TicketStatus.OPEN:
        return "is for a ticket that is not open"
    if key.cycle == 0:
        return "belongs to no cycle"
    return None


def _step_of(act: Act) -> Step:
    task = act.task
    if isinstance(task, Reminder):
        return Step(Step.REMINDER, task.number)
    if isinstance(task, Close):
        return Step(Step.RESOLVE if act.key.step.name == Step.RESOLVE else Step.CLOSE)
    if isinstance(task, Notify):
        return Step(Step.NOTIFY)
    if isinstance(task, OpenLinked):
        return Step(Step.OPEN_LINKED)
    if isinstance(task, Reopen):
        return Step(Step.REOPEN)
    assert isinstance(task, AfterClose)
    return Step(Step.AFTER_CLOSE)


def _outgoing(task: Any) -> Outgoing | None:
    if isinstance(task, (Reminder, AutomaticReply)):
        return task.message
    return task.closing_text if isinstance(task, Close) else None


def _unfit(message: Outgoing | None) -> str | None:
    if message is None:
        return None
    if not message.text and message.audience is Audience.CUSTOMER:
        return "sends an empty text"
    if message.image and not message.image.url.startswith(("https://", "http://")):
        return "sends an image whose `url` begins with neither `https://` nor `http://`"
    return None
