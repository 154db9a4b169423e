"""A signal of a runbook in, the PromQL that measures it on one service out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from string import Template

from generator.kinds import Kind
from generator.model import Query, Service, Signal

_METRIC_NAME = re.compile(r"[a-zA-Z_:][a-zA-Z0-9_:]*")
_LABEL_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*")
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"')
_AGGREGATED = re.compile(
    r"\b(?:sum|min|max|avg|count|stddev|stdvar|quantile|group)\s*(?:by\s*\(([^()]*)\)\s*)?\("
)
A_SECOND = "/s"
"""How the unit of what is counted a second ends."""
_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def query_of(
    signal: Signal, service: Service, kinds: Mapping[str, Kind], *, compression: float = 1.0
) -> Query:
    """The PromQL of a signal's value and of its firing; ``kinds`` are the signal kinds.

    ``compression``: so many minutes of the service pass in a minute of the Prometheus server, as in a live drill:
    ranges are so much shorter. What is counted a second is given by the service's own seconds.
    ValueError when a metric or a label of the service has a name that PromQL cannot hold.
    """
    declaration = kinds[signal.kind].declaration
    metrics: tuple[str, ...] = tuple(declaration["metrics"])
    value = _template(declaration["promql"], service).substitute(
        dict(_parameters(signal, service, compression)),
        **{metric: metric_name(metric, service) for metric in metrics},
        service=matchers(service),
    )
    if compression != 1 and declaration["unit"].endswith(A_SECOND):
        value = f"({value}) / {number(compression)}"
    comparison = ">" if signal.compare == "above" else "<"
    return Query(
        value=value,
        firing=f"{value} {comparison} {number(signal.threshold)}",
        metrics=metrics,
        unit=declaration["unit"],
    )


def kept_labels(promql: str) -> frozenset[str] | None:
    """The labels that the result of an expression still carries; None when none is aggregated away.

    Kinds of signals write ``by`` before what they aggregate.

    >>> sorted(kept_labels("max by (region, pod) (up) / sum by (region) (up)"))
    ['region']
    >>> kept_labels("max(up)"), kept_labels("up")
    (frozenset(), None)
    """
    listed = [found[1] or "" for found in _AGGREGATED.finditer(_TEXT.sub('""', promql))]
    by = [frozenset(name.strip() for name in names.split(",")) - {""} for names in listed]
    return frozenset.intersection(*by) - {"le"} if by else None


def duration(minutes: float) -> str:
    """A duration as Prometheus writes it, to the millisecond.

    >>> duration(10), duration(1.5), duration(0), duration(5 / 24), duration(0.25 / 24)
    ('10m', '90s', '0s', '12s500ms', '625ms')
    """
    milliseconds = round(minutes * 60_000)
    if milliseconds and milliseconds % 60_000 == 0:
        return f"{milliseconds // 60_000}m"
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds}s" * bool(seconds or not rest) + f"{rest}ms" * bool(rest)


def number(value: float) -> str:
    """A number as PromQL writes it, with nothing lost.

    >>> number(0.1), number(250.0)
    ('0.1', '250')
    """
    return repr(float(value)).removesuffix(".0")


def _template(promql: str, service: Service) -> Template:
    """The template, without the place for the service's labels where it has none."""
    if not service.metrics.labels:
        promql = promql.replace(",$service", "").replace("{$service}", "")
    return Template(promql)


def _parameters(signal: Signal, service: Service, compression: float) -> Iterator[tuple[str, str]]:
    """What the template may name: each parameter, a window as a label and as a range, an objective's budget.

    A label says what the service calls its window, whatever the time that runs by.
    """
    for name, value in signal.with_.items():
        if name == "window_minutes":
            yield "window", f"{value:g}m"
            yield "range", duration(value / compression)
        elif name.endswith("_minutes"):
            yield name.removesuffix("_minutes") + "_range", duration(value / compression)
        elif name == "slo":
            yield "budget", number(service.slo(value).budget)
        else:
            yield name, _escaped(value) if isinstance(value, str) else number(value)


def matchers(service: Service) -> str:
    """The labels by which a service's own series are selected, as they stand in a selector; empty: none."""
    return ",".join(
        f'{_checked(label.label, _LABEL_NAME, service)}="{_escaped(label.value)}"'
        for label in service.metrics.labels
    )


def metric_name(canonical: str, service: Service) -> str:
    """What a service calls the metric of that canonical name."""
    for mapping in service.metrics.names:
        if mapping.metric == canonical:
            return _checked(mapping.name, _METRIC_NAME, service)
    return canonical


def _checked(name: str, allowed: re.Pattern[str], service: Service) -> str:
    if not allowed.fullmatch(name):
        raise ValueError(
            f"service {service.id!r}: PromQL has no place for the name {name!r}: "
            f"map it to one that matches {allowed.pattern}"
        )
    return name


def _escaped(text: str) -> str:
    return text.translate(_ESCAPES)
