"""Which tickets are deferred after a failed call, and whether the plugin is quarantined.

Time is the callers': the instant at which a call is made is the instant it is about. The same
rules as the Rust host's.
"""

from __future__ import annotations

from dataclasses import dataclass

from .errors import Quarantined, Deferred

_FIRST_REST = 1_000
_LONGEST_REST = 5 * 60_000
_FIRST_QUARANTINE = 60_000
_LONGEST_QUARANTINE = 60 * 60_000
_TICKETS = 1_024


@dataclass
class _Deferral:
    since: int
    until: int
    length: int
    why: str

    def covers(self, now: int) -> bool:
        """If the clock goes back to before the failure, it ends the deferral."""
        return self.since <= now < self.until


class Health:
    """The state of one plugin."""

    def __init__(self, quarantine_after: int) -> None:
        self._quarantine_after = max(quarantine_after, 1)
        self.release()

    def release(self) -> None:
        """Ends every deferral and the quarantine."""
        self._deferred: dict[str, _Deferral] = {}
        self._in_a_row: list[str] = []
        self._quarantine: _Deferral | None = None

    def admit(self, ticket: str, now: int) -> None:
        """Raises if no call about this ticket may be made now."""
        deferral = self._deferred.get(ticket)
        if deferral and deferral.covers(now):
            raise Deferred(ticket, deferral.until, deferral.why)
        quarantine = self._quarantine
        if quarantine:
            if quarantine.covers(now):
                raise Quarantined(quarantine.until, quarantine.why)
            # This call is the test; the others wait for its result.
            quarantine.since, quarantine.until = now, now + quarantine.length

    def success(self, ticket: str) -> None:
        """A call about this ticket was answered."""
        self._deferred.pop(ticket, None)
        self._in_a_row.clear()
        self._quarantine = None

    def failure(self, ticket: str, now: int, why: str) -> None:
        """The plugin failed on this ticket."""
        before = self._deferred.get(ticket)
        length = min(before.length * 2, _LONGEST_REST) if before else _FIRST_REST
        if not before and len(self._deferred) >= _TICKETS:
            del self._deferred[min(self._deferred, key=lambda t: self._deferred[t].until)]
        self._deferred[ticket] = _Deferral(now, now + length, length, why)
        if ticket not in self._in_a_row:
            self._in_a_row.append(ticket)
        if len(self._in_a_row) >= self._quarantine_after:
            last = self._quarantine
            length = min(last.length * 2, _LONGEST_QUARANTINE) if last else _FIRST_QUARANTINE
            self._quarantine = _Deferral(now, now + length, length, why)
            # If the test fails too, that is enough to continue the quarantine.
            del self._in_a_row[self._quarantine_after :]
