"""A service, a target and a receiver in; the files with which Prometheus and Alertmanager watch it for a drill, out.

The rules are those of ``runbook export prometheus``. All that takes time takes as much less of it as the drill does:
scrapes and evaluations come with the drill's steps, and a sample is stale after five minutes of the drill.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import yaml

from generator.exports import prometheus
from generator.model import Catalogue, Service
from generator.queries import duration
from simulator.live import runs
from simulator.live.process import LOOPBACK, free_port
from simulator.live.runs import RunError
from simulator.live.webhook.desk import PATH
from simulator.live.webhook.inbox import WATCHDOG

PROMETHEUS, ALERTMANAGER, RULES = "prometheus.yml", "alertmanager.yml", prometheus.FILE
WATCHDOG_RULES, TOKEN, URL = "drillbook.watchdog.yaml", "receiver.token", "receiver.url"
LOOKBACK_MINUTES, RESEND_MINUTES, REPEAT_MINUTES = 5.0, 1.0, 240.0
"""What Prometheus and Alertmanager do when nobody says otherwise."""
LEAST_RESEND_S = 5.0
"""Four of these are how long an alert outlives a Prometheus that is held up: never less than a machine may be."""
GROUP_INTERVAL = "1s"
_RECEIVER = re.compile(rf"http://127\.0\.0\.1:\d{{1,5}}{PATH}")


@dataclass(frozen=True, slots=True)
class Chain:
    """Two servers of this machine, as they are to be started."""

    folder: Path
    prometheus: str
    """Where it will answer."""
    alertmanager: str
    commands: tuple[tuple[str, ...], tuple[str, ...]]
    """What starts them, with Debian's names; each in a terminal of its own, or in the background."""


@dataclass(frozen=True, slots=True)
class Receiver:
    """Where webhooks go, and with which token."""

    url: str
    token: str


def prepare(
    folder: Path,
    catalogue: Catalogue,
    service: str,
    *,
    compression: float,
    metrics_url: str,
    receiver: Receiver,
    step_seconds: float = 15.0,
) -> Chain:
    """Write the files into a folder, which is made when it is missing; OSError, ValueError when that cannot be.

    ``metrics_url``: what the target exposes, as in ``http://127.0.0.1:8080/metrics``; ``step_seconds``: of the drill.
    """
    chosen = catalogue.service(service)
    own = replace(catalogue, services=(chosen,), runbooks=catalogue.runbooks_of(service))
    target = urlsplit(metrics_url)
    if target.scheme not in ("http", "https") or not target.netloc:
        raise ValueError(f"'{metrics_url}' is no address of metrics, such as http://127.0.0.1:8080/metrics")
    interval = duration(step_seconds / 60 / compression)
    chain = _chain(folder, compression)
    keep(folder, receiver)
    rules = prometheus.rules(own, compression, evaluation_seconds=step_seconds)
    (folder / RULES).write_text(rules, "utf-8")
    _write(folder / WATCHDOG_RULES, _watchdog(chosen, target.netloc, interval))
    _write(folder / PROMETHEUS, _prometheus(chosen, metrics_url, interval, chain.alertmanager))
    _write(folder / ALERTMANAGER, alertmanager_config(receiver.url, compression))
    return chain


