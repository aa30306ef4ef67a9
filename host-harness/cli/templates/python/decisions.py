"""One rule: it reminds a silent customer once and closes the ticket later.

Every function is pure: the answer depends on its arguments alone. What has to be remembered of a
ticket is in `memory`, which the host stores. There is no clock, no network and no randomness.
"""

import json
import zlib
from dataclasses import asdict, dataclass, field

from componentize_py_types import Err
from wit_world.exports import decisions as base
from wit_world.exports import types as wit

MINUTE = 60_000
END_OF_TIME = 253_402_300_799_999  # the last instant of the year 9999
KEYS = ["enabled", "remind-after-minutes", "remind-text", "close-after-minutes"]
MEMORY_VERSION = 1


class Policy(base.Policy):
    def __init__(
        self, remind_after: int, remind_text: str, close_after: int, enabled: bool = True
    ):
        self.enabled = enabled
        self.remind_after = remind_after
        self.remind_text = remind_text
        self.close_after = close_after

    @classmethod
    def parse(cls, config: str, surroundings: wit.Surroundings) -> "Policy":
        policy = read_policy(config)
        if not policy.get("enabled", True):
            return cls(0, "", 0, enabled=False)
        return cls(
            policy["remind-after-minutes"] * MINUTE,
            policy["remind-text"],
            policy["close-after-minutes"] * MINUTE,
        )

    def warnings(self) -> list[wit.Diagnostic]:
        return []

    def outline(self, start: int) -> wit.Outline:
        if not self.enabled:
            return wit.Outline("", False, [])
        gap = self.close_after - self.remind_after
        steps = [
            wit.StepOutline(wit.Step_Reminder(1), self.remind_after, gap, start + self.remind_after),
            wit.StepOutline(wit.Step_Close(), gap, 0, start + self.close_after),
        ]
        rule = wit.RuleOutline(
            name="Silent customers",
            departments=None,
            enabled=True,
            count_from="last-agent-message",
            business_hours=None,
            sending_window=None,
            close_after=self.close_after,
            accumulated=self.remind_after,
            steps=steps,
        )
        return wit.Outline("", True, [rule])

    def on_message(self, ticket: wit.Ticket, memory: bytes, message: wit.Message) -> wit.Update:
        check_times(message.at, message.received_at)
        remembered = read_memory(memory)
        record_message(remembered, message)
        decision = self.decide(ticket, remembered, message.received_at)
        return wit.Update(write_memory(remembered), decision)

    def on_event(self, ticket: wit.Ticket, memory: bytes, event: wit.Event) -> wit.Update:
        check_times(event.at, event.received_at)
        remembered = read_memory(memory)
        record_event(remembered, event)
        decision = self.decide(ticket, remembered, event.received_at)
        return wit.Update(write_memory(remembered), decision)

    def on_tick(self, ticket: wit.Ticket, memory: bytes, now: int) -> wit.Decision:
        check_times(now)
        return self.decide(ticket, read_memory(memory), now)

    def explain(
        self, ticket: wit.Ticket, memory: bytes, now: int, reader: wit.Reader
    ) -> wit.Explanation:
        check_times(now)
        remembered = read_memory(memory)
        decision = self.decide(ticket, remembered, now)
        # For the author: `despertador run` and `explain` show it, pages for people do not.
        checks = [wit.Check("debug", True, repr(remembered))]
        return wit.Explanation(
            "en", decision, sentence(decision, now), checks, history(remembered, now)
        )

    def decide(self, ticket: wit.Ticket, remembered: "Remembered", now: int) -> wit.Decision:
        """What is due now. The only place that decides."""
        if not self.enabled:
            return rest(wit.Reason_SwitchedOff())
        if remembered.closed or isinstance(ticket.status, wit.TicketStatus_Closed):
            return rest(wit.Reason_AlreadyClosed())
        if not isinstance(ticket.status, wit.TicketStatus_Open):
            return rest(wit.Reason_NotOpen())
        if ticket.group:
            return rest(wit.Reason_GroupConversation())
        if ticket.opted_out:
            return rest(wit.Reason_OptedOut())
        if remembered.since is None:
            never = remembered.cycle == 0
            return rest(wit.Reason_NotAnswered() if never else wit.Reason_CompanyTurn())
        if remembered.pauses:
            return rest(PAUSES[remembered.pauses[0]]())
        if remembered.failed == "reminder":
            return rest(wit.Reason_ReminderFailed(1))
        if remembered.failed == "close":
            return rest(wit.Reason_CloseFailed())
        is_close = remembered.reminded is not None
        if is_close:
            # The close never comes sooner after the reminder than the policy promises.
            gap = self.close_after - self.remind_after
            due = max(remembered.since + self.close_after, remembered.reminded + gap)
        else:
            due = remembered.since + self.remind_after
        due = max(due, remembered.not_before)
        if due > END_OF_TIME:
            return rest(wit.Reason_NothingLeft())
        step = wit.Step_Close() if is_close else wit.Step_Reminder(1)
        reason = wit.Reason_Close() if is_close else wit.Reason_Reminder(1)
        if now < due:
            return wit.Decision(wit.Outcome_Wait(wit.Wake(due, step)), reason, 0)
        if not is_close and ticket.window_until is not None and now >= ticket.window_until:
            return rest(wit.Reason_OutsideChannelWindow(1))
        task = self.close(ticket) if is_close else self.reminder()
        key = wit.ActionKey(ticket.id, remembered.cycle, step)
        return wit.Decision(wit.Outcome_Act(wit.Action(key, due, task)), reason, 0)

    def reminder(self) -> wit.Task:
        message = wit.Outgoing(self.remind_text, None, wit.Audience_Customer(), None, None, [])
        return wit.Task_Send(wit.Reminder(1, 1, message))

    def close(self, ticket: wit.Ticket) -> wit.Task:
        minutes = self.close_after // MINUTE
        summary = f"No answer for {minutes} minutes; one reminder was sent."
        return wit.Task_Close(
            wit.ClosePackage(
                reason="customer-inactivity",
                notice="Ticket closed for inactivity",
                closing_text=None,
                silent_because=None,
                note=wit.ClosingNote("Customer inactivity", summary),
                tags=[],
                incomplete_metadata=ticket.incomplete_metadata,
                exit="customer-inactivity",
                then=wit.AfterClose(wit.Source_Inactivity(), False, False, wit.Survey_No()),
            )
        )


