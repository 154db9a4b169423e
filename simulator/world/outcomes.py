"""Decisions, lateness, refusals and failures in; how requests end out, and which end worse than they would."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from simulator.world.flow import Floats, over_traffic

OUTCOMES = ("right", "late", "refused", "wrong", "failed")
"""From best to worst for the one who asked."""
CODES = ("200", "429", "500")
FORMS = ("answer", "refusal", "malformed")
"""Of the model's answers: one that can be used, a refusal to give one, one that nobody can read."""
_END_OF_FORM = {"refusal": OUTCOMES.index("refused"), "malformed": OUTCOMES.index("failed")}


def codes_of(refused: Floats, failed: float, failure: Floats) -> Floats:
    """Shares of ``CODES``; a request fails anyhow, or is refused, or fails on its route, in this order."""
    # Shares of prototypes add up to one, or a hair more.
    refused, failure = np.minimum(refused, 1.0), np.minimum(failure, 1.0)
    taken = (1 - refused) * (1 - failed)
    return np.stack([taken * (1 - failure), refused * (1 - failed), failed + taken * failure], axis=1)


def ends_of(
    decided: NDArray[np.intp], late: Floats, refused: Floats, failed: float, failure: Floats
) -> Floats:
    """Probabilities of the outcomes, (state, prototype, outcome), from the decision each prototype would get.

    ``refused`` has axes (state, prototype or 1).
    """
    taken = (1 - failed) * (1 - refused)
    answered = taken * (1 - failure)
    out = np.zeros((*decided.shape, len(OUTCOMES)))
    in_time = np.broadcast_to(answered * (1 - late), decided.shape)
    np.put_along_axis(out, decided[:, :, None], in_time[:, :, None], axis=2)
    out[:, :, 1] += answered * late
    out[:, :, 2] += (1 - failed) * refused
    out[:, :, 4] += failed + taken * failure
    return out


def spoilt_ends(ends: Floats, spoilt: Mapping[str, Floats]) -> Floats:
    """The same, where answers cannot be used with these probabilities, by form.

    What is held for a person waits all the same.
    """
    ends = ends.copy()
    for form in (form for form in FORMS if form in spoilt):
        for decided in (0, 1, 3):
            lost = ends[:, :, decided] * spoilt[form]
            ends[:, :, decided] -= lost
            ends[:, :, _END_OF_FORM[form]] += lost
    return ends


def form_shares(spoilt: Mapping[str, Floats], weight: Floats, states: int) -> Floats:
    """Shares of ``FORMS`` among the model's answers, (state, form); who refuses writes nothing malformed."""
    out = np.zeros((states, len(FORMS)))
    usable: Floats = np.ones((1, 1))
    for place, form in enumerate(FORMS[1:], 1):
        if form in spoilt:
            out[:, place] = over_traffic(
                np.broadcast_to(usable * spoilt[form], (states, len(weight))), weight
            )
            usable = usable * (1 - spoilt[form])
    out[:, 0] = 1 - out[:, 1:].sum(axis=1)
    return np.maximum(out, 0.0)


def ended_worse(healthy: Floats, now: Floats) -> Floats:
    """Probability that a prototype ends worse, (state, prototype), when both worlds share their luck.

    The two distributions are coupled monotonically: the same quantile in both.
    """
    before, after = healthy[:, :, 0], now[:, :, 0]
    worse = np.maximum(before - np.maximum(after, 0.0), 0.0)
    for outcome in range(1, healthy.shape[2]):
        start, before = before, before + healthy[:, :, outcome]
        after = after + now[:, :, outcome]
        worse = worse + np.maximum(before - np.maximum(start, after), 0.0)
    return np.where(worse > 1e-12, worse, 0.0)
