"""What a customer meets: reminders, the close, and what stops it."""

import gc
import os
import unittest
from dataclasses import replace
from typing import Any

from wasmtime.component import Record, Variant

from despertador import (
    Act, ActionKey, Audience, Author, CallError, CarriedOut, Channel, Close, Conversation,
    Decision, Event, Failed, FailureKind, Held, MemoryDamaged, MemoryNewer, Message, Other,
    Plugin, Policy, Reader, Reminder, Rest, Snoozed, Step, Transferred, Wait,
)
from despertador.translation import _word_out, decision_out

from . import COMPONENT, CONFIG, MINUTE, REPOSITORY, START, agent, customer, ticket

PLUGIN = Plugin(COMPONENT)


def silent(policy: Policy) -> tuple[Conversation, Decision]:
    """The customer asked, an agent answered, and nothing more."""
    conversation = Conversation(ticket())
    conversation.message(policy, customer(-1))
    return conversation, conversation.message(policy, agent(0))


def until_it_rests(
    policy: Policy, conversation: Conversation, decision: Decision, late: int = 0
) -> list[tuple[str, int]]:
    """Carries out what is decided, some minutes late; the keys and the minutes."""
    done: list[tuple[str, int]] = []
    now = START
    for _ in range(20):
        outcome = decision.outcome
        if isinstance(outcome, Act):
            done.append((str(outcome.key), (now - START) // MINUTE))
            decision = conversation.event(policy, Event(CarriedOut(outcome.key), now))
        elif isinstance(outcome, Wait):
            now, late = max(now, outcome.until + late * MINUTE), 0
            decision = conversation.tick(policy, now)
        else:
            return done
    raise AssertionError(f"never rests: {done}")


class Silence(unittest.TestCase):
    def setUp(self) -> None:
        self.policy = PLUGIN.policy(CONFIG)

    def test_a_silent_customer_is_reminded_and_then_the_ticket_is_closed(self) -> None:
        done = until_it_rests(self.policy, *silent(self.policy))
        self.assertEqual(done, [("4711/1/reminder-1", 10), ("4711/1/close", 15)])

    def test_the_close_keeps_its_promised_gap_after_an_outage(self) -> None:
        done = until_it_rests(self.policy, *silent(self.policy), late=110)
        self.assertEqual(done, [("4711/1/reminder-1", 120), ("4711/1/close", 125)])

    def test_the_customers_reply_cancels(self) -> None:
        conversation, decision = silent(self.policy)
        self.assertIsInstance(decision.outcome, Wait)
        decision = conversation.message(self.policy, customer(9))
        self.assertEqual(decision.outcome, Rest())
        self.assertEqual(decision.reason.code, "company-turn")
        self.assertEqual(conversation.tick(self.policy, START + 90 * MINUTE).outcome, Rest())

    def test_an_action_stays_due_under_its_key_until_it_is_told(self) -> None:
        conversation, _ = silent(self.policy)
        keys = set()
        for minute in (10, 11, 300):
            outcome = conversation.tick(self.policy, START + minute * MINUTE).outcome
            assert isinstance(outcome, Act)
            keys.add(outcome.key)
            self.assertEqual(outcome.due, START + 10 * MINUTE)
        self.assertEqual({str(key) for key in keys}, {"4711/1/reminder-1"})

    def test_a_failed_last_reminder_leads_to_no_close(self) -> None:
        conversation, _ = silent(self.policy)
        now = START + 10 * MINUTE
        outcome = conversation.tick(self.policy, now).outcome
        assert isinstance(outcome, Act)
        failed = Event(Failed(outcome.key, FailureKind.REFUSED), now)
        decision = conversation.event(self.policy, failed)
        self.assertEqual(decision.outcome, Rest())
        self.assertEqual(str(decision.reason), "reminder-failed 1")

    def test_the_reminder_and_the_close_come_whole(self) -> None:
        conversation, _ = silent(self.policy)
        outcome = conversation.tick(self.policy, START + 10 * MINUTE).outcome
        assert isinstance(outcome, Act) and isinstance(outcome.task, Reminder)
        self.assertEqual((outcome.task.number, outcome.task.of), (1, 1))
        self.assertEqual(outcome.task.message.text, "¿Sigues allí?")
        conversation.event(self.policy, Event(CarriedOut(outcome.key), START + 10 * MINUTE))
        outcome = conversation.tick(self.policy, START + 15 * MINUTE).outcome
        assert isinstance(outcome, Act) and isinstance(outcome.task, Close)
        self.assertEqual(outcome.task.reason, "customer-inactivity")
        self.assertEqual(outcome.task.exit, "customer-inactivity")
        self.assertEqual(outcome.task.notice, "Ticket cerrado por inactividad")

    def test_a_decision_explains_itself_in_the_readers_language_and_time(self) -> None:
        conversation, decision = silent(self.policy)
        explained = conversation.explain(self.policy, START, Reader("es", -5 * 60))
        self.assertEqual(explained.decision, decision)
        self.assertIn("2027-01-15 03:10 UTC-05:00", explained.summary)
        self.assertFalse(explained.checks[-1].holds)

    def test_the_outline_has_the_instant_of_each_step(self) -> None:
        outline = self.policy.outline(START)
        steps = [(str(step.step), step.at - START) for step in outline.rules[0].steps]
        self.assertEqual(steps, [("reminder-1", 10 * MINUTE), ("close", 15 * MINUTE)])


class Memory(unittest.TestCase):
    def setUp(self) -> None:
        self.policy = PLUGIN.policy(CONFIG)

    def test_a_ticket_goes_on_from_its_stored_bytes(self) -> None:
        conversation, _ = silent(self.policy)
        stored = bytes.fromhex(conversation.memory.hex())
        # Another process, another instance.
        policy = Plugin(COMPONENT).policy(CONFIG)
        resumed = Conversation(ticket(), stored)
        self.assertEqual(
            until_it_rests(policy, resumed, resumed.tick(policy, START)),
            [("4711/1/reminder-1", 10), ("4711/1/close", 15)],
        )

    def test_a_damaged_memory_is_an_error_and_closes_nothing(self) -> None:
        conversation, _ = silent(self.policy)
        memory = conversation.memory
        long_after = START + 10_000 * MINUTE
        for place in range(len(memory)):
            altered = bytearray(memory)
            altered[place] ^= 0x10
            with self.assertRaises((MemoryDamaged, MemoryNewer), msg=f"byte {place}"):
                self.policy.on_tick(ticket(), bytes(altered), long_after)
        for length in range(1, len(memory)):
            with self.assertRaises((MemoryDamaged, MemoryNewer), msg=f"{length} bytes"):
                self.policy.on_tick(ticket(), memory[:length], long_after)

    def test_the_plugin_goes_on_after_a_fault(self) -> None:
        conversation, _ = silent(self.policy)
        with self.assertRaises(CallError):
            self.policy.on_tick(ticket(), b"no memory", START)
        self.assertIsInstance(conversation.tick(self.policy, START).outcome, Wait)

    def test_what_was_recorded_is_not_asked_for_again(self) -> None:
        conversation, _ = silent(self.policy)
        before = conversation.memory
        key = ActionKey("4711", 1, Step("reminder", 1))
        now = START + 10 * MINUTE
        conversation.event(self.policy, Event(CarriedOut(key), now))
        # The host has lost the memory but kept the key: nothing is sent twice.
        restored = Conversation(ticket(), before, conversation.carried_out)
        with self.assertRaisesRegex(CallError, "`4711/1/reminder-1` was already carried out"):
            restored.tick(self.policy, now)
        PLUGIN.release()


class Words(unittest.TestCase):
    def setUp(self) -> None:
        self.policy = PLUGIN.policy(CONFIG)

    def test_unknown_words_are_harmless(self) -> None:
        conversation, decision = silent(self.policy)
        for message in (
            Message(Other("parrot"), START + MINUTE),
            replace(agent(1), kind=Other("hologram")),
            replace(agent(1), origin=Other("telepathy")),
        ):
            self.assertEqual(conversation.message(self.policy, message), decision, message)
        happened = Event(Other("eclipse"), START + MINUTE)
        self.assertEqual(conversation.event(self.policy, happened), decision)
        # An unknown status is not open: nothing is done, however late it is.
        conversation.ticket = replace(ticket(), status=Other("frozen"))
        decision = conversation.tick(self.policy, START + 900 * MINUTE)
        self.assertEqual((decision.outcome, decision.reason.code), (Rest(), "not-open"))
        # An unknown kind of message from the customer stops the clock.
        conversation.ticket = replace(ticket(), channel=Channel.of("pager"))
        decision = conversation.message(self.policy, replace(customer(2), kind=Other("hologram")))
        self.assertEqual(decision.reason.code, "company-turn")

    def test_a_word_that_only_looks_known_stays_unknown(self) -> None:
        def record(**fields: Any) -> Record:
            found = Record()
            found.__dict__.update(fields)
            return found

        step = record(ticket="4711", cycle=1, step=Variant("other", "close"))
        action = record(key=step, due=0, task=Variant("other", "close"))
        for outcome in (Variant("act", action), Variant("other", "rest")):
            decision = decision_out(
                record(outcome=outcome, reason=Variant("other", "no-rule-yet"), rule=None)
            )
            self.assertEqual(str(decision.reason), "no-rule-yet")
            if isinstance(decision.outcome, Act):
                self.assertEqual(decision.outcome.task, Other("close"))
                self.assertEqual(decision.outcome.key.step, Step(Other("close")))
            else:
                self.assertEqual(decision.outcome, Other("rest"))
        self.assertEqual(_word_out(Audience, Variant("other", "customer")), Other("customer"))
        self.assertEqual(_word_out(Audience, Variant("customer")), Audience.CUSTOMER)

    def test_happenings_reach_the_plugin(self) -> None:
        for what, reason in ((Held(), "on-hold"), (Snoozed(START + 99 * MINUTE), "snoozed"),
                             (Transferred("sales"), "in-queue")):
            conversation, _ = silent(self.policy)
            decision = conversation.event(self.policy, Event(what, START + MINUTE))
            self.assertEqual(decision.reason.code, reason)

    def test_every_fact_can_be_given(self) -> None:
        full = replace(
            ticket(), tags=["vip"], agent="ana", locale="pt-BR", customer_zone="America/Bogota",
            incomplete_metadata=True, window_until=START + 999 * MINUTE,
            sent_to_customer=[START - MINUTE], more={"customer.name": "Ana", "ticket.number": "7"},
        )
        conversation = Conversation(full)
        message = Message(
            Author.CUSTOMER, START, id="wamid.1", sequence=1, text="hola 👋", choice="continue"
        )
        conversation.message(self.policy, message)
        answer = replace(message, author=Author.AGENT, id="wamid.2", sequence=2, choice=None)
        self.assertIsInstance(conversation.message(self.policy, answer).outcome, Wait)

    def test_half_an_emoji_is_heard(self) -> None:
        for text in ("4711 \ud83d", "\ude00\ud83d", "\ud83d!"):
            conversation = Conversation(ticket())
            conversation.message(self.policy, Message(Author.CUSTOMER, START, id=text, text=text))
            answer = Message(Author.AGENT, START + MINUTE, text="\ude00")
            self.assertIsInstance(conversation.message(self.policy, answer).outcome, Wait)

    def test_what_cannot_be_handed_over_is_said_before_the_call(self) -> None:
        # Like code without type hints.
        text: Any = "whatsapp"
        number: Any = 1
        for wrong, sentence in (
            (replace(ticket(), channel=text), "`ticket.channel` is `'whatsapp'`"),
            (replace(ticket(), tags="vip"), "`ticket.tags`"),
            (replace(ticket(), window_until=1 << 63), "`ticket.window_until`"),
            (replace(ticket(), group=number), "`ticket.group`"),
        ):
            with self.assertRaises(CallError) as raised:
                self.policy.on_tick(wrong, b"", START)
            self.assertIn(sentence, str(raised.exception))
        with self.assertRaisesRegex(CallError, "`memory` is"):
            self.policy.on_tick(ticket(), "", START)  # type: ignore[arg-type]

    def test_a_key_survives_text(self) -> None:
        steps = [Step("reminder", 12), Step("reply", 3), Step("close"), Step("after-close"),
                 Step(Other("dance")), Step(Other("reply-03"))]
        for step in steps:
            for name in ("4711", "acme/4711", "", "two\nlines"):
                key = ActionKey(name, 2, step)
                self.assertEqual(ActionKey.parse(str(key)), key)
        for text in ("", "4711", "4711/close", "4711/two/close", "4711/02/close", "4711/2/"):
            with self.assertRaisesRegex(ValueError, "is no action key"):
                ActionKey.parse(text)


class Policies(unittest.TestCase):
    def test_the_presets_are_accepted(self) -> None:
        presets = sorted(REPOSITORY.glob("policies/*.json"))
        self.assertTrue(presets)
        for preset in presets:
            PLUGIN.policy(preset.read_text(encoding="utf-8"))

    def test_more_policies_than_are_held_take_turns(self) -> None:
        plugin = Plugin(COMPONENT, limits=replace(PLUGIN.limits, policies=2))
        policies = [plugin.policy(CONFIG.replace("10 min", f"{n} min")) for n in range(1, 6)]
        for _ in range(2):
            for minutes, policy in enumerate(policies, 1):
                _, decision = silent(policy)
                assert isinstance(decision.outcome, Wait)
                self.assertEqual(decision.outcome.until, START + minutes * MINUTE)
        assert plugin._instance
        self.assertLessEqual(len(plugin._instance._parsed), 2)


class LongLife(unittest.TestCase):
    @unittest.skipUnless(os.path.exists("/proc/self/statm"), "asks Linux for its size")
    def test_a_host_does_not_grow_with_its_calls(self) -> None:
        policy = PLUGIN.policy(CONFIG)
        conversation, _ = silent(policy)

        def ask() -> int:
            for _ in range(4_000):
                conversation.tick(policy, START + MINUTE)
            gc.collect()
            with open("/proc/self/statm", encoding="ascii") as file:
                return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

        ask()
        # A hundred bytes per call would be 400 KB.
        self.assertLess(-ask() + ask(), 200_000)


if __name__ == "__main__":
    unittest.main()
