"""The plugin: what it is, and what it leaves behind when it crashes. The rule is in `decisions.py`."""

import sys

import decisions  # noqa: F401 (the class `Policy` is looked up in it)
from wit_world import exports
from wit_world.exports import types


class Types(exports.Types):
    pass


class Decisions(exports.Decisions):
    def describe(self) -> types.Description:
        return types.Description(
            name="@NAME@",
            version="0.1.0",
            contract="despertador:inactivity@@CONTRACT@",
            memory_version=decisions.MEMORY_VERSION,
            languages=["en"],
            limits=[],
        )


last_words = b""


def leave_last_words(kind, error, trace) -> None:
    """A plugin cannot print. What was raised is left in memory, where the host finds it."""
    global last_words
    place = ""
    while trace is not None:
        code = trace.tb_frame.f_code
        file = code.co_filename.rsplit("/", 1)[-1]
        place = f" at {code.co_name} ({file}:{trace.tb_lineno})"
        trace = trace.tb_next
    last_words = f"\x01despertador-last-words\x02{kind.__name__}: {error}{place}\x03".encode()


sys.excepthook = leave_last_words
