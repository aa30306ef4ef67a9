"""A loaded plugin, its policies, and conversations with their state between calls."""

from __future__ import annotations

import os
import threading
from typing import Any, Callable, Iterable, TypeVar

from wasmtime.component import ResourceAny, Variant

from . import answer, translation
from .contract import (
    Act, ActionKey, CarriedOut, Decision, Description, Diagnostic, Event, Explanation, Message,
    Outline, Reader, Step, Surroundings, Ticket, Update,
)
from .errors import (
    BadAnswer, CallError, Fault, InvalidInput, LoadError, PluginFailed, PolicyRefused,
)
from .health import Health
from .sandbox import Instance, Limits, Loaded

_T = TypeVar("_T")

# wasmtime-py has a process-wide table between two steps of a conversion, so calls are serialised.
# The interpreter would hardly run them in parallel anyway.
_TURN = threading.Lock()


class Plugin:
    """A plugin that can parse policies. May be used by any number of threads; calls are serialised.

    Load it in each process: after a `fork` a child must load its own.
    """

    def __init__(
        self,
        component: bytes | str | os.PathLike[str] | None = None,
        *,
        limits: Limits = Limits(),
        sha256: str | None = None,
    ):
        """Loads a component from its bytes or its file; `LoadError` if it violates the contract.

        Without one, the component of this package: our plugin, in the version of the release.

        With `sha256` only the component with this digest is loaded.
        """
        self._loaded = Loaded(component, limits, sha256)
        self._health: dict[str, Health] = {}
        self._instance: Instance | None = None
        try:
            found = self._ask(lambda held: held.ask(limits.fuel, "describe"))
        except CallError as error:
            raise LoadError(f"the component does not describe itself: {error}") from error
        self.description: Description = translation.description_out(found)

    @property
    def limits(self) -> Limits:
        """The limits in force."""
        return self._loaded.limits

    @property
    def sha256(self) -> str:
        """The digest of the component."""
        return self._loaded.sha256

    def policy(
        self, config: str, surroundings: Surroundings = Surroundings(), *, account: str = ""
    ) -> Policy:
        """Parses and checks a config; `PolicyRefused` contains all of its problems at once.

        Keep the policy as long as tickets fall under it. Failures are counted for each account:
        a plugin that fails on the tickets of one is not suspended for the others.
        """
        return Policy(self, config, surroundings, account)

    def release(self, account: str | None = None) -> None:
        """Ends the quarantines and deferrals of an account, or of all, after somebody has fixed the cause."""
        with _TURN:
            if account is None:
                self._health.clear()
            else:
                self._health.pop(account, None)

    def _health_of(self, account: str) -> Health:
        found = self._health.get(account)
        if not found:
            found = self._health[account] = Health(self.limits.quarantine_after)
        return found

    def _ask(self, call: Callable[[Instance], _T]) -> _T:
        """A call on the current instance, or a new one. An instance that failed is never used again."""
        with _TURN:
            return self._asked(call)

    def _asked(self, call: Callable[[Instance], _T]) -> _T:
        held = self._instance or self._loaded.instance()
        self._instance = None
        try:
            found = call(held)
        except (Fault, InvalidInput, PolicyRefused):
            self._instance = held
            raise
        self._instance = held
        return found

    def _about(
        self, account: str, ticket: Ticket, now: int, call: Callable[[Instance], _T]
    ) -> _T:
        """The same about a ticket: checks whether the call may be made, and records the plugin's health."""
        with _TURN:
            health = self._health_of(account)
            health.admit(ticket.id, now)
            try:
                found = self._asked(call)
            except PluginFailed as failure:
                health.failure(ticket.id, now, str(failure))
                raise
            except Fault:
                health.success(ticket.id)
                raise
            health.success(ticket.id)
            return found

    def _blame(self, account: str, ticket: Ticket, now: int, failure: CallError) -> None:
        """Records a bad answer that only a comparison with the carried out actions reveals."""
        with _TURN:
            self._health_of(account).failure(ticket.id, now, str(failure))


