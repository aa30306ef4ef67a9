"""The same conversations here and in the Rust host: the same decisions, the same sentences."""

import json
import random
import subprocess
import tempfile
import unittest
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from despertador import (
    Act, Author, CallEnded, CallStarted, CarriedOut, Channel, Close, Conversation, Decision, Event,
    Happening, Held, Message, MessageKind, Origin, Plugin, Policy, Reader, Released, Reminder,
    Reason, Reopen, Rest, Snoozed, Step, Ticket,
    TicketStatus, Wait, Woken, instant, moment,
)

from . import COMMAND, COMPONENT, MINUTE, REPOSITORY

POLICY = REPOSITORY / "tests/cli/files/soporte.json"
START = instant(datetime(2026, 3, 2, 9, tzinfo=timezone.utc))
TICKETS = 60

HAPPENINGS: dict[str, Happening] = {
    "held": Held(), "released": Released(), "woken": Woken(), "call-started": CallStarted(),
    "call-ended": CallEnded(),
}


def text(at: int) -> str:
    return moment(at).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def rows(chance: random.Random) -> list[dict[str, Any]]:
    """Conversations of people who answer, fall silent, are put on hold, are called."""
    log = []
    for number in range(TICKETS):
        at = START + number * 1_000
        facts = {"department": chance.choice(["soporte", "ventas"]), "channel": "whatsapp"}
        log.append({"ticket": f"{number}", "at": text(at), "facts": facts,
                    "message": {"author": "customer", "text": "¿Hay alguien?"}})
        for _ in range(chance.randrange(1, 9)):
            at += chance.choice([20_000, MINUTE, 4 * MINUTE, 7 * MINUTE, 25 * MINUTE])
            row: dict[str, Any] = {"ticket": f"{number}", "at": text(at)}
            if chance.random() < 0.7:
                row["message"] = {
                    "author": chance.choice(["agent", "agent", "agent", "customer", "bot"]),
                    "kind": chance.choice(["text", "text", "media", "sticker", "private-note"]),
                    "origin": chance.choice(["written", "written", "written", "automation"]),
                }
            elif chance.random() < 0.2:
                row["event"] = {"snoozed": text(at + 30 * MINUTE)}
            else:
                row["event"] = chance.choice(sorted(HAPPENINGS))
            log.append(row)
    return log


def called(row: dict[str, Any]) -> Message | Event:
    at = instant(datetime.fromisoformat(row["at"].replace("Z", "+00:00")))
    if "message" in row:
        said = row["message"]
        return Message(
            Author(said["author"]), at, kind=MessageKind(said.get("kind", "text")),
            origin=Origin(said.get("origin", "written")), text=said.get("text"),
        )
    if isinstance(row["event"], dict):
        until = datetime.fromisoformat(row["event"]["snoozed"].replace("Z", "+00:00"))
        return Event(Snoozed(instant(until)), at)
    return Event(HAPPENINGS[row["event"]], at)


class Host:
    """One ticket, a clock that jumps to the next deadline, actions carried out at once."""

    def __init__(self, policy: Policy, ticket: Ticket):
        self.policy, self.conversation = policy, Conversation(ticket)
        self.now, self.decision = 0, Decision(Rest(), Reason("not-answered"), None)
        self.decided: list[str] = []

    def call(self, what: Message | Event | int) -> None:
        now = what if isinstance(what, int) else what.at
        self.now = max(self.now, now)
        if isinstance(what, int):
            self.decision = self.conversation.tick(self.policy, what)
        elif isinstance(what, Message):
            self.decision = self.conversation.message(self.policy, what)
        else:
            self._follow(what.what)
            self.decision = self.conversation.event(self.policy, what)
        self.decided.append(line(self.decision))

    def _follow(self, what: Happening) -> None:
        """The facts that are so once an action is carried out."""
        after = {Step.CLOSE: TicketStatus.CLOSED, Step.REOPEN: TicketStatus.OPEN}
        if isinstance(what, CarriedOut) and what.key.step.name in after:
            status = after[str(what.key.step.name)]
            self.conversation.ticket = replace(self.conversation.ticket, status=status)

    def run_until(self, end: int) -> None:
        while True:
            outcome = self.decision.outcome
            if isinstance(outcome, Act):
                self.call(Event(CarriedOut(outcome.key), self.now))
            elif isinstance(outcome, Wait) and outcome.until < end:
                self.call(max(outcome.until, self.now))
            else:
                return


