"""Hosts Despertador plugins: loads, limits and calls them, and checks their answers.

A plugin decides when a silent customer is reminded and when the ticket is closed. It is a
WebAssembly component without imports: it computes and can do nothing else. This package loads it,
bounds what it uses, and holds its answers to the contract; carrying them out is the business of
the program that embeds it. No clock is read here, and nothing is stored.
"""

from .contract import *  # noqa: F403
from .contract import __all__ as _contract
from .errors import (
    BadAnswer, BadTime, CallError, Crashed, DespertadorError, Fault, InvalidInput, LimitHit,
    LoadError, MemoryDamaged, MemoryNewer, OverLimit, PluginFailed, PolicyRefused, Quarantined,
    Deferred, UnknownFault,
)
from .plugin import Conversation, Plugin, Policy
from .sandbox import Limits

__all__ = [
    *_contract, "BadAnswer", "BadTime", "CallError", "Conversation", "Crashed",
    "DespertadorError", "Fault", "InvalidInput", "LimitHit", "Limits", "LoadError",
    "MemoryDamaged", "MemoryNewer", "OverLimit", "Plugin", "PluginFailed", "Policy",
    "PolicyRefused", "Quarantined", "Deferred", "UnknownFault",
]
