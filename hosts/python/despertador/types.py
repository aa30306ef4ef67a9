"""The types of the component's functions, read out of it once.

`wasmtime.component` asks the component for the type of a function and of everything within at
every call, which takes five sixths of it. Here they are asked for once: subclasses of its own
types that have as values what those find out anew. Converting is theirs.
"""

from __future__ import annotations

import ctypes
import hashlib
from typing import Any, Iterator, Type, TypeVar

from wasmtime import _ffi as ffi
from wasmtime.component import (
    Bool, FuncType, ListType, OptionType, RecordType, ResultType, TupleType, U8, ValType,
    Variant, VariantType,
)

Cases = list[tuple[str, "ValType | None"]]
_T = TypeVar("_T", bound=ValType)


# An attribute of the class hides the property; the instance has the actual value.


class _Record(RecordType):
    fields: list[tuple[str, ValType]] = []


class _Tuple(TupleType):
    elements: list[ValType] = []


class _List(ListType):
    element: ValType = Bool()

    def _is_bytes(self) -> bool:
        return False


class _Bytes(ListType):
    """A `list<u8>`, converted as one block. wasmtime converts byte by byte, a microsecond each."""

    def convert_to_c(self, store: Any, val: Any, ptr: Any) -> None:
        raw = ffi.wasmtime_component_vallist_t()
        ffi.wasmtime_component_vallist_new_uninit(raw, len(val))
        values = bytearray(_VALUE * len(val))
        values[::_VALUE] = bytes([ffi.WASMTIME_COMPONENT_U8.value]) * len(val)
        values[_BYTE::_VALUE] = val
        ctypes.memmove(raw.data, bytes(values), len(values))
        ptr.contents.kind = ffi.WASMTIME_COMPONENT_LIST
        ptr.contents.of.list = raw

    def convert_from_c(self, c: Any) -> bytes:
        found = c.of.list
        value = ctypes.string_at(found.data, found.size * _VALUE)[_BYTE::_VALUE]
        ffi.wasmtime_component_vallist_delete(ctypes.byref(found))
        return value


# The distance between values in an array, and the offset of a byte in one.
_VALUE = ctypes.sizeof(ffi.wasmtime_component_val_t)
_BYTE = ffi.wasmtime_component_val_t.of.offset


class _Choice:
    """A variant, an option or a result."""

    cases: Cases
    tagged: bool

    def _cases(self) -> Cases:
        return self.cases

    def _tagged(self) -> bool:
        return self.tagged

    def _lift(self, tag: str, box: Any) -> Any:
        """What is in a choice. wasmtime 50's own forgets to free the box, at every choice of every
        answer: some hundred bytes a call, for as long as the process lives."""
        ty = next(ty for name, ty in self.cases if name == tag)
        if ty is None:
            return Variant(tag) if self.tagged else None
        value = ty.convert_from_c(box.contents)
        # The value was moved out, so nothing in the box must be freed.
        box.contents.kind = ffi.WASMTIME_COMPONENT_BOOL
        box.contents.of.boolean = False
        ffi.wasmtime_component_val_free(box)
        return Variant(tag, value) if self.tagged else value


class _Variant(_Choice, VariantType):
    cases: Cases = []


class _Option(_Choice, OptionType):
    pass


class _Result(_Choice, ResultType):
    pass


class Function:
    """What a `Func` needs to know of its type."""

    def __init__(self, found: FuncType):
        self.params = [(name, _kept(ty)) for name, ty in found.params]
        self.result = found.result and _kept(found.result)
        self.shape = hashlib.sha256("".join(_shape(found)).encode()).hexdigest()[:16]


def _kept(ty: ValType) -> ValType:
    if isinstance(ty, RecordType):
        return _with(_Record, fields=[(name, _kept(field)) for name, field in ty.fields])
    if isinstance(ty, TupleType):
        return _with(_Tuple, elements=[_kept(element) for element in ty.elements])
    if isinstance(ty, ListType):
        element = ty.element
        return _with(_Bytes) if isinstance(element, U8) else _with(_List, element=_kept(element))
    if isinstance(ty, VariantType):
        cases: Cases = [(name, case and _kept(case)) for name, case in ty.cases]
        return _with(_Variant, cases=cases, tagged=ty._tagged())
    if isinstance(ty, OptionType):
        cases = [("none", None), ("some", _kept(ty.payload))]
        return _with(_Option, cases=cases, tagged=ty._tagged())
    if isinstance(ty, ResultType):
        cases = [("ok", ty.ok and _kept(ty.ok)), ("err", ty.err and _kept(ty.err))]
        return _with(_Result, cases=cases, tagged=ty._tagged())
    return ty


def _with(kind: Type[_T], **values: Any) -> _T:
    # Without a pointer into wasmtime: nothing to query, nothing to free.
    kept = kind.__new__(kind)
    kept.__dict__.update(values)
    return kept


def _shape(ty: Any) -> Iterator[str]:
    """A type as text: equal for equal types, names of fields and cases included."""
    yield type(ty).__name__ + "("
    if isinstance(ty, FuncType):
        parts: Any = [*ty.params, ("", ty.result)]
    elif isinstance(ty, RecordType):
        parts = ty.fields
    elif isinstance(ty, VariantType):
        parts = ty.cases
    elif isinstance(ty, TupleType):
        parts = [("", element) for element in ty.elements]
    elif isinstance(ty, ListType):
        parts = [("", ty.element)]
    elif isinstance(ty, OptionType):
        parts = [("", ty.payload)]
    elif isinstance(ty, ResultType):
        parts = [("ok", ty.ok), ("err", ty.err)]
    else:
        parts = []
    for name, part in parts:
        yield f"{name}:"
        if part is not None:
            yield from _shape(part)
        yield ","
    yield ")"