def rest(reason: wit.Reason) -> wit.Decision:
    return wit.Decision(wit.Outcome_Rest(), reason, None)


# ── The policy ───────────────────────────────────────────────────────────────────────────────────


def read_policy(config: str) -> dict:
    """Reads the policy's JSON. Raises all of its problems at once."""
    keys = ", ".join(KEYS)
    try:
        policy = json.loads(config)
    except ValueError as error:
        text = f"the policy is no JSON: {error}"
        raise Err([problem("invalid-json", "", text, "correct it at this place")]) from None
    if not isinstance(policy, dict):
        help = f"write an object with {keys}"
        raise Err([problem("wrong-type", "", "the policy is no JSON object", help)])
    # What a host passes for an account that has no policy yet is one of these.
    if policy.get("enabled") is False:
        return policy
    problems = []
    for key in policy:
        if key not in KEYS:
            text = f"`{key}` is not a key of this policy"
            problems.append(problem("unknown-key", f"/{key}", text, f"use {keys}"))
    for key in ("remind-after-minutes", "close-after-minutes"):
        minutes = policy.get(key)
        if type(minutes) is not int or not 1 <= minutes <= 129_600:
            text = f"`{key}` is not a number of minutes"
            help = "write a whole number from 1 to 129600"
            problems.append(problem("not-a-time", f"/{key}", text, help))
    text = policy.get("remind-text")
    if not isinstance(text, str) or not text.strip():
        help = "write what the customer is to read"
        problems.append(problem("empty-text", "/remind-text", "the reminder has no text", help))
    if not problems and policy["remind-after-minutes"] >= policy["close-after-minutes"]:
        text, help = "the close is not after the reminder", "close later, or remind sooner"
        code = "reminder-not-before-close"
        problems.append(problem(code, "/close-after-minutes", text, help))
    if problems:
        raise Err(problems)
    return policy


