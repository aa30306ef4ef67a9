"""What a call costs: the same calls as in `tests/benches/decisions/hosts.rs`."""

import json
import os
import statistics
import time
from pathlib import Path
from typing import Callable

from despertador import Act, Author, Channel, Message, Plugin, Surroundings, Ticket, Wait

CONFIG = (Path(__file__).parents[2] / "policies/adereso.json").read_text(encoding="utf-8")
START = 1_800_000_000_000
MINUTE = 60_000
ROUNDS = 15
TURN = 0.02


def measured(subjects: dict[str, Callable[[], object]]) -> dict[str, float]:
    """The median nanoseconds of each, taken by turns."""
    times = {name: enough(work) for name, work in subjects.items()}
    found: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(ROUNDS):
        for name, work in subjects.items():
            found[name].append(turn(work, times[name]) / times[name] * 1e9)
    return {name: statistics.median(nanos) for name, nanos in found.items()}


def enough(work: Callable[[], object]) -> int:
    """How often the work is done in a turn; found by doing it, which also warms it up."""
    times = 1
    while turn(work, times) < TURN:
        times *= 2
    return times


def turn(work: Callable[[], object], times: int) -> float:
    start = time.perf_counter()
    for _ in range(times):
        work()
    return time.perf_counter() - start


def main() -> None:
    plugin = Plugin(os.environ["DESPERTADOR_COMPONENT"])
    surroundings = Surroundings(tick_resolution=MINUTE)
    policy = plugin.policy(CONFIG, surroundings)
    ticket = Ticket("4711", Channel.WHATSAPP, department="support")
    asked = policy.on_message(ticket, b"", Message(Author.CUSTOMER, START - MINUTE)).memory
    memory = policy.on_message(ticket, asked, Message(Author.AGENT, START)).memory
    again = Message(Author.AGENT, START + 2 * MINUTE)
    assert isinstance(policy.on_tick(ticket, memory, START + 5 * MINUTE).outcome, Wait)
    assert isinstance(policy.on_tick(ticket, memory, START + 10 * MINUTE).outcome, Act)
    assert isinstance(policy.on_message(ticket, memory, again).decision.outcome, Wait)
    found = measured({
        "fresh-instance-ns": plugin._loaded.instance,
        "parse-ns": lambda: plugin.policy(CONFIG, surroundings),
        "on-message-ns": lambda: policy.on_message(ticket, memory, again),
        "tick-waits-ns": lambda: policy.on_tick(ticket, memory, START + 5 * MINUTE),
        "tick-acts-ns": lambda: policy.on_tick(ticket, memory, START + 10 * MINUTE),
    })
    print(json.dumps({"host": "python", **{name: round(ns) for name, ns in found.items()}}))


if __name__ == "__main__":
    main()
