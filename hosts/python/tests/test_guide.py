"""What docs/hosting/python.md shows is so: its programs are run and print what stands below."""

import contextlib
import io
import re
import shutil
import subprocess
import sys
import tempfile
import types
import unittest
from pathlib import Path
from typing import Any

from despertador import Author, Crashed, Message, Plugin, Policy, Surroundings, Ticket, Update

from . import COMPONENT, CONFIG, MINUTE, REPOSITORY, START

GUIDE = REPOSITORY / "docs/hosting/python.md"
README = REPOSITORY / "hosts/python/README.md"


class Guide(unittest.TestCase):
    def test_every_program_prints_what_stands_below(self) -> None:
        programs = []
        for page, count in ((GUIDE, 2), (README, 1)):
            text = page.read_text(encoding="utf-8")
            found = re.findall(r"```python\n(.*?)```\n\n```text\n(.*?)```", text, re.DOTALL)
            self.assertEqual(len(found), text.count("```python"), "each is followed by its output")
            self.assertEqual(len(found), count)
            programs += found
        for number, (program, printed) in enumerate(programs):
            with self.subTest(number), tempfile.TemporaryDirectory() as folder:
                shutil.copy(COMPONENT, Path(folder) / "despertador.wasm")
                (Path(folder) / "program.py").write_text(program, encoding="utf-8")
                ran = subprocess.run(
                    [sys.executable, "-X", "utf8", "program.py"], cwd=folder, check=False,
                    stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                )
                self.assertEqual(ran.stdout, printed)
                self.assertEqual(ran.returncode, 0)


class DeafPolicy(Policy):
    """A policy whose plugin fails at every message, if that is wanted."""

    deaf = False

    def on_message(self, ticket: Ticket, memory: bytes, message: Message) -> Update:
        if self.deaf:
            raise Crashed("the plugin crashed: on demand")
        return super().on_message(ticket, memory, message)


class Desk(unittest.TestCase):
    """The desk of the guide, where things go wrong."""

    def setUp(self) -> None:
        page = GUIDE.read_text(encoding="utf-8")
        program = types.ModuleType("program")
        exec(re.findall(r"```python\n(.*?)```", page, re.DOTALL)[1], program.__dict__)
        self.policy = DeafPolicy(Plugin(COMPONENT), CONFIG, Surroundings())
        self.desk: Any = program.__dict__["Desk"](self.policy, program.__dict__["Phone"]())
        self.addCleanup(self.desk.store.close)
        self.printed = io.StringIO()
        redirected = contextlib.ExitStack()
        redirected.enter_context(contextlib.redirect_stdout(self.printed))
        self.addCleanup(redirected.close)
        self.desk.receive("4711", "soporte", Author.CUSTOMER, START - MINUTE)
        self.desk.receive("4711", "soporte", Author.AGENT, START)

    def rounds(self, until: int) -> None:
        while (wake := self.desk.next_wake()) is not None and wake <= START + until * MINUTE:
            self.desk.round(wake)

    def test_a_reply_that_meets_a_failing_plugin_is_not_lost(self) -> None:
        self.rounds(10)
        self.policy.deaf = True
        self.desk.receive("4711", "soporte", Author.CUSTOMER, START + 14 * MINUTE)
        self.rounds(90)
        self.assertIn("ticket 4711 is left alone: the plugin crashed", self.printed.getvalue())
        self.assertNotIn("close", self.printed.getvalue())
        self.policy.deaf = False
        self.rounds(900)
        self.assertNotIn("close", self.printed.getvalue())
        self.assertIsNone(self.desk.next_wake())

    def test_after_a_crash_the_same_action_comes_under_the_same_key(self) -> None:
        put = self.desk.put

        def power_cut(*_: object) -> None:
            raise KeyboardInterrupt

        self.desk.put = power_cut
        with self.assertRaises(KeyboardInterrupt):
            self.rounds(10)
        self.desk.put = put
        self.rounds(900)
        sent = [line for line in self.printed.getvalue().splitlines() if "reminder" in line]
        self.assertEqual(sent, ["  4711/1/reminder-1: «¿Sigues allí?»"] * 2)
        self.assertEqual(self.printed.getvalue().count("4711/1/close"), 1)


if __name__ == "__main__":
    unittest.main()
