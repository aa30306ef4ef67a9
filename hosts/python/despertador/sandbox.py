"""The component in its sandbox: loads, limits and calls it. The only module that makes calls."""

from __future__ import annotations

import hashlib
import os
import threading
import weakref
from collections import OrderedDict
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Callable

from wasmtime import Engine, Store, WasmtimeError
from wasmtime.component import FuncType, Func, Linker, ResourceAny

from .compiler import compiled, engine
from .errors import BadAnswer, CallError, Crashed, LimitHit, LoadError
from .types import Function

PACKAGE = "despertador:inactivity"
VERSION = "0.2.0"
"""The version of the contract for which this package was written; any `0.2.z` is accepted."""

_DECISIONS = f"{PACKAGE}/decisions@{VERSION}"

# The types of the contract's functions: a component with other types is refused before it is
# called. `tests/test_load.py` compares them with the component.
SHAPES = {
    "describe": "420bcff01e6811f1",
    "[static]policy.parse": "2252b7daae9ceb5c",
    "[method]policy.warnings": "21732fbaf8751103",
    "[method]policy.outline": "98df3e8827338e4e",
    "[method]policy.on-message": "bc051510617cd2cb",
    "[method]policy.on-event": "1e1dd7e6a53b6542",
    "[method]policy.on-tick": "ecdcd52756785b2d",
    "[method]policy.explain": "f8be20cb7bace2d9",
}


@dataclass(frozen=True)
class Limits:
    """The limits of a plugin. Exceeding one stops a call or a load with an error that names it."""

    component_bytes: int = 4 << 20
    wasm_memory_bytes: int = 16 << 20
    """Linear memory of the instance, all of its memories together. Growing beyond it fails, which a
    plugin rarely survives."""
    wasm_stack_bytes: int = 256 << 10
    fuel: int = 10_000_000
    """Fuel of a call about a ticket, about one per instruction; the same on every machine."""
    policy_fuel: int = 100_000_000
    """Fuel to parse a policy."""
    wall_clock: float = 2.0
    """Wall-clock seconds of a call, checked every quarter of it. Only a backstop for fuel."""
    answer_bytes: int = 1 << 20
    """All texts of an answer. Checked after it was copied out, which wasmtime limits to 128 MiB."""
    text_bytes: int = 64 << 10
    memory_bytes: int = 4 << 10
    """A ticket's memory, passed and returned."""
    config_bytes: int = 256 << 10
    policies: int = 64
    """Parsed policies that are kept; the least recently used is dropped and parsed again if needed."""
    quarantine_after: int = 5
    """Different tickets of an account in a row whose calls must fail until the plugin is
    quarantined for it."""

    def __post_init__(self) -> None:
        """Refuses values that cannot work: with some of them wasmtime would end the process."""
        for field in fields(self):
            value = getattr(self, field.name)
            least, most = _RANGES.get(field.name, (1, _WORD_MAX))
            kinds = (int, float) if field.name == "wall_clock" else (int,)
            if isinstance(value, bool) or not isinstance(value, kinds):
                raise TypeError(f"`{field.name}` is {value!r} and has to be a number")
            # Written so that NaN is refused too.
            if not least <= value <= most:
                raise ValueError(
                    f"`{field.name}` is {value!r} and has to be from {least} to {most}"
                )


_WORD_MAX = (1 << 63) - 1
_RANGES: dict[str, tuple[float, float]] = {
    # Half of the smallest common stack of a thread.
    "wasm_stack_bytes": (1, 1 << 20),
    # The address space of 32-bit WebAssembly, minus a page.
    "wasm_memory_bytes": (1, (1 << 32) - (1 << 16)),
    "wall_clock": (0.001, 86_400.0),
    "memory_bytes": (0, 1 << 30),
}


