"""Kinds of effect on live requests: each is a module here that says its parameters and how it falls on a request.

Effects are pure: a lease, a request and how strong it is now come in, and what has to be done goes out. Whom a lease
falls on, and by how much, is drawn by its seed and the request's id, so that it can be repeated.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from simulator.live.effects import (
    constant,
    delay,
    drop,
    freeze,
    noise,
    permute,
    refuse,
    rename,
    reset,
    retype,
    scale,
    shift,
    swallow,
    throttle,
    truncate,
)
from simulator.live.effects.chance import chance, intensity
from simulator.live.effects.fate import Act, Fate, Refusal
from simulator.live.effects.parameters import Parameter, checked
from simulator.live.effects.prepared import Prepared
from simulator.live.effects.streams import Streams
from simulator.live.lease import Effect, Lease

__all__ = ["KINDS", "Fate", "Prepared", "Refusal", "chance", "intensity", "prepared"]


class EffectKind(Protocol):
    @property
    def PARAMETERS(self) -> Sequence[Parameter]: ...  # noqa: N802

    def act(self, parameters: Mapping[str, Any], streams: Streams) -> Act:
        """ValueError with a sentence where parameters do not go together."""
        ...


KINDS: Mapping[str, EffectKind] = {
    "constant": constant,
    "delay": delay,
    "drop": drop,
    "freeze": freeze,
    "noise": noise,
    "permute": permute,
    "refuse": refuse,
    "rename": rename,
    "reset": reset,
    "retype": retype,
    "scale": scale,
    "shift": shift,
    "swallow": swallow,
    "throttle": throttle,
    "truncate": truncate,
}


def prepared(lease: Lease) -> Prepared:
    """A lease, ready to fall on requests; ValueError with a sentence where it cannot be."""
    acts = [_act(effect, place, lease) for place, effect in enumerate(lease.effects)]
    return Prepared(lease, acts)


def _act(effect: Effect, place: int, lease: Lease) -> Act:
    where = f"effect {place + 1} ({effect.kind[:50]})"
    kind = KINDS.get(effect.kind)
    if kind is None:
        raise ValueError(f"{where} is of no kind that there is: {', '.join(KINDS)}")
    if not isinstance(effect.with_, Mapping):
        raise ValueError(f"{where}: its parameters have to be a mapping")
    try:
        return kind.act(checked(kind.PARAMETERS, effect.with_), Streams(lease.seed, lease.position, place))
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None