def problem(code: str, place: str, text: str, help: str) -> wit.Diagnostic:
    return wit.Diagnostic(code, wit.Severity_Error(), place, [wit.Wording("en", text, help)])


# ── What is remembered of a ticket ───────────────────────────────────────────────────────────────


@dataclass
class Remembered:
    cycle: int = 0
    """The silences so far; actions of one cycle are asked for once."""
    since: int | None = None
    """The start of the silence; none while it is not the customer's turn."""
    reminded: int | None = None
    """When the reminder of this cycle was sent."""
    customer: int | None = None
    """When the customer wrote last."""
    agent: int | None = None
    """When an agent wrote last."""
    not_before: int = 0
    """Nothing is due before this instant."""
    pauses: list[str] = field(default_factory=list)
    """Why the clock stands still."""
    failed: str | None = None
    """What could not be carried out in this cycle: `reminder` or `close`."""
    closed: bool = False
    """Whether the ticket was closed."""


PAUSES = {
    "hold": wit.Reason_OnHold,
    "snooze": wit.Reason_Snoozed,
    "call": wit.Reason_OnCall,
    "queue": wit.Reason_InQueue,
}


def read_memory(memory: bytes) -> Remembered:
    """The bytes are `VERSION:CHECKSUM:JSON`."""
    if not memory:
        return Remembered()
    parts = bytes(memory).split(b":", 2)
    if len(parts) != 3 or not parts[0].isdigit() or checksum(parts[0], parts[2]) != parts[1]:
        raise Err(wit.Fault_MemoryDamaged())
    version = int(parts[0])
    if version > MEMORY_VERSION:
        raise Err(wit.Fault_MemoryNewer(version))
    return Remembered(**json.loads(parts[2]))


def write_memory(remembered: Remembered) -> bytes:
    version = str(MEMORY_VERSION).encode()
    text = json.dumps(asdict(remembered), separators=(",", ":")).encode()
    return b":".join([version, checksum(version, text), text])


