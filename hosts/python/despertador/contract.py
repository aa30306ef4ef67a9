"""The vocabulary that host and plugin share: `wit/types.wit` as Python values.

Every class and field has the meaning and the limits that are written at its namesake there.
Times are instants in milliseconds since 1970-01-01T00:00:00Z, durations are milliseconds;
`instant` and `moment` go between those and `datetime`.

A word the contract does not have yet arrives as `Other`. It is never equal to a known word, so
that code which compares with the words it knows does the harmless thing by itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from typing import Mapping, Sequence, Union

from .words import (
    Audience, Author, Channel, ExitState, FailureKind, MessageKind, MissedCall, Origin, Other,
    Severity, Source, Survey, TicketStatus,
)

__all__ = [
    "Act", "ActionKey", "AfterClose", "Assigned", "Audience", "Author", "AutomaticReply",
    "CallEnded", "CallStarted", "CarriedOut", "Channel", "Check", "Close", "Closed",
    "Decision", "Description", "Diagnostic", "Event", "ExitState", "Explanation", "Extended",
    "Failed", "FailureKind", "Happening", "Held", "Image", "Message", "MessageKind",
    "MissedCall", "Notify", "Occurred", "OpenLinked", "Opened", "Origin", "Other", "Outcome",
    "Outgoing", "Outline", "QuickReply", "Reader", "Reason", "Released", "Reminder", "Reopen",
    "Reopened", "Rest", "RuleOutline", "Severity", "Snoozed", "Source", "Step", "StepOutline",
    "Surroundings", "Survey", "Task", "Template", "Ticket", "TicketStatus", "Transferred",
    "Typing", "Unassigned", "Update", "Wait", "Woken", "Wording", "instant", "moment",
]

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def instant(moment: datetime) -> int:
    """The instant of a `datetime`, which must have a time zone."""
    if moment.tzinfo is None:
        raise ValueError("the time has no zone; give one, such as `datetime.timezone.utc`")
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(instant: int) -> datetime:
    """The `datetime` of an instant, in UTC."""
    return _EPOCH + timedelta(milliseconds=instant)


# Input of the plugin


@dataclass(frozen=True)
class Ticket:
    """The current facts of a ticket, passed in every call."""

    id: str
    channel: Channel | Other
    status: TicketStatus | Other = TicketStatus.OPEN
    department: str | None = None
    tags: Sequence[str] = ()
    agent: str | None = None
    locale: str | None = None
    customer_zone: str | None = None
    incomplete_metadata: bool = False
    group: bool = False
    opted_out: bool = False
    window_until: int | None = None
    sent_to_customer: Sequence[int] | None = None
    more: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Message:
    """A message of the conversation, by any author.

    `received_at` is `at` if it is not given.
    """

    author: Author | Other
    at: int
    received_at: int | None = None
    kind: MessageKind | Other = MessageKind.TEXT
    origin: Origin | Other = Origin.WRITTEN
    id: str | None = None
    sequence: int | None = None
    text: str | None = None
    choice: str | None = None


@dataclass(frozen=True)
class Step:
    """A step of a cycle. If `name` is `Other`, carry nothing out."""

    REMINDER = "reminder"
    CLOSE = "close"
    NOTIFY = "notify"
    REOPEN = "reopen"
    OPEN_LINKED = "open-linked"
    AFTER_CLOSE = "after-close"
    RESOLVE = "resolve"
    REPLY = "reply"

    name: str | Other
    number: int | None = None
    """The number of a reminder within its cycle, or of a reply within its ticket; from 1."""

    def __str__(self) -> str:
        return f"{self.name}" if self.number is None else f"{self.name}-{self.number}"


_NAMES = (Step.CLOSE, Step.NOTIFY, Step.REOPEN, Step.OPEN_LINKED, Step.AFTER_CLOSE, Step.RESOLVE)
_NUMBER = "(0|[1-9][0-9]*)"
_KEY = re.compile(rf"(?s)(.*)/{_NUMBER}/([^/]+)")
_NUMBERED = re.compile(rf"({Step.REMINDER}|{Step.REPLY})-{_NUMBER}")


@dataclass(frozen=True)
class ActionKey:
    """The name of an action, the same whenever it is requested: the idempotency key.

    As text, by `str` and `parse`: `TICKET/CYCLE/STEP`, for example `4711/2/reminder-1`.
    """

    ticket: str
    cycle: int
    step: Step

    def __str__(self) -> str:
        return f"{self.ticket}/{self.cycle}/{self.step}"

    @classmethod
    def parse(cls, text: str) -> ActionKey:
        """Parses a key that `str` wrote; `ValueError` if it is not one."""
        found = _KEY.fullmatch(text)
        if not found:
            raise ValueError(f"`{text}` is no action key; write `TICKET/CYCLE/STEP`")
        ticket, cycle, word = found.groups()
        numbered = _NUMBERED.fullmatch(word)
        if numbered:
            step = Step(numbered[1], int(numbered[2]))
        else:
            step = Step(word if word in _NAMES else Other(word))
        return cls(ticket, int(cycle), step)


@dataclass(frozen=True)
class Opened:
    """The ticket was opened, and by whom."""

    source: Source | Other


@dataclass(frozen=True)
class CarriedOut:
    """The host carried out an action. Until this is reported, the action stays due."""

    key: ActionKey


@dataclass(frozen=True)
class Failed:
    """The host gave up an action, after its own limited retries."""

    key: ActionKey
    kind: FailureKind | Other


@dataclass(frozen=True)
class Typing:
    """The customer is typing now."""


@dataclass(frozen=True)
class Held:
    """An agent put the ticket on hold: the clock stops."""


@dataclass(frozen=True)
class Released:
    """The hold ended."""


@dataclass(frozen=True)
class Snoozed:
    """An agent snoozed the ticket, until an instant if one was given."""

    until: int | None = None


@dataclass(frozen=True)
class Woken:
    """The snooze ended, before its instant or without one."""


@dataclass(frozen=True)
class CallStarted:
    """A call with the customer began: nothing falls due during a call."""


@dataclass(frozen=True)
class CallEnded:
    """The call ended."""


@dataclass(frozen=True)
class Assigned:
    """The ticket was assigned to an agent."""

    agent: str


@dataclass(frozen=True)
class Unassigned:
    """The ticket returned to the queue: the clock stops until an agent has it."""


@dataclass(frozen=True)
class Transferred:
    """The ticket was transferred to another department, to an agent or to its queue."""

    department: str | None = None
    agent: str | None = None


@dataclass(frozen=True)
class Extended:
    """The customer was given more time, in milliseconds."""

    duration: int


@dataclass(frozen=True)
class Closed:
    """The ticket was closed, and by whom. A close by this plugin is reported as `CarriedOut`."""

    source: Source | Other


@dataclass(frozen=True)
class Reopened:
    """The ticket was reopened, and by whom."""

    source: Source | Other


@dataclass(frozen=True)
class Occurred:
    """Something that an automatic reply may answer, by name; names and details as in the WIT."""

    name: str
    details: Mapping[str, str] = field(default_factory=dict)


Happening = Union[
    Opened, CarriedOut, Failed, Typing, Held, Released, Snoozed, Woken, CallStarted, CallEnded,
    Assigned, Unassigned, Transferred, Extended, Closed, Reopened, Occurred, Other,
]
"""The kinds of events. `Other` changes nothing."""


@dataclass(frozen=True)
class Event:
    """Something other than a message that happened to a ticket.

    `received_at` is `at` if it is not given.
    """

    what: Happening
    at: int
    received_at: int | None = None
    id: str | None = None
    sequence: int | None = None


@dataclass(frozen=True)
class Surroundings:
    """What the host knows about the account, against which a config is checked."""

    departments: Sequence[str] | None = None
    tick_resolution: int = 1
    inactivity_exit: ExitState | Other = ExitState.UNKNOWN
    more: Mapping[str, str] | None = None


@dataclass(frozen=True)
class Reader:
    """The reader of an explanation: a language, and an offset in minutes east of UTC."""

    language: str
    utc_offset: int = 0


# Answers of the plugin


@dataclass(frozen=True)
class Template:
    """A message template that the channel has approved."""

    name: str
    language: str | None
    parameters: tuple[str, ...]


@dataclass(frozen=True)
class Image:
    """An image with its description."""

    url: str
    alternative: str


@dataclass(frozen=True)
class QuickReply:
    """A quick reply; the customer's message returns its `id` as `Message.choice`."""

    id: str
    title: str


