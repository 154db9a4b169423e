"""Plain data in, values of the model out; and back."""

from __future__ import annotations

import dataclasses
import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import MISSING
from typing import TYPE_CHECKING, Any, Literal, TypeVar, get_args, get_origin

from generator.model import Decision, Setting, Span, Step
from generator.source import LARGEST

if TYPE_CHECKING:
    from cattrs import Converter

T = TypeVar("T")


class StructureError(ValueError):
    """The data are not of the shape that the type asks for; the message says what is amiss."""


def structure(data: Any, type_: type[T]) -> T:
    """A value of that type, from data with the same keys; a key ``with`` fills ``with_``.

    StructureError when the data do not fit: nothing is converted, but a whole number to the other kind of number.
    """
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


def brief(value: Any) -> Any:
    """The same without the fields that equal their default, as an author would leave them out.

    >>> from generator.model import Condition
    >>> brief(Condition(signal="latency", is_="quiet"))
    {'signal': 'latency', 'is': 'quiet'}
    """
    if isinstance(value, (list, tuple)):
        return [brief(item) for item in value]
    if dataclasses.is_dataclass(value) or isinstance(value, Mapping):
        return {key: brief(item) for key, item in outline(value).items()}
    return value


def outline(value: Any) -> dict[str, Any]:
    """The same of one value of the model or one mapping, with what it holds as it is; TypeError for all others.

    >>> from generator.model import Condition
    >>> outline(Condition(not_=Condition(signal="latency", is_="quiet")))["not"].signal
    'latency'
    """
    if isinstance(value, Mapping):
        return dict(value)
    given = [(key, getattr(value, name), default) for name, key, default in _defaults(value.__class__)]
    return {key: held for key, held, default in given if held != default}


@functools.cache
def _defaults(type_: type[Any]) -> tuple[tuple[str, str, Any], ...]:
    """The fields of a class, each with its key and its default; of one that has none, what equals nothing."""
    return tuple(
        (
            field.name,
            field.name.rstrip("_"),
            field.default_factory() if field.default_factory is not MISSING else field.default,
        )
        for field in dataclasses.fields(type_)
    )


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
    converter.register_structure_hook(Span, _span)
    converter.register_structure_hook(
        Step | Decision, lambda data, _: converter.structure(data, Decision if "decide" in data else Step)
    )
    converter.register_structure_hook_func(lambda type_: type_ == Setting, lambda data, _: _setting(data))
    converter.register_structure_hook_func(
        lambda type_: type_ == Setting | None, lambda data, _: None if data is None else _setting(data)
    )
    converter.register_structure_hook_func(lambda type_: _made_of(type_, Literal), _choice)
    converter.register_structure_hook_func(
        lambda type_: _made_of(type_, tuple),
        lambda data, type_: tuple(converter.structure(item, get_args(type_)[0]) for item in _list(data)),
    )
    converter.register_structure_hook(str, lambda data, _: _text(data))
    converter.register_structure_hook(float, lambda data, _: _number(data))
    converter.register_structure_hook(int, lambda data, _: _whole(data))
    converter.register_structure_hook(bool, lambda data, _: _truth(data))
    return converter


def _made_of(type_: Any, origin: Any) -> bool:
    """Whether a type is that generic one, with arguments."""
    return bool(get_origin(type_) == origin)


def _structurer(type_: type, converter: Converter) -> Callable[[Any, Any], Any]:
    """A dataclass from a mapping, where a field ``with_`` is called ``with``."""
    from cattrs.gen import make_dict_structure_fn, override

    renamed = {name: override(rename=name.rstrip("_")) for name in _names(type_) if name.endswith("_")}
    fill: Callable[[Any, Any], Any] = make_dict_structure_fn(
        type_,
        converter,
        _cattrs_detailed_validation=False,
        **renamed,  # type: ignore[arg-type]
    )

    def structured(data: Any, wanted: Any) -> Any:
        if not isinstance(data, Mapping):
            raise StructureError(f"{_shown(data)} stands where a mapping belongs")
        try:
            return fill(data, wanted)
        except KeyError as error:
            raise StructureError(f"the key {error} is missing") from None
        except AttributeError:
            raise StructureError(f"no mapping stands where one belongs, in {_shown(data)}") from None

    return structured


def _span(data: Any, _: Any) -> Span:
    """A range, or a number that stands for both of its ends."""
    if isinstance(data, Mapping):
        if data.keys() != {"least", "most"}:
            raise StructureError(f"{_shown(data)} stands where a range belongs")
        return Span(_number(data["least"]), _number(data["most"]))
    return Span(_number(data), _number(data))


def _choice(data: Any, type_: Any) -> Any:
    if not isinstance(data, str) or data not in get_args(type_):
        raise StructureError(f"{_shown(data)} is none of: {', '.join(map(str, get_args(type_)))}")
    return data


def _list(data: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(data, (list, tuple)):
        raise StructureError(f"{_shown(data)} stands where a list belongs")
    return data


def _text(data: Any) -> str:
    if not isinstance(data, str):
        raise StructureError(f"{_shown(data)} stands where a text belongs")
    return data


def _number(data: Any) -> float:
    try:
        number = float(data) if isinstance(data, (int, float)) and not isinstance(data, bool) else math.nan
    except OverflowError:
        number = math.inf
    if not abs(number) <= LARGEST:
        raise StructureError(f"{_shown(data)} stands where a number of a sensible size belongs")
    return number


def _whole(data: Any) -> int:
    number = _number(data)
    if not number.is_integer():
        raise StructureError(f"{_shown(data)} stands where a whole number belongs")
    return int(data)


def _truth(data: Any) -> bool:
    if not isinstance(data, bool):
        raise StructureError(f"{_shown(data)} stands where true or false belongs")
    return data


def _setting(data: Any) -> Any:
    if not isinstance(data, (str, bool)):
        _number(data)
    return data


def _shown(data: Any) -> str:
    """As much of some data as a message can take."""
    text = repr(data) if not isinstance(data, int) or abs(data) < 10**40 else "a huge number"
    return text if len(text) <= 40 else f"{text[:40]}..."
