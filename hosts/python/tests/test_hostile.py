"""A plugin that misbehaves closes no ticket and stops no other."""

import sys
import threading
import time
import unittest
from dataclasses import replace

from despertador import (
    ActionKey, BadAnswer, CallError, Conversation, Crashed, Limits, LimitHit, MemoryDamaged, Plugin,
    PluginFailed, Policy, Quarantined, Reader, Deferred, Ticket, TicketStatus, Wait,
)

from . import COMPONENT, CONFIG, HOSTILE, MINUTE, START, agent, customer, ticket

# So small that every limit is hit quickly; never quarantined.
SMALL = Limits(fuel=5_000_000, policy_fuel=5_000_000, quarantine_after=1_000)

# The department of a ticket selects the misbehaviour.
BROKEN: list[tuple[str, type[CallError], str]] = [
    ("loop", LimitHit, "it used up its fuel of 5000000 (`fuel`)"),
    ("grow", Crashed, "the plugin crashed: "),
    ("recurse", LimitHit, "deeper than a stack of 262144 bytes (`wasm_stack_bytes`)"),
    ("recurse-with-arrays", Crashed, "the plugin crashed: "),
    ("panic", Crashed, "`unreachable` instruction executed"),
    ("divide", Crashed, "the plugin crashed: "),
    ("out-of-bounds", Crashed, "out of bounds memory access"),
    ("huge-answer", BadAnswer, "the text `text` has more than 65536 bytes (`text_bytes`)"),
    ("not-utf8", BadAnswer, "it cannot be read"),
    ("long-text", BadAnswer, "the text `text` has more than 65536 bytes (`text_bytes`)"),
    ("other-ticket", BadAnswer, "`9999/1/close` belongs to another ticket than `4711`"),
    ("wait-past", BadAnswer, "until 1799999999999, which is not after now, 1800000000000"),
    ("wait-now", BadAnswer, "is to wait until 1800000000000, which is not after now"),
    ("wait-forever", BadAnswer, "after the year 9999"),
    ("due-later", BadAnswer, "`4711/1/close` is due at 1800000000001, later than now"),
    ("due-never", BadAnswer, "before the year 1970"),
    ("step-mismatch", BadAnswer, "`4711/1/reminder-1` asks for the step `close`"),
    ("reminder-mismatch", BadAnswer, "`4711/1/reminder-1` asks for the step `reminder-2`"),
    ("reminder-0", BadAnswer, "sends reminder 0 of 1, which there cannot be"),
    ("reminder-3-of-2", BadAnswer, "sends reminder 3 of 2, which there cannot be"),
    ("empty-text", BadAnswer, "sends an empty text"),
    ("empty-reason", BadAnswer, "closes with an empty `reason`"),
    ("empty-exit", BadAnswer, "closes with an empty `exit`"),
    ("cycle-0", BadAnswer, "belongs to no cycle"),
    ("resolve-cycle-0", BadAnswer, "belongs to no cycle"),
    ("empty-closing-text", BadAnswer, "sends an empty text"),
    ("long-silence", BadAnswer, "the text `silent_because` has more than 65536 bytes"),
    ("image-of-a-file", BadAnswer, "`url` begins with neither `https://` nor `http://`"),
    ("long-title", BadAnswer, "the text `title` has more than 65536 bytes"),
    ("reply-0", BadAnswer, "answers occurrence 0, which there cannot be"),
    ("reply-as-close", BadAnswer, "asks for the step of a reply"),
    ("empty-reply", BadAnswer, "sends an empty text"),
    ("close-as-reply", BadAnswer, "asks for the step `close`"),
    ("fault", MemoryDamaged, "the ticket's memory is damaged"),
]


def works(policy: Policy, now: int = START) -> None:
    """Another ticket is served."""
    outcome = policy.on_tick(ticket("4712", "well-behaved"), b"", now).outcome
    assert isinstance(outcome, Wait), outcome


