"""What is refused: configs and components, each with the way out."""

import tempfile
import unittest
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from wasmtime import Engine, wat2wasm
from wasmtime.component import Component

from despertador import compiler, sandbox
from despertador import (
    ExitState, LimitHit, LoadError, Limits, Other, Plugin, PolicyRefused, Severity, Surroundings,
)
from despertador.contract import Diagnostic, Wording
from despertador.sandbox import SHAPES
from despertador.types import Function

from . import COMPONENT, CONFIG, HOSTILE, REPOSITORY


class Configs(unittest.TestCase):
    def setUp(self) -> None:
        self.plugin = Plugin(COMPONENT)

    def test_all_problems_come_at_once_in_three_languages(self) -> None:
        mistakes = REPOSITORY / "tests/cli/files/five-mistakes.json"
        with self.assertRaises(PolicyRefused) as raised:
            self.plugin.policy(mistakes.read_text(encoding="utf-8"))
        refused = raised.exception
        errors = [problem for problem in refused.diagnostics if problem.is_error]
        self.assertEqual(len(errors), 5)
        self.assertIn("reminders-not-less-than-close", [problem.code for problem in errors])
        for problem in refused.diagnostics:
            texts = {problem.wording(language).text for language in ("es", "pt", "en")}
            self.assertEqual(len(texts), 3, problem)
            self.assertTrue(problem.help)
        misspelt = next(problem for problem in errors if problem.code == "unknown-key")
        self.assertEqual(misspelt.place, "/rules/1/clos-after")
        self.assertEqual(misspelt.text, "`clos-after` is not a valid key here")
        self.assertEqual(misspelt.help, "did you mean `close-after`?")
        self.assertEqual(misspelt.wording("es-CO").language, "es")
        self.assertEqual(misspelt.wording("fr").language, "en")
        self.assertIn("¿", refused.in_language("es"))

    def test_a_refusal_leaves_the_plugin_as_it_was(self) -> None:
        policy = self.plugin.policy(CONFIG)
        with self.assertRaises(PolicyRefused):
            self.plugin.policy("{}")
        self.assertTrue(policy.outline(0).enabled)

    def test_surroundings_are_looked_at(self) -> None:
        with self.assertRaises(PolicyRefused):
            self.plugin.policy(CONFIG, Surroundings(inactivity_exit=ExitState.NOT_LINKED))
        with self.assertRaises(PolicyRefused):
            self.plugin.policy(CONFIG, Surroundings(tick_resolution=3_600_000))
        self.plugin.policy(CONFIG, Surroundings(inactivity_exit=Other("under-construction")))

    def test_a_severity_without_a_word_is_an_error(self) -> None:
        problem = Diagnostic("x", Other("fatal"), "", (Wording("xx", "text", "help"),))
        self.assertTrue(problem.is_error)
        self.assertEqual(problem.text, "text")
        self.assertFalse(replace(problem, severity=Severity.WARNING).is_error)


def with_another_memory(component: bytes, pages: int) -> bytes:
    """The component with one more module in it, which has a memory, and an instance of that module."""
    module = bytes(wat2wasm(f"(module (memory {pages}))"))
    place, modules = 8, 0
    while place < len(component):
        kind, (size, start) = component[place], leb(component, place + 1)
        modules += kind == 1
        place = start + size
    instance = bytes([1, 0, *leb_of(modules), 0])
    return (
        component + bytes([1, *leb_of(len(module))]) + module
        + bytes([2, *leb_of(len(instance))]) + instance
    )


def leb(data: bytes, place: int) -> tuple[int, int]:
    """A number in LEB128, and the place after it."""
    value = shift = 0
    while True:
        byte = data[place]
        value |= (byte & 0x7F) << shift
        place, shift = place + 1, shift + 7
        if byte < 0x80:
            return value, place


def leb_of(value: int) -> list[int]:
    return [value] if value < 0x80 else [value & 0x7F | 0x80, *leb_of(value >> 7)]