@dataclass(frozen=True)
class Outgoing:
    """A message to send."""

    text: str
    language: str | None
    audience: Audience | Other
    template: Template | None
    image: Image | None
    quick_replies: tuple[QuickReply, ...]


@dataclass(frozen=True)
class Reminder:
    """Send this reminder to a silent customer."""

    number: int
    of: int
    message: Outgoing


@dataclass(frozen=True)
class AfterClose:
    """The steps that follow a close; as a task, a close by somebody else."""

    source: Source | Other
    unassign: bool
    bot_on: bool
    survey: Survey | Other


@dataclass(frozen=True)
class Close:
    """Close the ticket: everything that belongs to it, to be applied together."""

    reason: str
    notice: str
    closing_text: Outgoing | None
    silent_because: str | None
    category: str
    """The closing note: its category."""
    summary: str
    """The closing note: the rule, the times, the sent reminders."""
    tags: tuple[str, ...]
    incomplete_metadata: bool
    exit: str
    """The exit by which a flow leaves its human-assistance block."""
    then: AfterClose


@dataclass(frozen=True)
class Notify:
    """Notify the people in charge."""

    code: str
    text: str


@dataclass(frozen=True)
class Reopen:
    """Reopen the ticket."""

    premature: bool
    agent: str | None
    customer_wrote: int
    closed: int


