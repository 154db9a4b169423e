"""Parts of a case in, the lines of a template whose number depends on the service out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import TypeAlias

from generator.model import Artifacts, Audience, Control, Link, Organization, Role, Service, Signal
from generator.prose import printed
from generator.starting.estimate import pipeline_features, source_of
from generator.starting.filling import plain
from generator.starting.people import People
from generator.starting.questions import Answers
from generator.starting.watches import WATCHES
from generator.values import plain as as_data

Lines: TypeAlias = Sequence[str]


def roles(people: People) -> Lines:
    return [
        line for id, duty in people.duties.items() for line in (f"  - role: {id}", f"    duty: {plain(duty)}")
    ]


def cadence(organization: Organization) -> Lines:
    """As often as the organization promises."""
    return [
        f"    - {{severity: {one.id}, minutes: {one.update_minutes:g}}}" for one in organization.severities
    ]


def escalation(people: People, *, last_minutes: int) -> Lines:
    """The approver at once, the owner soon, and one more when it goes on."""
    wanted = [
        (people.approver, "Containment needs an approval, and one person has to keep the clock.", 0),
        (people.owner, "Only the owner of the source knows what changed there.", 10),
        (people.last, "It goes on, and somebody has to decide what users may bear.", min(30, last_minutes)),
    ]
    found, seen = list[str](), set[str]()
    for role, why, minutes in wanted:
        if role is not None and role.id not in seen:
            seen.add(role.id)
            found += [f"  - to: {role.id}", f"    why: {why}", f"    after_minutes: {minutes}"]
    return found


def dependencies(service: Service) -> Lines:
    """Each node with what its owner says of it."""
    found = list[str]()
    for node in service.lineage.nodes:
        fed = dict.fromkeys(edge.into for edge in service.lineage.edges if edge.feeds == node.id)
        cascade = " ".join(node.cascade.split())
        found += [
            f"  - node: {node.id}",
            f"    role_in_incident: {plain(f'{node.title}. When it fails: {cascade}')}",
            f"    cascades_to: [{', '.join(fed)}]",
        ]
    return found


def looked_at(signal: Signal, artifacts: Artifacts) -> tuple[Link, Link]:
    """The dashboard and the log that fit a signal best, by their ids."""
    watch = WATCHES.get(signal.kind, WATCHES["error-ratio"])
    word = "pipeline" if watch.of_feature else "log"
    dashboard = next((one for one in artifacts.dashboards if watch.board in one.id), artifacts.dashboards[0])
    return dashboard, next((one for one in artifacts.logs if word in one.id), artifacts.logs[0])


def signals(shown: Sequence[Signal], artifacts: Artifacts) -> Lines:
    found = list[str]()
    for one in shown:
        dashboard, log = looked_at(one, artifacts)
        given = ", ".join(f"{key}: {_number(value)}" for key, value in as_data(one.with_).items())
        found += [
            f"    - id: {one.id}", f"      title: {plain(one.title)}", f"      kind: {one.kind}",
            f"      with: {{{given}}}", f"      compare: {one.compare}", f"      threshold: {one.threshold:g}",
            f"      hold_minutes: {one.hold_minutes:g}", f"      severity: {one.severity}",
            f"      noise: {plain(one.noise)}", f"      dashboard: {dashboard.id}", f"      log: {log.id}",
            *([f"      triggers: {one.triggers}"] if one.triggers else []),
        ]  # fmt: skip
    return found


def users_template(users: Audience | None) -> Lines:
    """What those may say who speak with users."""
    if users is None:
        return []
    return [
        "    - id: words-for-users",
        "      title: What may be said to users",
        f"      audience: {users.id}",
        f"      channel: {users.channel}",
        "      text: >-",
        "        Since {{ incident.started }} some answers of {{ incident.components }} are wrong or late.",
        '        Say: "We know of a fault on our side and are mending it." Do not promise a time.',
        "        Status at {{ incident.now }}: {{ incident.status }}. Next: {{ incident.next_milestone }}.",
    ]


def tell_users(users: Audience | None, *, role: str) -> Lines:
    if users is None:
        return []
    return [
        "        - id: tell-those-who-speak-with-users",
        f"          text: {plain(f'Send {users.title} the words for users.')}",
        "          do: post",
        "          with: {template: words-for-users}",
        f"          role: {role}",
        "          minutes: 0.5",
    ]


def trigger(*, is_seen: bool) -> Lines:
    """When to take the containment back; where failures are the trouble itself, they cannot tell."""
    text, signal = (
        ("Answers fail after the switch.", "failing-answers")
        if is_seen
        else ("Requests stay away after the switch.", "few-requests")
    )
    return [
        "        trigger:",
        f"          text: {text}",
        f"          when: {{signal: {signal}, is: firing}}",
    ]


def wait_for_word(owner: Role, *, minutes: int, is_needed: bool) -> Lines:
    """While nothing shows the trouble, its owner has to say when it is over."""
    if not is_needed:
        return []
    return [
        "        - id: wait-for-word",
        f"          text: {plain(f'Ask {owner.title} to say when it is mended. Keep the containment until then.')}",
        "          do: instruct",
        f"          role: {owner.id}",
        f"          minutes: {minutes}",
    ]


def lift(control: Control, *, role: str, back: bool) -> Lines:
    """The step that sets a control back which has no phases of its own."""
    if not back:
        return []
    return [
        "        - id: switch-back",
        f"          text: Set {control.id} to {_said(control)} again.",
        "          do: set-control",
        f"          with: {{control: {control.id}, value: {_default(control)}}}",
        f"          role: {role}",
        "          minutes: 0.5",
        "          check:",
        f"            that: {{control: {control.id}, equals: {_default(control)}}}",
        f"            within_minutes: {control.minutes + 3:g}",
        f"            text: The control reads {_said(control)}.",
        "          on_success: phase-1",
        "          on_failure: hand-over",
    ]


def phases(split: Control | None, quiet: str, *, role: str, whole: bool) -> Lines:
    """Half of the traffic and then all of it; all at once where the split was not touched."""
    found = list[str]()
    for number, share in enumerate((0.5, 1.0) if whole else (1.0,), 1):
        found += [
            f"      - id: phase-{number}",
            f"        control: {split.id if split is not None else 'traffic-split'}",
            f"        share: {share}",
            "        hold_minutes: 3",
            f"        within_minutes: {12 + (split.minutes if split is not None else 0):g}",
            "        gate:",
            "          text: Every signal of this runbook is quiet.",
            f"          when: {quiet}",
            f"        role: {role}",
            "        on_failure: contain-again",
        ]
    return found


def noise(service: Service, answers: Answers, *, endpoint: str) -> Lines:
    """What moves each signal a little, and harms nobody."""
    return [
        "  - id: slow-answers", "    kind: tail-latency", f"    node: {endpoint}",
        "    onset_minutes: {least: 3, most: 6}", "    shape: pulse", "    ramp_minutes: 1",
        "    duration_minutes: 3", "    share: 0.01", "    with: {p50_ms: 20, p99_ms: 60}",
        *_moving_line(service, answers),
    ]  # fmt: skip


def _moving_line(service: Service, answers: Answers) -> Iterator[str]:
    """A small drift, and a few missing values, of the feature that is watched or of the first there is."""
    features = {one.name: one.field for one in pipeline_features(service)}
    field = features.get(answers.feature) or next(iter(features.values()), "")
    source = source_of(service, field)
    if source is None:
        return
    yield from ("  - id: other-visitors", "    kind: covariate-shift", f"    node: {source.id}")
    yield from ("    onset_minutes: {least: 5, most: 10}", "    shape: linear", "    ramp_minutes: 10")
    yield f"    with: {{field: {field}, shift_sd: 0.1}}"
    if "feature-null-ratio" in answers.signals:
        yield from ("  - id: few-blanks", "    kind: null-spike", f"    node: {source.id}")
        yield from (
            "    onset_minutes: {least: 5, most: 10}",
            "    share: 0.005",
            f"    with: {{field: {field}}}",
        )


def _default(control: Control) -> str:
    return json.dumps(control.default)


def _said(control: Control) -> str:
    return printed(control.default)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
