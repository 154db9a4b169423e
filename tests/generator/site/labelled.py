"""The example with labels that its alerts carry, used in every context there is."""

from __future__ import annotations

import dataclasses
from dataclasses import replace

from generator import model as m
from tests.generator.site import example

ANYTHING = ".*"


def labelled(pattern: str = ANYTHING) -> m.Catalogue:
    """The example's catalogue; its service declares ``region`` and ``pod``, and its runbook claims staging."""
    runbook = replace(
        example.RUNBOOK,
        environments=("simulated", "staging"),
        summary='Since {{ alert.region }} changed. Ask for up{region="{{ alert.region }}"}, or {{ alert.pod }}.',
    )
    return example.catalogue(runbook, service(pattern))


def service(pattern: str = ANYTHING) -> m.Service:
    """The example's service with bindings in staging."""
    split, version = example.SERVICE.controls[1], example.SERVICE.controls[0]
    command = m.Binding("staging", command=(
        "scale", "it's", "{{ value }}", "--region={{ alert.region }}", "'{{ alert.region }}'", "{{ alert.region }}",
        'up{region=~"{{ alert.region }}"}',
    ))  # fmt: skip
    http = m.Binding("staging", http=m.HttpBinding(
        "PUT",
        "https://staging.example.org/{{ alert.region }}/pipeline?to={{ value }}&in={{ alert.region }}",
        '{"version": "{{ value }}", "note": "it\'s {{ alert.region }}", '
        '"query": "up{region=\\"{{ alert.region }}\\"}"}',
    ))  # fmt: skip
    controls = (
        replace(version, bindings=(*version.bindings, http)),
        replace(split, bindings=(*split.bindings, command)),
    )
    dashboard = m.Link(
        "overview", "Overview", "https://grafana.example.org/d/fraud/{{ alert.region }}?r={{ alert.region }}"
    )
    return dataclasses.replace(
        example.SERVICE,
        controls=controls,
        artifacts=replace(example.SERVICE.artifacts, dashboards=(dashboard,)),
        alert_labels=(
            m.AlertLabel("region", "Region", pattern, "eu-1"),
            m.AlertLabel("pod", "Pod", "[a-z0-9-]{1,40}", "scorer-1"),
        ),
    )
