"""A staged drill in, out where a reading stands among those of the same drill without its faults."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

import numpy as np

from simulator.events import EvidenceLink, EvidenceQuantile
from simulator.session.stage import Stage
from simulator.session.vitals import Vitals
from simulator.signals.alerts import SignalBank
from simulator.world.flow import Floats

DECIMALS = 9


class Healthy:
    """Readings of these keys in the healthy world of the same seeds."""

    def __init__(self, stage: Stage, keys: Collection[str]) -> None:
        seeds = tuple(dict.fromkeys(stage.seeds))
        world, vitals = replace(stage, seeds=seeds).healthy_world(), Vitals(stage.service)
        cited = [ref for ref in stage.signals if ref.key in keys]
        bank = SignalBank([ref.signal for ref in cited], len(seeds), slos=stage.service.slos)
        with_vitals = any(key in vitals.names for key in keys)
        rows = []
        for step in range(stage.clockwork.steps + 1):
            world.step(step)
            read = bank.evaluate(world.telemetry).values
            rows.append(np.concatenate([read, vitals.read(world.telemetry)]) if with_vitals else read)
        self._keys = {key: row for row, key in enumerate([*(ref.key for ref in cited), *vitals.names])}
        self._readings = np.stack(rows)
        """(step, key, seed)"""
        self._place = [seeds.index(seed) for seed in stage.seeds]

    def readings(self, key: str, replica: int) -> Floats:
        """All that there are of a key, axes (reading,); none where nobody knows the key."""
        row = self._keys.get(key)
        if row is None or row >= self._readings.shape[1]:
            return np.zeros(0)
        found: Floats = self._readings[:, row, self._place[replica]]
        return found[~np.isnan(found)]

    def quantile(self, link: EvidenceLink, replica: int) -> EvidenceQuantile:
        """Mid-rank of the reading among the healthy ones; one half where there is nothing to compare."""
        readings = self.readings(link.key, replica)
        if link.value is None or not len(readings):
            return EvidenceQuantile(link.key, link.t, 0.5)
        rank = (np.sum(readings < link.value) + np.sum(readings <= link.value)) / 2
        return EvidenceQuantile(link.key, link.t, round(float(rank / len(readings)), DECIMALS))