class Components(unittest.TestCase):
    def refused(self, component: object, sentence: str, **options: object) -> None:
        with self.assertRaisesRegex(LoadError, sentence):
            Plugin(component, **options)  # type: ignore[arg-type]

    def test_what_is_no_plugin_is_refused_with_a_sentence(self) -> None:
        self.refused("no-such.wasm", "`no-such.wasm` cannot be read")
        self.refused(b"", "is not WebAssembly")
        self.refused(b"(component)", "is not WebAssembly")
        self.refused(bytes(wat2wasm("(module)")), "is a core module")
        self.refused(bytes(wat2wasm("(component)")), "does not export `decisions`, `types`")
        clock = bytes(wat2wasm('(component (import "clock" (func)))'))
        self.refused(clock, "imports `clock`, and a plugin may import nothing")
        foreign = bytes(wat2wasm('(component (instance $i) (export "a:b/c" (instance $i)))'))
        self.refused(foreign, "does not export `decisions`, `types`")
        types = '(export "despertador:inactivity/types@0.1.0" (instance $i))'
        old = f"(component (instance $i) {types})"
        self.refused(bytes(wat2wasm(old)), "was built for version `0.1.0` of the contract")
        with open(COMPONENT, "rb") as file:
            whole = file.read()
        self.refused(whole[:-100], "is not a component that this host can run")

    def test_a_component_with_other_types_is_refused(self) -> None:
        wat = """(component
            (core module $m (func (export "describe") (result i32) i32.const 0))
            (core instance $m (instantiate $m))
            (func $describe (result u32) (canon lift (core func $m "describe")))
            (instance $types)
            (instance $decisions (export "describe" (func $describe)))
            (export "despertador:inactivity/types@0.2.0" (instance $types))
            (export "despertador:inactivity/decisions@0.2.0" (instance $decisions)))"""
        self.refused(bytes(wat2wasm(wat)), "exports the contract with other types: `describe`")

    def test_components_within_a_component_are_refused_and_end_nothing(self) -> None:
        text = REPOSITORY / "tests/fixtures/components/two-components.wat"
        joined = bytes(wat2wasm(text.read_text(encoding="utf-8")))
        self.refused(joined, "does not export `.static.policy.parse`|exports the contract with")

    def test_a_component_that_costs_too_much_is_refused(self) -> None:
        # A crash of the compiler, and its limits: it runs in another process.
        with mock.patch.object(compiler, "_ARGUMENTS", ["-c", "import os; os.abort()"]):
            self.refused(COMPONENT, "cannot be compiled within 60 s and 2048 MiB")
        panic = r"import os; os.write(2, b'thread x panicked at y:\nno such thing'); os.abort()"
        with mock.patch.object(compiler, "_ARGUMENTS", ["-c", panic]):
            self.refused(COMPONENT, "makes the compiler crash: no such thing")
        with mock.patch.object(compiler, "MEMORY_BYTES_MAX", 1), self.assertRaises(LoadError):
            Plugin(COMPONENT)

    def test_all_memories_of_a_plugin_share_their_limit(self) -> None:
        with open(COMPONENT, "rb") as file:
            whole = file.read()
        Plugin(with_another_memory(whole, pages=1)).policy(CONFIG)
        # Less than the limit of 256 pages, but more than half of it.
        with self.assertRaises(LoadError):
            Plugin(with_another_memory(whole, pages=200))
        Plugin(with_another_memory(whole, pages=200), limits=Limits(wasm_memory_bytes=400 << 16))

    def test_limits_that_cannot_work_are_refused(self) -> None:
        for name, value in [
            ("wasm_stack_bytes", 4 << 20), ("wasm_stack_bytes", 0), ("wasm_memory_bytes", -1),
            ("wasm_memory_bytes", 1 << 32), ("fuel", -1), ("fuel", 1 << 64), ("policies", 0),
            ("wall_clock", 0), ("wall_clock", float("nan")), ("wall_clock", float("inf")),
            ("answer_bytes", -1), ("quarantine_after", 0),
        ]:
            with self.subTest(f"{name}={value}"), self.assertRaisesRegex(ValueError, name):
                Limits(**{name: value})  # type: ignore[arg-type]
        for other in ["7", None, True, 1.5]:
            with self.subTest(other), self.assertRaisesRegex(TypeError, "`fuel`"):
                Limits(fuel=other)  # type: ignore[arg-type]

    def test_limits_and_pins_hold_before_anything_is_compiled(self) -> None:
        self.refused(COMPONENT, "more than the 1000 bytes", limits=Limits(component_bytes=1_000))
        digest = Plugin(COMPONENT).sha256
        Plugin(COMPONENT, sha256=digest.upper())
        self.refused(HOSTILE, "which is not pinned", sha256=digest)

    def test_without_a_name_the_component_of_the_package_is_loaded(self) -> None:
        self.assertEqual(Plugin().sha256, Plugin(COMPONENT).sha256)
        with tempfile.TemporaryDirectory() as folder:
            elsewhere = str(Path(folder) / "sandbox.py")
            with mock.patch.object(sandbox, "__file__", elsewhere):
                self.refused(None, "contains no component; name one")

    def test_the_shapes_are_those_of_the_component(self) -> None:
        engine = Engine()
        found = Component.from_file(engine, COMPONENT).type.exports(engine)
        decisions: Any = found["despertador:inactivity/decisions@0.2.0"].ty
        functions = decisions.exports(engine)
        shapes = {name: Function(functions[name].ty).shape for name in SHAPES}
        self.assertEqual(shapes, SHAPES)

    def test_a_plugin_that_loops_while_it_reads_a_policy_is_stopped(self) -> None:
        plugin = Plugin(HOSTILE, limits=Limits(policy_fuel=5_000_000))
        with self.assertRaises(LimitHit):
            plugin.policy("loop")
        plugin.policy("anything else")


if __name__ == "__main__":
    unittest.main()