class Misbehaviour(unittest.TestCase):
    def test_every_one_is_an_error_and_other_tickets_go_on(self) -> None:
        policy = Plugin(HOSTILE, limits=SMALL).policy("{}")
        for department, kind, sentence in BROKEN:
            with self.subTest(department):
                with self.assertRaises(kind) as raised:
                    policy.on_tick(ticket("4711", department), b"", START)
                self.assertIn(sentence, str(raised.exception))
                works(policy)
                policy.plugin.release()

    def test_a_call_that_uses_no_fuel_up_is_ended_by_the_clock(self) -> None:
        limits = replace(SMALL, fuel=1 << 60, wall_clock=0.2)
        policy = Plugin(HOSTILE, limits=limits).policy("{}")
        start = time.monotonic()
        with self.assertRaisesRegex(LimitHit, "longer than 0.2 s"):
            policy.on_tick(ticket("4711", "loop"), b"", START)
        self.assertLess(time.monotonic() - start, 10)
        works(policy)

    def test_memories_and_explanations_have_limits(self) -> None:
        policy = Plugin(HOSTILE, limits=SMALL).policy("{}")
        with self.assertRaisesRegex(BadAnswer, "5120 bytes and may have 4096"):
            policy.on_message(ticket("4711", "huge-memory"), b"", customer(0))
        with self.assertRaisesRegex(BadAnswer, "larger than 1048576 bytes"):
            policy.explain(ticket("4713", "long-history"), b"", START, Reader("en"))
        with self.assertRaisesRegex(CallError, "4097 bytes and may have 4096"):
            policy.on_tick(ticket("4714"), bytes(4097), START)

    def test_an_action_for_a_closed_ticket_is_refused(self) -> None:
        policy = Plugin(HOSTILE, limits=SMALL).policy("{}")
        closed = replace(ticket("4711", "cycle-1-close"), status=TicketStatus.CLOSED)
        with self.assertRaisesRegex(BadAnswer, "is for a ticket that is not open"):
            policy.on_tick(closed, b"", START)

    def test_actions_that_do_not_follow_are_refused(self) -> None:
        policy = Plugin(HOSTILE, limits=SMALL).policy("{}")
        keys = [ActionKey.parse("4711/2/reminder-1")]
        conversation = Conversation(ticket("4711", "cycle-1-close"), b"", keys)
        with self.assertRaisesRegex(BadAnswer, "goes back behind cycle 2"):
            conversation.tick(policy, START)
        policy.plugin.release()
        keys = [ActionKey.parse("4711/1/resolve")]
        conversation = Conversation(ticket("4711", "cycle-1-close"), b"", keys)
        with self.assertRaisesRegex(BadAnswer, "comes after `4711/1/resolve`"):
            conversation.tick(policy, START)

    def test_a_failed_event_leaves_the_conversation_as_it_was(self) -> None:
        policy = Plugin(HOSTILE, limits=SMALL).policy("{}")
        conversation = Conversation(ticket("4711", "loop"), b"\1")
        with self.assertRaises(PluginFailed):
            conversation.message(policy, agent(0))
        self.assertEqual((conversation.memory, conversation.carried_out), (b"\1", ()))


class Health(unittest.TestCase):
    def test_a_ticket_that_fails_rests_and_is_asked_again(self) -> None:
        policy = Plugin(HOSTILE, limits=SMALL).policy("{}")
        with self.assertRaises(LimitHit):
            policy.on_tick(ticket("4711", "loop"), b"", START)
        with self.assertRaises(Deferred) as raised:
            policy.on_tick(ticket("4711", "works-again"), b"", START + 999)
        self.assertEqual(raised.exception.until, START + 1_000)
        works(policy)
        policy.on_tick(ticket("4711", "works-again"), b"", START + 1_000)

    def test_several_tickets_in_a_row_quarantine_the_plugin(self) -> None:
        policy = Plugin(HOSTILE, limits=replace(SMALL, quarantine_after=3)).policy("{}")
        for n in range(3):
            with self.assertRaises(Crashed):
                policy.on_tick(ticket(f"{n}", "panic"), b"", START)
        with self.assertRaises(Quarantined):
            works(policy, START + MINUTE - 1)
        # One call is made as a test; it works, and so do all others.
        works(policy, START + MINUTE)
        works(policy, START)

    def test_a_failed_trial_doubles_the_quarantine(self) -> None:
        policy = Plugin(HOSTILE, limits=replace(SMALL, quarantine_after=2)).policy("{}")
        for n in range(2):
            with self.assertRaises(Crashed):
                policy.on_tick(ticket(f"{n}", "panic"), b"", START)
        with self.assertRaises(Crashed):
            policy.on_tick(ticket("9", "panic"), b"", START + MINUTE)
        with self.assertRaises(Quarantined) as raised:
            works(policy, START + 2 * MINUTE)
        self.assertEqual(raised.exception.until, START + 3 * MINUTE)
        policy.plugin.release()
        works(policy, START + 2 * MINUTE)


class Threads(unittest.TestCase):
    def test_threads_may_share_a_policy(self) -> None:
        policy = Plugin(COMPONENT).policy(CONFIG)
        wrong: list[object] = []

        def full(id: str) -> Ticket:
            return replace(ticket(id), agent="ana", locale="es", more={"ticket.number": id})

        def talk(n: int) -> None:
            try:
                for _ in range(100):
                    conversation = Conversation(full(f"{n}"))
                    conversation.message(policy, customer(-n))
                    outcome = conversation.message(policy, agent(n)).outcome
                    if not isinstance(outcome, Wait) or outcome.until != START + (10 + n) * MINUTE:
                        wrong.append(outcome)
            except Exception as error:
                wrong.append(error)

        # Threads switch between any two steps of a call.
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-6)
        threads = [threading.Thread(target=talk, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