class Policy:
    """The checked rules of one account. Created by `Plugin.policy`.

    Every method that asks the plugin raises `CallError` if there is no answer; the ticket is
    then as it was.
    """

    def __init__(
        self, plugin: Plugin, config: str, surroundings: Surroundings, account: str = ""
    ):
        self.plugin = plugin
        self.account = account
        self.config = config
        self._config = translation._text("config", config)
        self._surroundings = translation.surroundings_in(surroundings)
        allowed = plugin.limits.config_bytes
        if len(self._config.encode()) > allowed:
            raise InvalidInput(f"the config has more than {allowed} bytes (`config_bytes`)")
        fuel = plugin.limits.fuel

        def read(held: Instance) -> tuple[Diagnostic, ...]:
            handle = held.policy(self, lambda: self._parse(held))
            found = held.ask(fuel, "[method]policy.warnings", handle)
            warnings = translation.diagnostics_out(found)
            answer.sizes(warnings, plugin.limits.text_bytes, plugin.limits.answer_bytes)
            return warnings

        self.warnings: tuple[Diagnostic, ...] = plugin._ask(read)
        """Problems that somebody should check although the policy is accepted."""

    def _parse(self, held: Instance) -> ResourceAny:
        fuel = self.plugin.limits.policy_fuel
        found = held.ask(fuel, "[static]policy.parse", self._config, self._surroundings)
        if isinstance(found, ResourceAny):
            return found
        diagnostics = translation.diagnostics_out(found)
        if hasattr(self, "warnings"):
            codes = "`, `".join(diagnostic.code for diagnostic in diagnostics)
            raise BadAnswer(f"it refuses a policy that it accepted before (`{codes}`)")
        raise PolicyRefused(diagnostics)

    def outline(self, start: int) -> Outline:
        """The policy as a table, with the instant of each step if the clock starts at `start`."""
        start = translation.instant_in("start", start)

        def call(held: Instance) -> Outline:
            found = self._call(held, "[method]policy.outline", start)
            outline = translation.outline_out(found)
            self._check_sizes(outline)
            return outline

        return self.plugin._ask(call)

    def on_message(self, ticket: Ticket, memory: bytes, message: Message) -> Update:
        """Records a message: the new memory, and the decision for the instant of receipt."""
        what = translation.message_in(message)
        now = translation.received(message)
        return self._update("[method]policy.on-message", ticket, memory, what, now)

    def on_event(self, ticket: Ticket, memory: bytes, event: Event) -> Update:
        """Records an event: the new memory, and the decision for the instant the host learned of it."""
        what = translation.event_in(event)
        now = translation.received(event)
        return self._update("[method]policy.on-event", ticket, memory, what, now)

    def on_tick(self, ticket: Ticket, memory: bytes, now: int) -> Decision:
        """Returns what is due now. Changes nothing; may be called at any time, as often as you like."""
        facts, remembered = self._given(ticket, memory)
        now = translation.instant_in("now", now)

        def call(held: Instance) -> Decision:
            found = self._call(held, "[method]policy.on-tick", facts, remembered, now)
            decision = translation.decision_out(found)
            self._check_sizes(decision)
            answer.decision(ticket, now, decision)
            return decision

        return self.plugin._about(self.account, ticket, now, call)

    def explain(self, ticket: Ticket, memory: bytes, now: int, reader: Reader) -> Explanation:
        """The decision of `on_tick` in words, from the same comparison."""
        facts, remembered = self._given(ticket, memory)
        now = translation.instant_in("now", now)
        whom = translation.reader_in(reader)

        def call(held: Instance) -> Explanation:
            found = self._call(held, "[method]policy.explain", facts, remembered, now, whom)
            explanation = translation.explanation_out(found)
            self._check_sizes(explanation)
            answer.decision(ticket, now, explanation.decision)
            return explanation

        return self.plugin._about(self.account, ticket, now, call)

    def _update(self, name: str, ticket: Ticket, memory: bytes, what: Any, now: int) -> Update:
        facts, remembered = self._given(ticket, memory)

        def call(held: Instance) -> Update:
            update = translation.update_out(self._call(held, name, facts, remembered, what))
            self._check_sizes(update)
            answer.memory(ticket, update.memory, self.plugin.limits.memory_bytes)
            answer.decision(ticket, now, update.decision)
            return update

        return self.plugin._about(self.account, ticket, now, call)

    def _given(self, ticket: Ticket, memory: bytes) -> tuple[Any, bytes]:
        facts = translation.ticket_in(ticket)
        remembered = translation.memory_in(memory)
        allowed = self.plugin.limits.memory_bytes
        if len(remembered) > allowed:
            raise InvalidInput(
                f"the call was not made: the memory of ticket `{ticket.id}` has "
                f"{len(remembered)} bytes and may have {allowed} (`memory_bytes`)"
            )
        return facts, remembered

    def _call(self, held: Instance, name: str, *arguments: Any) -> Any:
        handle = held.policy(self, lambda: self._parse(held))
        found = held.ask(self.plugin.limits.fuel, name, handle, *arguments)
        if isinstance(found, Variant):
            raise translation.fault_out(found)
        return found

    def _check_sizes(self, found: Any) -> None:
        answer.sizes(found, self.plugin.limits.text_bytes, self.plugin.limits.answer_bytes)