def line(decision: Decision) -> str:
    """A decision as `despertador run` has it."""
    outcome = decision.outcome
    said = f" ({decision.reason})"
    if isinstance(outcome, Act) and isinstance(outcome.task, Reminder):
        done, usual = f"send reminder {outcome.task.number}", f"reminder {outcome.task.number}"
    elif isinstance(outcome, Act) and isinstance(outcome.task, Close):
        done, usual = "close", "close"
    elif isinstance(outcome, Act) and isinstance(outcome.task, Reopen):
        done, usual = "reopen", ""
    elif isinstance(outcome, Wait):
        reminds = outcome.step.name == Step.REMINDER
        usual = f"reminder {outcome.step.number}" if reminds else "close"
        aim = f"for {usual}" if reminds else "to close"
        at = moment(outcome.until)
        shown = at.strftime("%Y-%m-%d %H:%M") + (at.strftime(":%S") if at.second else "")
        done = f"wait until {shown} {aim}"
    else:
        assert isinstance(outcome, Rest), outcome
        done, usual = "rest", ""
    return done if str(decision.reason) == usual else done + said


def command(*arguments: str) -> Any:
    ran = subprocess.run(
        [COMMAND, *arguments, "--policy", str(POLICY), "--plugin", COMPONENT, "--json"],
        stdout=subprocess.PIPE, check=True,
    )
    return json.loads(ran.stdout)


class Differential(unittest.TestCase):
    policy: Policy
    rows: list[dict[str, Any]]
    log: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.policy = Plugin(COMPONENT).policy(POLICY.read_text(encoding="utf-8"))
        cls.rows = rows(random.Random(2026))
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.log = Path(folder.name) / "log.jsonl"
        cls.log.write_text("".join(json.dumps(row) + "\n" for row in cls.rows), encoding="utf-8")

    def played(self, until: int) -> Iterator[tuple[str, Host]]:
        for number in range(TICKETS):
            mine = [row for row in self.rows if row["ticket"] == f"{number}"]
            ticket = Ticket(
                f"{number}", Channel.WHATSAPP, department=mine[0]["facts"]["department"]
            )
            host = Host(self.policy, ticket)
            for row in mine:
                what = called(row)
                if what.at > until:
                    break
                host.run_until(what.at)
                host.call(what)
            host.run_until(until + 1)
            yield ticket.id, host

    def test_every_decision_is_the_same(self) -> None:
        theirs = {
            played["ticket"]: [entry["decided"] for entry in played["timeline"]]
            for played in command("run", str(self.log))["played"]
        }
        ours = {ticket: host.decided for ticket, host in self.played(1 << 62)}
        self.assertEqual(len(ours), TICKETS)
        self.assertEqual(ours, theirs)
        decided = [decision for ticket in ours.values() for decision in ticket]
        for said in ("close", "send reminder 3", "rest (on-hold)", "rest (company-turn)"):
            self.assertIn(said, decided, "the conversations are too much alike")

    def test_every_explanation_is_the_same(self) -> None:
        at = START + 20 * MINUTE
        for ticket, host in list(self.played(at))[:8]:
            theirs = command(
                "explain", "--log", str(self.log), "--ticket", ticket, "--at", text(at),
                "--language", "es", "--utc-offset", "-05:00",
            )
            ours = host.conversation.explain(self.policy, at, Reader("es", -5 * 60))
            self.assertEqual(ours.summary, theirs["summary"])
            self.assertEqual(list(ours.history), theirs["history"])
            checks = [{"code": c.code, "holds": c.holds, "text": c.text} for c in ours.checks]
            self.assertEqual(checks, theirs["checks"])


if __name__ == "__main__":
    unittest.main()
