"""Faults in the labels that come back in, what becomes of labels on their way out."""

from __future__ import annotations

from simulator.live.lease import Effect
from simulator.live.translating.case import Case, NotLiveError, Put


def corruption(case: Case) -> tuple[Put, ...]:
    """Labels of requests from the onset on, when they come; a parcel of labels shares one fate."""
    classes = (case.with_["instead_of"],) if "instead_of" in case.with_ else (0, 1)
    mapping = [[label, 1 - label] for label in classes]
    flipped = Effect("permute", {"field": "label", "mapping": mapping})
    return (Put((flipped,), "labels", after_minutes=case.service.profile.labels.delay_minutes),)


def delay(case: Case) -> tuple[Put, ...]:
    """None comes any more, as long as that is what later labels look like; they come when the fault is over."""
    usual, later = case.service.profile.labels.delay_minutes, case.with_["hours"] * 60
    lasts = case.horizon_minutes - case.onset_minutes
    if case.duration_minutes is not None:
        lasts = min(lasts, case.duration_minutes)
    who = f"the fault '{case.fault.id}' (label-delay)"
    if later < lasts:
        raise NotLiveError(
            f"{who} lasts longer than labels are late: live, no label comes until it is over, as at a table with "
            f"{lasts / 60:g} hours or more"
        )
    if case.fault.shape not in ("step", "linear") or case.ramp_minutes > later:
        raise NotLiveError(
            f"{who} comes on too slowly: live, no label comes from its onset on; make it a step"
        )
    if case.onset_minutes < usual:
        raise NotLiveError(
            f"{who} begins when labels of requests from before the drill still come, {usual:g} minutes late, and "
            "these pass no proxy: let it begin later"
        )
    return (Put((Effect("refuse", {"status": 503}),), "labels", at_once=True),)
