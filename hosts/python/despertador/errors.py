"""Everything that can go wrong. None of it closes a ticket."""

from __future__ import annotations

from typing import Sequence

from .contract import Diagnostic


class DespertadorError(Exception):
    """What all errors of this package have in common."""


class LoadError(DespertadorError):
    """The component is not loaded; the sentence says why."""


class PolicyRefused(DespertadorError):
    """The config has errors: all of its problems, warnings included."""

    def __init__(self, diagnostics: Sequence[Diagnostic]):
        self.diagnostics = tuple(diagnostics)
        super().__init__(f"the config is refused\n{self.in_language('en')}")

    def in_language(self, language: str) -> str:
        """All problems as lines: place, code, text, and the help below."""
        lines = []
        for diagnostic in self.diagnostics:
            wording = diagnostic.wording(language)
            lines.append(
                f"{diagnostic.severity}[{diagnostic.code}] {diagnostic.place or '/'}\n"
                f"  {wording.text}\n  {wording.help}"
            )
        return "\n".join(lines)


class CallError(DespertadorError):
    """A call has no answer. The ticket is as it was: keep its memory, carry nothing out."""


class InvalidInput(CallError, ValueError):
    """What the host gave cannot be handed over; the plugin was not called."""


class Fault(CallError):
    """The plugin's own word that it cannot answer."""


class MemoryDamaged(Fault):
    """The memory is truncated or altered: restore the last one the plugin returned."""

    def __init__(self) -> None:
        super().__init__(
            "the ticket's memory is damaged; restore the last one the plugin returned"
        )


class MemoryNewer(Fault):
    """The memory was written by a later version of the plugin: use that one."""

    def __init__(self, version: int):
        self.version = version
        super().__init__(
            f"the ticket's memory is of version {version}, written by a later plugin; "
            "use that plugin"
        )


class BadTime(Fault):
    """A time outside the years 1970 to 9999."""

    def __init__(self, instant: int):
        self.instant = instant
        super().__init__(f"the time {instant} is not between the years 1970 and 9999")


class OverLimit(Fault):
    """A value over the plugin's limit."""

    def __init__(self, name: str):
        self.name = name
        super().__init__(f"`{name}` is over its limit")


class UnknownFault(Fault):
    """A fault this contract has no word for."""

    def __init__(self, word: str):
        self.word = word
        super().__init__(f"the plugin cannot answer: `{word}`")


class PluginFailed(CallError):
    """The plugin is to blame: its instance is dropped, and calls about the ticket are deferred."""


class LimitHit(PluginFailed):
    """The call went over a limit and was ended; `limit` is its name in `Limits`."""

    def __init__(self, limit: str, sentence: str):
        self.limit = limit
        super().__init__(f"the plugin was stopped: {sentence} (`{limit}`)")


class Crashed(PluginFailed):
    """The plugin trapped."""


class BadAnswer(PluginFailed):
    """The plugin's answer breaks the contract; the sentence says how."""

    def __init__(self, sentence: str):
        super().__init__(f"the plugin's answer breaks the contract: {sentence}")


class Deferred(CallError):
    """The last call about this ticket failed, and calls about it are deferred until an instant."""

    def __init__(self, ticket: str, until: int, why: str):
        self.ticket, self.until = ticket, until
        super().__init__(f"calls about ticket `{ticket}` are deferred until {until}: {why}")


class Quarantined(CallError):
    """Calls about several tickets failed in a row; the plugin is not called until an instant."""

    def __init__(self, until: int, why: str):
        self.until = until
        super().__init__(
            f"the plugin is quarantined until {until}, calls about several tickets failed in "
            f"a row; the last: {why}"
        )
