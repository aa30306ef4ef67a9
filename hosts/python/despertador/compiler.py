"""Compiles a component in a separate process, with a limit on its time and memory.

A component that nobody has looked at can keep the compiler busy for minutes, take gigabytes, or
make it crash, and a crash of wasmtime's C interface ends the whole process.
"""

from __future__ import annotations

import os
import subprocess
import sys

from wasmtime import Config, Engine, WasmtimeError
from wasmtime.component import Component

from .errors import LoadError

SECONDS_MAX = 60
"""CPU time of the compiler, in seconds; our own component takes about one."""
MEMORY_BYTES_MAX = 2 << 30
"""Address space of the compiling process, in bytes."""

_REFUSED = 3
_ARGUMENTS = ["-m", "despertador.compiler"]


def engine(wasm_stack_bytes: int) -> Engine:
    """An engine for components that only compute."""
    config = Config()
    config.consume_fuel = True
    config.epoch_interruption = True
    config.max_wasm_stack = wasm_stack_bytes
    config.cranelift_nan_canonicalization = True
    config.wasm_threads = False
    config.wasm_memory64 = False
    # Components within a component are joined by modules that use both memories; a store still
    # allows only one memory.
    config.wasm_multi_memory = True
    return Engine(config)


def compiled(engine: Engine, wasm: bytes, wasm_stack_bytes: int, name: str) -> Component:
    """The component for this engine; `LoadError` if it is invalid or too expensive."""
    if not sys.executable:
        # Embedded in a program that is not an interpreter: there is nothing to start.
        return _here(engine, wasm, name)
    arguments = [
        sys.executable, *_ARGUMENTS, str(wasm_stack_bytes), str(SECONDS_MAX), str(MEMORY_BYTES_MAX),
    ]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        done = subprocess.run(
            arguments, input=wasm, env=environment, capture_output=True, timeout=2 * SECONDS_MAX,
            check=False,
        )
    except OSError:
        return _here(engine, wasm, name)
    except subprocess.TimeoutExpired:
        raise LoadError(_too_much(name)) from None
    if done.returncode == 0:
        return Component.deserialize(engine, done.stdout)
    said = done.stderr.decode(errors="replace").strip().splitlines() or [""]
    if done.returncode == _REFUSED:
        raise LoadError(f"{name} is not a component that this host can run: " + "\n".join(said))
    panic = next((n for n, line in enumerate(said) if "panicked at" in line), None)
    if panic is not None and not any("memory allocation of" in line for line in said):
        why = " ".join(said[panic + 1 : panic + 2])
        raise LoadError(f"{name} makes the compiler crash: {why}")
    raise LoadError(_too_much(name))


def _too_much(name: str) -> str:
    return (
        f"{name} cannot be compiled within {SECONDS_MAX} s and {MEMORY_BYTES_MAX >> 20} MiB; "
        "build it with smaller functions"
    )


def _here(engine: Engine, wasm: bytes, name: str) -> Component:
    try:
        return Component(engine, wasm)
    except WasmtimeError as error:
        raise LoadError(f"{name} is not a component that this host can run: {error}") from None


def _main() -> int:
    wasm_stack_bytes, seconds, memory_bytes = map(int, sys.argv[1:])
    try:
        import resource
    except ImportError:
        # Windows: the parent's timeout is the only limit.
        pass
    else:
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    wasm = sys.stdin.buffer.read()
    try:
        module = Component(engine(wasm_stack_bytes), wasm).serialize()
    except WasmtimeError as error:
        print(error, file=sys.stderr)
        return _REFUSED
    sys.stdout.buffer.write(module)
    return 0


if __name__ == "__main__":
    sys.exit(_main())