class Conversation:
    """A ticket, its memory, and its carried out actions.

    1. `message` or `event` for whatever happens, `tick` when a wait is over.
    2. `Act`: carry the action out, then tell `CarriedOut` (or `Failed`) by `event`.
    3. `Wait`: call `tick` at that instant. `Rest`: wait for the next happening.

    Beyond the checks of a `Policy` it makes sure that an action follows what was recorded: cycles
    do not go back, reminders count up, nothing carried out is asked for again.
    """

    _REPLIES = 64

    def __init__(self, ticket: Ticket, memory: bytes = b"", carried_out: Iterable[ActionKey] = ()):
        """A ticket as it was stored; only the ticket if nothing has happened yet.

        Of the keys carried out those of the latest cycle and the latest replies are enough.
        """
        self.ticket = ticket
        """The facts; the host keeps them up to date."""
        self.memory = bytes(memory)
        """The memory; the host stores it after every message and event."""
        self._cycle: list[ActionKey] = []
        self._replies: list[ActionKey] = []
        for key in carried_out:
            self._record(key)

    @property
    def carried_out(self) -> tuple[ActionKey, ...]:
        """The keys that the host stores with the memory."""
        return (*self._cycle, *self._replies)

    def message(self, policy: Policy, message: Message) -> Decision:
        """Records a message."""
        update = policy.on_message(self.ticket, self.memory, message)
        return self._take(policy, update, translation.received(message))

    def event(self, policy: Policy, event: Event) -> Decision:
        """Records an event, including the result of an action."""
        update = policy.on_event(self.ticket, self.memory, event)
        before = (list(self._cycle), list(self._replies))
        if isinstance(event.what, CarriedOut):
            self._record(event.what.key)
        try:
            return self._take(policy, update, translation.received(event))
        except CallError:
            self._cycle, self._replies = before
            raise

    def tick(self, policy: Policy, now: int) -> Decision:
        """Returns what is due now."""
        decision = policy.on_tick(self.ticket, self.memory, now)
        self._follows(policy, decision, now)
        return decision

    def explain(self, policy: Policy, now: int, reader: Reader) -> Explanation:
        """The decision in words."""
        return policy.explain(self.ticket, self.memory, now, reader)

    def _take(self, policy: Policy, update: Update, now: int) -> Decision:
        self._follows(policy, update.decision, now)
        self.memory = update.memory
        return update.decision

    def _follows(self, policy: Policy, decision: Decision, now: int) -> None:
        if isinstance(decision.outcome, Act):
            problem = self._problem(decision.outcome.key)
            if problem:
                failure = BadAnswer(f"the action `{decision.outcome.key}` {problem}")
                policy.plugin._blame(policy.account, self.ticket, now, failure)
                raise failure

    def _problem(self, key: ActionKey) -> str | None:
        if self._has(key):
            return "was already carried out"
        if _is_reply(key) or not self._cycle:
            return None
        last = self._cycle[-1].cycle
        if key.cycle < last:
            return f"goes back behind cycle {last}"
        if key.cycle > last:
            return None
        later = next((done for done in self._cycle if _comes_after(done.step, key.step)), None)
        return f"comes after `{later}`" if later else None

    def _has(self, key: ActionKey) -> bool:
        # Replies are numbered per ticket, across cycles.
        if _is_reply(key):
            return any(done.step == key.step for done in self._replies)
        return key in self._cycle

    def _record(self, key: ActionKey) -> None:
        if self._has(key):
            return
        if _is_reply(key):
            self._replies = [*self._replies, key][-self._REPLIES :]
            return
        if self._cycle and key.cycle < self._cycle[-1].cycle:
            return
        if self._cycle and key.cycle > self._cycle[-1].cycle:
            self._cycle = []
        self._cycle.append(key)


def _is_reply(key: ActionKey) -> bool:
    return key.step.name == Step.REPLY


def _comes_after(done: Step, asked: Step) -> bool:
    """Whether an action was carried out that comes after the requested one in the same cycle."""
    if asked.name == Step.REMINDER:
        if done.name == Step.REMINDER:
            return (asked.number or 0) < (done.number or 0)
        return done.name in (Step.CLOSE, Step.RESOLVE)
    # In a ticket that was closed and reopened, the customer can still say that the matter is
    # settled.
    return asked.name == Step.CLOSE and done.name == Step.RESOLVE
