"""The errors of this package. None of them closes a ticket."""

from __future__ import annotations

from typing import Sequence

from .contract import Diagnostic


class DespertadorError(Exception):
    """The base class of all errors of this package."""


class LoadError(DespertadorError):
    """The component was not loaded; the text says why."""


class PolicyRefused(DespertadorError):
    """The config has errors: all of its problems, including warnings."""

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
    """A call failed. The ticket is unchanged: keep its memory, carry nothing out."""


class InvalidInput(CallError, ValueError):
    """The input cannot be converted; the plugin was not called."""


class Fault(CallError):
    """The plugin reported that it cannot answer."""


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
    """A value exceeds the plugin's limit."""

    def __init__(self, name: str):
        self.name = name
        super().__init__(f"`{name}` is over its limit")


class UnknownFault(Fault):
    """A fault that this contract does not define."""

    def __init__(self, word: str):
        self.word = word
        super().__init__(f"the plugin cannot answer: `{word}`")


class PluginFailed(CallError):
    """The plugin is at fault: its instance is dropped, and calls about the ticket are deferred."""


class LimitHit(PluginFailed):
    """The call exceeded a limit and was stopped; `limit` is its name in `Limits`."""

    def __init__(self, limit: str, sentence: str):
        self.limit = limit
        super().__init__(f"the plugin was stopped: {sentence} (`{limit}`)")


class Crashed(PluginFailed):
    """The plugin trapped."""


class BadAnswer(PluginFailed):
    """The plugin's answer violates the contract; the text says how."""

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
