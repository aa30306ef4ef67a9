"""Converts between the values of `contract` and of `wasmtime.component`, one function per type.

What is handed over is checked here: wasmtime would cut an integer to its width in silence, and a
string that is no UTF-8 would stop it half way.
"""

from __future__ import annotations

from typing import Any, Callable, Iterable, Mapping, Type, TypeVar

from wasmtime.component import Record, Variant

from . import contract as c
from . import errors
from .words import Words

_T = TypeVar("_T")


# To the plugin


def _invalid(place: str, expected: str, found: object) -> errors.InvalidInput:
    return errors.InvalidInput(
        f"the call was not made: `{place}` is `{found!r:.80}`\n  give {expected}"
    )


def _text(place: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _invalid(place, "a `str`", value)
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            # Senders cut texts in the middle of an emoji: half a surrogate pair becomes U+FFFD.
            return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return value


def _bool(place: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _invalid(place, "`True` or `False`", value)
    return value


def _int(place: str, value: Any, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise _invalid(place, f"a whole number from {low} to {high}", value)
    return value


def _u32(place: str, value: Any) -> int:
    return _int(place, value, 0, (1 << 32) - 1)


def _u64(place: str, value: Any) -> int:
    return _int(place, value, 0, (1 << 64) - 1)


def instant_in(place: str, value: Any) -> int:
    """An instant; the plugin checks whether it is in range."""
    return _int(place, value, -(1 << 63), (1 << 63) - 1)


def _maybe(into: Callable[[str, Any], _T], place: str, value: Any) -> _T | None:
    return None if value is None else into(place, value)


def _texts(place: str, value: Iterable[Any]) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Iterable):
        raise _invalid(place, "a sequence of `str`", value)
    return [_text(place, item) for item in value]


def _instants(place: str, value: Iterable[Any]) -> list[int]:
    if not isinstance(value, Iterable):
        raise _invalid(place, "a sequence of instants", value)
    return [instant_in(place, item) for item in value]


def _pairs(place: str, value: Mapping[Any, Any]) -> list[tuple[str, str]]:
    if not isinstance(value, Mapping):
        raise _invalid(place, "a mapping of `str` to `str`", value)
    return [(_text(place, name), _text(place, item)) for name, item in value.items()]


def _word(words: Type[Words], place: str, value: Any) -> Variant:
    if isinstance(value, words):
        return Variant(value.value)
    if isinstance(value, c.Other):
        return Variant("other", _text(place, value.word))
    raise _invalid(place, f"a `{words.__name__}` or `Other`", value)


def _record(**fields: Any) -> Record:
    record = Record()
    record.__dict__.update({name.replace("_", "-"): value for name, value in fields.items()})
    return record


def _expect(kind: Type[_T], place: str, value: Any) -> _T:
    if not isinstance(value, kind):
        raise _invalid(place, f"a `{kind.__name__}`", value)
    return value


def memory_in(value: Any) -> bytes:
    if not isinstance(value, (bytes, bytearray, memoryview)):
        raise _invalid("memory", "the `bytes` last returned, `b''` at first", value)
    return bytes(value)


def ticket_in(value: Any) -> Record:
    ticket = _expect(c.Ticket, "ticket", value)
    return _record(
        id=_text("ticket.id", ticket.id),
        status=_word(c.TicketStatus, "ticket.status", ticket.status),
        department=_maybe(_text, "ticket.department", ticket.department),
        channel=_word(c.Channel, "ticket.channel", ticket.channel),
        tags=_texts("ticket.tags", ticket.tags),
        agent=_maybe(_text, "ticket.agent", ticket.agent),
        locale=_maybe(_text, "ticket.locale", ticket.locale),
        customer_zone=_maybe(_text, "ticket.customer_zone", ticket.customer_zone),
        incomplete_metadata=_bool("ticket.incomplete_metadata", ticket.incomplete_metadata),
        group=_bool("ticket.group", ticket.group),
        opted_out=_bool("ticket.opted_out", ticket.opted_out),
        window_until=_maybe(instant_in, "ticket.window_until", ticket.window_until),
        sent_to_customer=_maybe(_instants, "ticket.sent_to_customer", ticket.sent_to_customer),
        more=_maybe(_pairs, "ticket.more", ticket.more),
    )


def received(value: c.Message | c.Event) -> int:
    """When the host learned of it: the instant of the call."""
    return value.at if value.received_at is None else value.received_at


def message_in(value: Any) -> Record:
    message = _expect(c.Message, "message", value)
    return _record(
        id=_maybe(_text, "message.id", message.id),
        sequence=_maybe(_u64, "message.sequence", message.sequence),
        at=instant_in("message.at", message.at),
        received_at=instant_in("message.received_at", received(message)),
        author=_word(c.Author, "message.author", message.author),
        kind=_word(c.MessageKind, "message.kind", message.kind),
        origin=_word(c.Origin, "message.origin", message.origin),
        text=_maybe(_text, "message.text", message.text),
        choice=_maybe(_text, "message.choice", message.choice),
    )


def event_in(value: Any) -> Record:
    event = _expect(c.Event, "event", value)
    return _record(
        id=_maybe(_text, "event.id", event.id),
        sequence=_maybe(_u64, "event.sequence", event.sequence),
        at=instant_in("event.at", event.at),
        received_at=instant_in("event.received_at", received(event)),
        what=_happening(event.what),
    )


_PLAIN: Mapping[type, str] = {
    c.Typing: "typing", c.Held: "held", c.Released: "released", c.Woken: "woken",
    c.CallStarted: "call-started", c.CallEnded: "call-ended", c.Unassigned: "unassigned",
}
_SOURCED: Mapping[type, str] = {
    c.Opened: "opened", c.Closed: "closed", c.Reopened: "reopened",
}


def _happening(what: Any) -> Variant:
    place = "event.what"
    if type(what) in _PLAIN:
        return Variant(_PLAIN[type(what)])
    if type(what) in _SOURCED:
        return Variant(_SOURCED[type(what)], _word(c.Source, place, what.source))
    if isinstance(what, c.CarriedOut):
        return Variant("carried-out", _key(place, what.key))
    if isinstance(what, c.Failed):
        kind = _word(c.FailureKind, place, what.kind)
        return Variant("failed", _record(key=_key(place, what.key), kind=kind))
    if isinstance(what, c.Snoozed):
        return Variant("snoozed", _maybe(instant_in, place, what.until))
    if isinstance(what, c.Assigned):
        return Variant("assigned", _text(place, what.agent))
    if isinstance(what, c.Transferred):
        department = _maybe(_text, place, what.department)
        agent = _maybe(_text, place, what.agent)
        return Variant("transferred", _record(department=department, agent=agent))
    if isinstance(what, c.Extended):
        return Variant("extended", _u64(place, what.duration))
    if isinstance(what, c.Occurred):
        name, details = _text(place, what.name), _pairs(place, what.details)
        return Variant("occurred", _record(name=name, details=details))
    if isinstance(what, c.Other):
        return Variant("other", _text(place, what.word))
    raise _invalid(place, "what happened, such as `CarriedOut(key)`", what)


def _key(place: str, value: Any) -> Record:
    key = _expect(c.ActionKey, place, value)
    step = _expect(c.Step, place, key.step)
    if isinstance(step.name, c.Other):
        name = Variant("other", _text(place, step.name.word))
    elif step.name in (c.Step.REMINDER, c.Step.REPLY):
        name = Variant(step.name, _u32(place, step.number))
    elif step.name in c._NAMES:
        name = Variant(step.name)
    else:
        raise _invalid(place, "the step of an action", step)
    return _record(ticket=_text(place, key.ticket), cycle=_u32(place, key.cycle), step=name)


def surroundings_in(value: Any) -> Record:
    around = _expect(c.Surroundings, "surroundings", value)
    place = "surroundings.inactivity_exit"
    return _record(
        departments=_maybe(_texts, "surroundings.departments", around.departments),
        tick_resolution=_u64("surroundings.tick_resolution", around.tick_resolution),
        inactivity_exit=_word(c.ExitState, place, around.inactivity_exit),
        more=_maybe(_pairs, "surroundings.more", around.more),
    )


def reader_in(value: Any) -> Record:
    reader = _expect(c.Reader, "reader", value)
    offset = _int("reader.utc_offset", reader.utc_offset, -(1 << 31), (1 << 31) - 1)
    return _record(language=_text("reader.language", reader.language), utc_offset=offset)


# From the plugin


def _of(record: Record, name: str) -> Any:
    return record.__dict__[name]


def _word_out(words: Type[Words], value: Variant) -> Any:
    # What the plugin calls `other` stays `Other`, even if it is spelled like a known word.
    return c.Other(value.payload or "") if value.tag == "other" else words.of(value.tag)


def _step_out(value: Variant) -> c.Step:
    if value.tag == "other":
        return c.Step(c.Other(value.payload or ""))
    return c.Step(value.tag, value.payload)


def _outgoing_out(value: Record) -> c.Outgoing:
    template, image = _of(value, "template"), _of(value, "image")
    return c.Outgoing(
        text=_of(value, "text"),
        language=_of(value, "language"),
        audience=_word_out(c.Audience, _of(value, "audience")),
        template=template and c.Template(
            _of(template, "name"), _of(template, "language"), tuple(_of(template, "parameters"))
        ),
        image=image and c.Image(_of(image, "url"), _of(image, "alternative")),
        quick_replies=tuple(
            c.QuickReply(_of(reply, "id"), _of(reply, "title"))
            for reply in _of(value, "quick-replies")
        ),
    )


def _after_close_out(value: Record) -> c.AfterClose:
    return c.AfterClose(
        source=_word_out(c.Source, _of(value, "source")),
        unassign=_of(value, "unassign"),
        bot_on=_of(value, "bot-on"),
        survey=_word_out(c.Survey, _of(value, "survey")),
    )


def _task_out(value: Variant) -> c.Task:
    tag = value.tag
    task: Any = value.payload
    if tag == "send":
        message = _outgoing_out(_of(task, "message"))
        return c.Reminder(_of(task, "number"), _of(task, "of"), message)
    if tag == "close":
        closing_text, note = _of(task, "closing-text"), _of(task, "note")
        return c.Close(
            reason=_of(task, "reason"),
            notice=_of(task, "notice"),
            closing_text=closing_text and _outgoing_out(closing_text),
            silent_because=_of(task, "silent-because"),
            category=_of(note, "category"),
            summary=_of(note, "summary"),
            tags=tuple(_of(task, "tags")),
            incomplete_metadata=_of(task, "incomplete-metadata"),
            exit=_of(task, "exit"),
            then=_after_close_out(_of(task, "then")),
        )
    if tag == "notify":
        return c.Notify(_of(task, "code"), _of(task, "text"))
    if tag in ("reopen", "open-linked"):
        return (c.Reopen if tag == "reopen" else c.OpenLinked)(
            _of(task, "premature"), _of(task, "agent"),
            _of(task, "customer-wrote"), _of(task, "closed"),
        )
    if tag == "after-close":
        return _after_close_out(task)
    if tag == "reply":
        message = _of(task, "message")
        return c.AutomaticReply(
            event=_of(task, "event"),
            message=message and _outgoing_out(message),
            missed_call=_word_out(c.MissedCall, _of(task, "missed-call")),
        )
    return c.Other(task)


def _outcome_out(value: Variant) -> c.Outcome:
    outcome: Any = value.payload
    if value.tag == "act":
        key = _of(outcome, "key")
        return c.Act(
            key=c.ActionKey(_of(key, "ticket"), _of(key, "cycle"), _step_out(_of(key, "step"))),
            due=_of(outcome, "due"),
            task=_task_out(_of(outcome, "task")),
        )
    if value.tag == "wait":
        return c.Wait(_of(outcome, "until"), _step_out(_of(outcome, "step")))
    return c.Rest() if value.tag == "rest" else c.Other(outcome)


def decision_out(value: Record) -> c.Decision:
    reason = _of(value, "reason")
    # A reader that does not know the word shows it.
    other = reason.tag == "other"
    return c.Decision(
        outcome=_outcome_out(_of(value, "outcome")),
        reason=c.Reason(reason.payload) if other else c.Reason(reason.tag, reason.payload),
        rule=_of(value, "rule"),
    )


def update_out(value: Record) -> c.Update:
    return c.Update(_of(value, "memory"), decision_out(_of(value, "decision")))


def diagnostics_out(values: Iterable[Record]) -> tuple[c.Diagnostic, ...]:
    return tuple(
        c.Diagnostic(
            code=_of(value, "code"),
            severity=_word_out(c.Severity, _of(value, "severity")),
            place=_of(value, "place"),
            wordings=tuple(
                c.Wording(_of(wording, "language"), _of(wording, "text"), _of(wording, "help"))
                for wording in _of(value, "wordings")
            ),
        )
        for value in values
    )


def outline_out(value: Record) -> c.Outline:
    def rule(value: Record) -> c.RuleOutline:
        departments = _of(value, "departments")
        return c.RuleOutline(
            name=_of(value, "name"),
            departments=None if departments is None else tuple(departments),
            enabled=_of(value, "enabled"),
            count_from=_of(value, "count-from"),
            business_hours=_of(value, "business-hours"),
            sending_window=_of(value, "sending-window"),
            close_after=_of(value, "close-after"),
            accumulated=_of(value, "accumulated"),
            steps=tuple(
                c.StepOutline(
                    _step_out(_of(step, "step")), _of(step, "after"),
                    _of(step, "before-close"), _of(step, "at"),
                )
                for step in _of(value, "steps")
            ),
        )

    return c.Outline(
        _of(value, "version"), _of(value, "enabled"), tuple(map(rule, _of(value, "rules")))
    )


def explanation_out(value: Record) -> c.Explanation:
    return c.Explanation(
        language=_of(value, "language"),
        decision=decision_out(_of(value, "decision")),
        summary=_of(value, "summary"),
        checks=tuple(
            c.Check(_of(check, "code"), _of(check, "holds"), _of(check, "text"))
            for check in _of(value, "checks")
        ),
        history=tuple(_of(value, "history")),
    )


def description_out(value: Record) -> c.Description:
    return c.Description(
        name=_of(value, "name"),
        version=_of(value, "version"),
        contract=_of(value, "contract"),
        memory_version=_of(value, "memory-version"),
        languages=tuple(_of(value, "languages")),
        limits=dict(_of(value, "limits")),
    )


def fault_out(value: Variant) -> errors.Fault:
    what: Any = value.payload
    if value.tag == "memory-damaged":
        return errors.MemoryDamaged()
    if value.tag == "memory-newer":
        return errors.MemoryNewer(what)
    if value.tag == "bad-time":
        return errors.BadTime(what)
    if value.tag == "over-limit":
        return errors.OverLimit(what)
    return errors.UnknownFault(what)