class Loaded:
    """A compiled component that implements the contract."""

    def __init__(
        self, source: bytes | str | os.PathLike[str] | None, limits: Limits, sha256: str | None
    ):
        self.limits = limits
        wasm, name = _read(_packaged() if source is None else source, limits.component_bytes)
        self.sha256 = hashlib.sha256(wasm).hexdigest()
        self.size = len(wasm)
        if sha256 is not None and sha256.lower() != self.sha256:
            raise LoadError(f"{name} has the SHA-256 `{self.sha256}`, which is not pinned")
        self.engine = engine(limits.wasm_stack_bytes)
        self._component = compiled(self.engine, wasm, limits.wasm_stack_bytes, name)
        found = self._component.type
        _judge(name, found.imports(self.engine), found.exports(self.engine))
        decisions: Any = found.exports(self.engine)[_exported(found.exports(self.engine))].ty
        self._functions = _functions(name, decisions.exports(self.engine))
        index = self._component.get_export_index(_exported(found.exports(self.engine)))
        self._indices: dict[str, Any] = {
            function: self._component.get_export_index(function, index) for function in SHAPES
        }
        self._linker = Linker(self.engine)
        self._memories = 1
        self.clock = _Clock(self.engine, limits.wall_clock)

    def instance(self) -> Instance:
        """A new instance."""
        while True:
            try:
                instance, store, linked = self._instantiated()
                break
            except CallError as error:
                # Nothing else tells how many memories a component has.
                if "memory count too high" not in str(error) or self._memories >= _MEMORIES_MAX:
                    raise
                self._memories += 1
        for name, function in self._functions.items():
            func: Any = linked.get_func(store, self._indices[name])
            # Found on the object before the method of its class: see `types`.
            func.type = lambda _store, function=function: function
            instance.functions[name] = func
        return instance

    def _instantiated(self) -> tuple[Instance, Store, Any]:
        """An instance with at most as many memories as were counted so far."""
        store = Store(self.engine)
        # The component has three core instances (itself, and two for its destructors), one
        # memory and their tables; a QuickJS guest has 11 instances and 3 memories. wasmtime limits
        # each memory: equal shares keep the sum.
        store.set_limits(
            memory_size=self.limits.wasm_memory_bytes // self._memories, table_elements=20_000,
            instances=64, tables=8, memories=self._memories,
        )
        instance = Instance(self, store)
        with instance.limited(self.limits.policy_fuel):
            return instance, store, self._linker.instantiate(store, self._component)


_MEMORIES_MAX = 4


def _packaged() -> Path:
    """The component inside this package. Packages of releases have one."""
    component = Path(__file__).with_name("despertador.wasm")
    if not component.is_file():
        raise LoadError(
            "this installation of the package contains no component; name one, "
            "as `despertador inspect --save despertador.wasm` writes it"
        )
    return component


def _read(source: bytes | str | os.PathLike[str], allowed: int) -> tuple[bytes, str]:
    if isinstance(source, bytes):
        wasm, name = source, "the component"
    else:
        path = Path(source)
        name = f"`{path}`"
        try:
            with path.open("rb") as file:
                wasm = file.read(allowed + 1)
        except OSError as error:
            raise LoadError(f"{name} cannot be read: {error.strerror}") from None
    if len(wasm) > allowed:
        raise LoadError(f"{name} has more than the {allowed} bytes allowed (`component_bytes`)")
    if not wasm.startswith(b"\0asm"):
        # Also prevents wasmtime from reading it as WebAssembly's text format.
        raise LoadError(f"{name} is not WebAssembly")
    if wasm[4:8] == b"\1\0\0\0":
        raise LoadError(f"{name} is a core module and no component")
    return wasm, name


def _judge(name: str, imports: dict[str, Any], exports: dict[str, Any]) -> None:
    if imports:
        names = "`, `".join(imports)
        raise LoadError(f"{name} imports `{names}`, and a plugin may import nothing")
    interfaces = {}
    for export in exports:
        package, _, version = export.partition("@")
        if not package.startswith(f"{PACKAGE}/"):
            continue  # Nobody calls it: tools add `init` and the like.
        if version.split(".")[:2] != VERSION.split(".")[:2]:
            raise LoadError(
                f"{name} was built for version `{version}` of the contract, "
                f"and this host speaks `{VERSION}`"
            )
        interfaces[package.removeprefix(f"{PACKAGE}/")] = export
    missing = [wanted for wanted in ("decisions", "types") if wanted not in interfaces]
    if missing:
        raise LoadError(f"{name} does not export `{'`, `'.join(missing)}` of `{PACKAGE}`")


def _exported(exports: dict[str, Any]) -> str:
    return next(name for name in exports if name.startswith(f"{PACKAGE}/decisions@"))


def _functions(name: str, exports: dict[str, Any]) -> dict[str, Function]:
    functions = {}
    for function, shape in SHAPES.items():
        found = exports[function].ty if function in exports else None
        if not isinstance(found, FuncType):
            raise LoadError(f"{name} does not export `{function}`")
        functions[function] = Function(found)
        if functions[function].shape != shape:
            raise LoadError(f"{name} exports the contract with other types: `{function}`")
    return functions