def keep(folder: Path, receiver: Receiver) -> None:
    """Write down where webhooks go: an Alertmanager that knows it reaches the next drill, too. OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    runs.write_private(folder / TOKEN, receiver.token.encode())
    (folder / URL).write_text(f"{receiver.url}\n", "ascii")


def kept(folder: Path) -> Receiver | None:
    """Where the webhooks of an earlier drill went, or None; RunError when others may read its token."""
    if not (folder / TOKEN).exists() or not (folder / URL).exists():
        return None
    url = (folder / URL).read_text("ascii", "replace").strip()
    if not _RECEIVER.fullmatch(url):
        raise RunError(
            f"{folder / URL}: '{url[:100]}' is no receiver of ours: delete it, and another is chosen"
        )
    return Receiver(url, runs.token(folder, TOKEN))


def alertmanager_config(webhook_url: str, compression: float) -> Mapping[str, Any]:
    """What every alert goes to, at once and by itself; the token stands in a file beside it."""
    # It remembers, also over a restart, what it told to a receiver of that name: each drill has its own.
    name = f"drillbook-{secrets.token_hex(4)}"
    return {
        "route": {
            "receiver": name,
            "group_by": ["..."],
            "group_wait": "0s",
            "group_interval": GROUP_INTERVAL,
            "repeat_interval": duration(REPEAT_MINUTES / compression),
        },
        "receivers": [
            {
                "name": name,
                "webhook_configs": [
                    {
                        "url": webhook_url,
                        "send_resolved": True,
                        "max_alerts": 0,
                        "http_config": {
                            "authorization": {"type": "Bearer", "credentials_file": TOKEN},
                            "follow_redirects": False,
                        },
                    }
                ],
            }
        ],
    }


def _prometheus(service: Service, metrics_url: str, interval: str, alertmanager: str) -> Mapping[str, Any]:
    target = urlsplit(metrics_url)
    labels = {label.label: label.value for label in service.metrics.labels}
    scrape = {
        "job_name": service.id,
        "scheme": target.scheme,
        "metrics_path": target.path or "/",
        # Labels that the target shows are its own; those that only its file names are put beside them.
        "honor_labels": True,
        "static_configs": [{"targets": [target.netloc], "labels": labels}],
    }
    if target.query:
        scrape["params"] = parse_qs(target.query, keep_blank_values=True)
    return {
        "global": {
            "scrape_interval": interval,
            "scrape_timeout": interval,
            "evaluation_interval": interval,
        },
        "rule_files": [RULES, WATCHDOG_RULES],
        "scrape_configs": [scrape],
        "alerting": {
            "alertmanagers": [{"static_configs": [{"targets": [urlsplit(alertmanager).netloc]}]}],
        },
    }


def _watchdog(service: Service, address: str, interval: str) -> Mapping[str, Any]:
    """It fires as soon as the target was scraped: what arrives has come all the way."""
    labels = {label.label: label.value for label in service.metrics.labels}
    job = prometheus_text(labels.get("job", service.id))
    rule = {
        "alert": WATCHDOG,
        "expr": f"max(up{{job={job},instance={prometheus_text(labels.get('instance', address))}}}) == 1",
        "labels": {"severity": "none"},
        "annotations": {"summary": f"Prometheus scrapes {address}, and its alerts arrive."},
    }
    return {"groups": [{"name": "drillbook", "interval": interval, "rules": [rule]}]}


def prometheus_text(text: str) -> str:
    """A text as PromQL quotes it.

    >>> prometheus_text('a "b"')
    '"a \\\\"b\\\\""'
    """
    return '"' + text.translate(_ESCAPES) + '"'


_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})


def _chain(folder: Path, compression: float) -> Chain:
    ports = free_port(), free_port()
    where = [f"{LOOPBACK}:{port}" for port in ports]
    # What an earlier drill left would be counted into the windows of this one.
    data = folder / f"data-{secrets.token_hex(4)}"
    resend = max(LEAST_RESEND_S, RESEND_MINUTES * 60 / compression)
    return Chain(
        folder,
        f"http://{where[0]}",
        f"http://{where[1]}",
        (
            (
                "prometheus",
                f"--config.file={folder / PROMETHEUS}",
                f"--storage.tsdb.path={data / 'prometheus'}",
                f"--web.listen-address={where[0]}",
                f"--query.lookback-delta={duration(LOOKBACK_MINUTES / compression)}",
                f"--rules.alert.resend-delay={duration(resend / 60)}",
                "--log.level=warn",
            ),
            (
                "prometheus-alertmanager",
                f"--config.file={folder / ALERTMANAGER}",
                f"--storage.path={data / 'alertmanager'}",
                f"--web.listen-address={where[1]}",
                "--cluster.listen-address=",
                "--log.level=warn",
            ),
        ),
    )


def _write(path: Path, content: Mapping[str, Any] | Sequence[Any]) -> None:
    path.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=1_000_000), "utf-8")