def checksum(version: bytes, text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(version + text)


def check_times(*instants: int) -> None:
    """An instant outside of the years 1970 to 9999 is a fault."""
    for instant in instants:
        if not 0 <= instant <= END_OF_TIME:
            raise Err(wit.Fault_BadTime(instant))


def record_message(remembered: Remembered, message: wit.Message) -> None:
    at = min(message.at, message.received_at)
    if isinstance(message.author, wit.Author_Customer) and speaks_as_customer(message):
        # A message that was known already, or that an agent has answered since, changes nothing.
        if remembered.customer is None or at > remembered.customer:
            remembered.customer = at
            if remembered.agent is None or at >= remembered.agent:
                end_cycle(remembered)
    elif isinstance(message.author, wit.Author_Agent) and speaks_as_agent(message):
        is_new = remembered.agent is None or at > remembered.agent
        if is_new and (remembered.customer is None or at >= remembered.customer):
            remembered.agent = at
            count_from(remembered, at)


def speaks_as_customer(message: wit.Message) -> bool:
    """Whether a customer spoke. An unknown kind of message stops a clock."""
    kind = message.kind
    if isinstance(kind, wit.MessageKind_Other):
        silent = kind.value in ("deleted", "survey-answer")
    else:
        silent = isinstance(
            kind,
            (
                wit.MessageKind_Reaction,
                wit.MessageKind_PrivateNote,
                wit.MessageKind_Label,
                wit.MessageKind_Edit,
                wit.MessageKind_Receipt,
            ),
        )
    return not silent and not isinstance(message.origin, wit.Origin_AutomaticReply)


def speaks_as_agent(message: wit.Message) -> bool:
    """Whether an agent spoke. An unknown kind of message never starts a clock."""
    kinds = (wit.MessageKind_Text, wit.MessageKind_Media)
    return isinstance(message.kind, kinds) and isinstance(message.origin, wit.Origin_Written)


def record_event(remembered: Remembered, event: wit.Event) -> None:
    at = min(event.at, event.received_at)
    match event.what:
        case wit.Happening_CarriedOut(key) if key.cycle == remembered.cycle:
            if isinstance(key.step, wit.Step_Reminder):
                if remembered.reminded is None:
                    remembered.reminded = at
            elif isinstance(key.step, wit.Step_Close):
                remembered.closed = True
        case wit.Happening_Failed(failure) if failure.key.cycle == remembered.cycle:
            is_reminder = isinstance(failure.key.step, wit.Step_Reminder)
            remembered.failed = "reminder" if is_reminder else "close"
        case wit.Happening_Typing():
            wait_until(remembered, at + MINUTE)
        case wit.Happening_Held():
            pause(remembered, "hold")
        case wit.Happening_Released():
            go_on(remembered, "hold", at)
        case wit.Happening_Snoozed(None):
            pause(remembered, "snooze")
        case wit.Happening_Snoozed(until):
            wait_until(remembered, until)
        case wit.Happening_Woken():
            go_on(remembered, "snooze", at)
        case wit.Happening_CallStarted():
            pause(remembered, "call")
        case wit.Happening_CallEnded():
            go_on(remembered, "call", at)
        case wit.Happening_Unassigned():
            pause(remembered, "queue")
        case wit.Happening_Assigned():
            go_on(remembered, "queue", at)
        case wit.Happening_Transferred(to) if to.agent is None:
            pause(remembered, "queue")
        case wit.Happening_Transferred():
            go_on(remembered, "queue", at)
        case wit.Happening_Extended(more):
            wait_until(remembered, max(remembered.not_before, at) + more)
        case wit.Happening_Closed():
            remembered.closed = True
        case wit.Happening_Reopened():
            # An agent has to write before the clock runs again.
            remembered.closed = False
            end_cycle(remembered)
        case _:
            pass  # What this plugin has no use for changes nothing.


def end_cycle(remembered: Remembered) -> None:
    remembered.since = remembered.reminded = remembered.failed = None


def count_from(remembered: Remembered, at: int) -> None:
    if remembered.since is None:
        remembered.cycle += 1
        remembered.since = at
    else:
        remembered.since = max(remembered.since, at)


def wait_until(remembered: Remembered, instant: int) -> None:
    remembered.not_before = max(remembered.not_before, min(instant, END_OF_TIME))


def pause(remembered: Remembered, why: str) -> None:
    if why not in remembered.pauses:
        remembered.pauses.append(why)


def go_on(remembered: Remembered, why: str, at: int) -> None:
    """After a pause the whole time runs again."""
    if why in remembered.pauses:
        remembered.pauses.remove(why)
        if remembered.since is not None:
            count_from(remembered, at)


# ── In words ─────────────────────────────────────────────────────────────────────────────────────


def sentence(decision: wit.Decision, now: int) -> str:
    is_close = isinstance(decision.reason, wit.Reason_Close)
    match decision.outcome:
        case wit.Outcome_Act():
            return "The ticket is closed now." if is_close else "The reminder is sent now."
        case wit.Outcome_Wait(wake):
            minutes = -((now - wake.until) // MINUTE)
            return f"Nothing for {minutes} min; then the {'close' if is_close else 'reminder'} is due."
        case _:
            return f"Nothing is done: {type(decision.reason).__name__.removeprefix('Reason_')}."


def history(remembered: Remembered, now: int) -> list[str]:
    told = [
        ("The customer wrote last", remembered.customer),
        ("An agent wrote last", remembered.agent),
        ("The reminder was sent", remembered.reminded),
    ]
    return [f"{what} {(now - at) // MINUTE} min ago." for what, at in told if at is not None]
