"""What the sandbox holds itself: the panel by case, and what its stores knew of each case some time ago."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from generator.model import PanelRows, Service
from simulator.live.sandbox.settings import Spare
from simulator.world.asking import shuffled_places
from simulator.world.staleness import aged

Inputs = Mapping[str, Mapping[str, object]]
"""What sources have sent, by node and field."""
Column = Sequence[float | None]
"""A value of every case; None where it is missing."""


class Held:
    """The rows of a panel. A case is the place of a row."""

    def __init__(self, service: Service, panel: PanelRows) -> None:
        columns = panel.columns
        self.cases = len(columns[service.profile.panel.weight])
        self.label = tuple(int(value > 0.5) for value in columns[service.profile.panel.label])
        weight = np.asarray(columns[service.profile.panel.weight], dtype=float)
        self.weight = weight / weight.sum()
        self.fields: Mapping[str, Mapping[str, Sequence[float]]] = {
            node.id: {name: columns[name] for name in node.fields if name in columns}
            for node in service.lineage.nodes
            if node.kind == "source"
        }
        """By source and field."""
        self._rank = shuffled_places(self.weight, key=20)
        self._old: dict[tuple[tuple[object, ...], Spare], Column] = {}

    def inputs(self, case: int) -> Inputs:
        """What all sources would send of it when all is well."""
        return {
            node: {name: column[case] for name, column in columns.items()}
            for node, columns in self.fields.items()
        }

    def old(self, key: tuple[object, ...], healthy: Column, spare: Spare) -> Column:
        """Values as they were so long ago, remembered by ``key``: a healthy column in, an older one out."""
        if (key, spare) not in self._old:
            seen = np.array([[np.nan if value is None else value for value in healthy]])
            everybody = np.ones(self.cases, dtype=bool)
            found = aged(
                seen,
                np.array([spare.age_hours]),
                memory_hours=spare.memory_hours,
                weight=self.weight,
                rank=self._rank,
                inside=everybody,
            )[0].tolist()
            self._old[key, spare] = [None if value != value else value for value in found]
        return self._old[key, spare]
