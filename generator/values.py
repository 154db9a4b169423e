"""Plain data in, values of the model out; and back."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from generator.model import Decision, Setting, Step

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")


def structure(data: Any, type_: type[T]) -> T:
    """A value of that type, from checked data with the same keys; a key ``with`` fills ``with_``."""
    return _converter().structure(data, type_)


def plain(value: Any) -> Any:
    """Data that JSON can hold, with the keys of the sources; ``structure`` takes it back.

    >>> from generator.model import Condition
    >>> plain(Condition(signal="latency", is_="quiet"))["is"]
    'quiet'
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name.rstrip("_"): plain(getattr(value, name)) for name in _names(type(value))}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


@functools.cache
def _names(type_: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in dataclasses.fields(type_))


@functools.cache
def _converter() -> Converter:
    from cattrs import Converter  # imported late: half of the commands do without

    converter = Converter(detailed_validation=False)
    converter.register_structure_hook_factory(
        dataclasses.is_dataclass, lambda type_: _structurer(type_, converter)
    )
    converter.register_structure_hook(
        Step | Decision, lambda data, _: converter.structure(data, Decision if "decide" in data else Step)
    )
    converter.register_structure_hook_func(lambda type_: type_ == Setting, lambda data, _: data)
    converter.register_structure_hook_func(lambda type_: type_ == Setting | None, lambda data, _: data)
    return converter


def _structurer(type_: type, converter: Converter) -> Callable[[Any, Any], Any]:
    """A dataclass from a mapping, where a field ``with_`` is called ``with``."""
    from cattrs.gen import make_dict_structure_fn, override

    renamed = {name: override(rename=name.rstrip("_")) for name in _names(type_) if name.endswith("_")}
    return make_dict_structure_fn(type_, converter, _cattrs_detailed_validation=False, **renamed)  # type: ignore[arg-type]