class Instance:
    """A store with one instance in it. After any failure it must be dropped: a trap leaves the
    plugin's memory in any state."""

    def __init__(self, loaded: Loaded, store: Store):
        self.functions: dict[str, Func] = {}
        self._loaded = loaded
        self._store = store
        self._parsed: OrderedDict[int, tuple[Any, ResourceAny]] = OrderedDict()
        self._fuel = 0

    def limited(self, fuel: int) -> _Limited:
        """Limits the fuel and the wall-clock time of the code that runs within."""
        self._fuel = fuel
        return _Limited(self._loaded, self._store, fuel)

    def ask(self, fuel: int, function: str, *arguments: Any) -> Any:
        """A call; every failure is a `PluginFailed`."""
        with self.limited(fuel):
            return self.functions[function](self._store, *arguments)

    @property
    def fuel_used(self) -> int:
        """The fuel of the last call."""
        return self._fuel - self._store.get_fuel()

    def policy(self, owner: Any, parse: Callable[[], ResourceAny]) -> ResourceAny:
        """The handle of a policy, which is parsed if this instance does not have it yet."""
        found = self._parsed.get(id(owner))
        if found and found[0]() is owner:
            self._parsed.move_to_end(id(owner))
            return found[1]
        self._make_room()
        handle = parse()
        self._parsed[id(owner)] = (weakref.ref(owner), handle)
        return handle

    def _make_room(self) -> None:
        """Drops policies that are no longer used, and the least recently used one."""
        gone = [key for key, (owner, _) in self._parsed.items() if owner() is None]
        if len(self._parsed) - len(gone) >= max(self._loaded.limits.policies, 1):
            gone.append(next(key for key in self._parsed if key not in gone))
        for key in gone:
            _, handle = self._parsed.pop(key)
            with self.limited(self._loaded.limits.fuel):
                handle.drop(self._store)


class _Limited:
    """A call: sets its limits, and describes its failure."""

    def __init__(self, loaded: Loaded, store: Store, fuel: int):
        self._loaded, self._store, self._fuel = loaded, store, fuel

    def __enter__(self) -> None:
        self._loaded.clock.run()
        self._store.set_fuel(self._fuel)
        self._store.set_epoch_deadline(_EPOCHS)

    def __exit__(self, _kind: Any, error: BaseException | None, _trace: Any) -> None:
        if error is None or isinstance(error, CallError) or not isinstance(error, Exception):
            return
        if isinstance(error, WasmtimeError):
            raise self._in_words(str(error)) from None
        # Arguments were checked before, so it is the answer that cannot be converted.
        raise BadAnswer(f"it cannot be read: {error}") from error

    def _in_words(self, error: str) -> CallError:
        # wasmtime-py distinguishes failures only by their text.
        limits = self._loaded.limits
        if "all fuel consumed" in error:
            return LimitHit("fuel", f"it used up its fuel of {self._fuel}")
        if "wasm trap: interrupt" in error:
            return LimitHit("wall_clock", f"it took longer than {limits.wall_clock} s")
        if "call stack exhausted" in error:
            return LimitHit(
                "wasm_stack_bytes",
                f"its calls went deeper than a stack of {limits.wasm_stack_bytes} bytes",
            )
        if "fuel allocated for hostcalls" in error:
            return LimitHit("answer_bytes", "its answer is too large to be copied out")
        if "wasm trap: " in error:
            what = error.split("wasm trap: ", 1)[1].split("\n", 1)[0]
            return Crashed(f"the plugin crashed: {what}")
        return BadAnswer(f"it cannot be read: {error.splitlines()[-1].strip()}")


_EPOCHS = 5
"""Epochs until a call is stopped: four quarters of the wall clock, and the current one."""


class _Clock:
    """Increments the engine's epoch, so that a call is stopped that does not end."""

    def __init__(self, engine: Engine, wall_clock: float):
        self._engine = engine
        self._quarter = max(wall_clock / 4, 0.001)
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def run(self) -> None:
        """Starts counting if it is not running: at the first call, and in a forked process."""
        if self._thread is None or not self._thread.is_alive():
            self._stopped = threading.Event()
            weakref.finalize(self, self._stopped.set)
            # Not `self`: the thread must not keep alive the object for which it counts.
            self._thread = threading.Thread(
                target=_count, args=(self._engine, self._quarter, self._stopped),
                name="despertador-epochs", daemon=True,
            )
            self._thread.start()


def _count(engine: Engine, quarter: float, stopped: threading.Event) -> None:
    while not stopped.wait(quarter):
        engine.increment_epoch()