@dataclass(frozen=True)
class OpenLinked(Reopen):
    """Open a new ticket that is linked to this one."""


@dataclass(frozen=True)
class AutomaticReply:
    """Answer an occurrence."""

    event: str
    message: Outgoing | None
    missed_call: MissedCall | Other


Task = Union[Reminder, Close, Notify, Reopen, OpenLinked, AfterClose, AutomaticReply, Other]
"""The task of an action. If it is `Other`, carry nothing out and report `Failed`."""


@dataclass(frozen=True)
class Act:
    """Carry this out now, then report `CarriedOut` or `Failed`."""

    key: ActionKey
    due: int
    """The deadline that passed."""
    task: Task


@dataclass(frozen=True)
class Wait:
    """Nothing now; call `Policy.on_tick` at this instant."""

    until: int
    step: Step
    """The step that becomes due then."""


@dataclass(frozen=True)
class Rest:
    """Nothing until the next message or event."""


Outcome = Union[Act, Wait, Rest, Other]
"""What the host does next. If it is `Other`, rest."""


@dataclass(frozen=True)
class Reason:
    """The reason for a decision: a stable code, and its value if it has one."""

    code: str
    about: int | str | None = None

    def __str__(self) -> str:
        return self.code if self.about is None else f"{self.code} {self.about}"


@dataclass(frozen=True)
class Decision:
    """The answer to a call: an outcome, its reason, and the index of the rule from 0."""

    outcome: Outcome
    reason: Reason
    rule: int | None


@dataclass(frozen=True)
class Update:
    """The result of a message or an event; store the memory before carrying out the action."""

    memory: bytes
    decision: Decision


@dataclass(frozen=True)
class Wording:
    """A problem in one language: the text, and how to fix it."""

    language: str
    text: str
    help: str


@dataclass(frozen=True)
class Diagnostic:
    """A problem of a config. `place` is a JSON Pointer into it."""

    code: str
    severity: Severity | Other
    place: str
    wordings: tuple[Wording, ...]

    @property
    def is_error(self) -> bool:
        """Whether the policy is refused because of it; an unknown word counts as an error."""
        return self.severity is not Severity.WARNING

    def wording(self, language: str = "en") -> Wording:
        """The problem in this language, otherwise in English, otherwise in any."""
        known = {wording.language: wording for wording in reversed(self.wordings)}
        wanted = (language, language.split("-")[0].lower(), "en", *known)
        return next((known[w] for w in wanted if w in known), Wording("", self.code, ""))

    @property
    def text(self) -> str:
        """The problem, in English."""
        return self.wording().text

    @property
    def help(self) -> str:
        """How to fix it, in English."""
        return self.wording().help


@dataclass(frozen=True)
class StepOutline:
    """A step of the table; `at` if the clock starts at the given start."""

    step: Step
    after: int
    before_close: int | None
    at: int


@dataclass(frozen=True)
class RuleOutline:
    """A rule of the table. No departments means any without its own rule."""

    name: str
    departments: tuple[str, ...] | None
    enabled: bool
    count_from: str
    business_hours: str | None
    sending_window: str | None
    close_after: int | None
    accumulated: int
    steps: tuple[StepOutline, ...]


@dataclass(frozen=True)
class Outline:
    """A checked policy as a table, for people and pages."""

    version: str
    enabled: bool
    rules: tuple[RuleOutline, ...]


@dataclass(frozen=True)
class Check:
    """A condition that was checked."""

    code: str
    holds: bool
    text: str


@dataclass(frozen=True)
class Explanation:
    """A decision in words."""

    language: str
    decision: Decision
    summary: str
    checks: tuple[Check, ...]
    history: tuple[str, ...]


@dataclass(frozen=True)
class Description:
    """The plugin's description of itself."""

    name: str
    version: str
    contract: str
    memory_version: int
    languages: tuple[str, ...]
    limits: Mapping[str, int]
