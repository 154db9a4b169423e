"""The files of a chain are what Prometheus and Alertmanager take, whatever a service is called and labelled."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator.exports import EXPORTS
from generator.model import Catalogue, MetricLabel, Metrics
from simulator.live.webhook.prepared import Chain, Receiver, prepare
from tests.conftest import require_tool
from tests.simulator.stages import catalogue

SERVICE = "fraud-scorer"
RECEIVER = Receiver("http://127.0.0.1:1/alerts", "token")


def prepared(
    folder: Path, *, of: Catalogue | None = None, compression: float = 24.0, path: str = "/metrics"
) -> Chain:
    return prepare(
        folder,
        of or catalogue(),
        SERVICE,
        compression=compression,
        metrics_url=f"http://127.0.0.1:8080{path}",
        receiver=RECEIVER,
    )


def read(chain: Chain, name: str) -> Any:
    return yaml.safe_load((chain.folder / name).read_text("utf-8"))


def labelled(*labels: MetricLabel) -> Catalogue:
    whole = catalogue()
    services = [replace(one, metrics=Metrics(labels)) if one.id == SERVICE else one for one in whole.services]
    return replace(whole, services=tuple(services))


def test_all_that_takes_time_takes_less_of_it(tmp_path: Path) -> None:
    """Scrapes come with the steps of the drill, and a sample is stale after five of its minutes."""
    chain = prepared(tmp_path)

    assert read(chain, "prometheus.yml")["global"]["scrape_interval"] == "625ms"
    assert "--query.lookback-delta=12s500ms" in chain.commands[0]
    assert read(chain, "alertmanager.yml")["route"]["repeat_interval"] == "10m"


def test_an_alert_outlives_a_server_that_is_held_up(tmp_path: Path) -> None:
    """It is told again every minute of the drill, but no more often than every five seconds of the wall."""
    assert "--rules.alert.resend-delay=5s" in prepared(tmp_path / "fast", compression=60).commands[0]
    assert "--rules.alert.resend-delay=1m" in prepared(tmp_path / "slow", compression=1).commands[0]


def test_the_rules_are_the_exported_ones(tmp_path: Path) -> None:
    """Of the drill's service; nothing of any other."""
    chain = prepared(tmp_path)
    own = replace(catalogue(), runbooks=catalogue().runbooks_of(SERVICE))
    compressed = EXPORTS["prometheus"].compressed
    assert compressed is not None

    assert (chain.folder / EXPORTS["prometheus"].file).read_text("utf-8") == compressed(own, 24)


def test_a_drill_has_nothing_of_the_one_before(tmp_path: Path) -> None:
    """Neither samples nor what Alertmanager remembers to have told."""
    first = prepared(tmp_path)
    told = read(first, "alertmanager.yml")["receivers"][0]["name"]
    second = prepared(tmp_path)

    assert read(second, "alertmanager.yml")["receivers"][0]["name"] != told
    assert first.commands[0][2] != second.commands[0][2]


@pytest.mark.parametrize(
    "labels",
    [
        (),
        (MetricLabel("job", 'a "quoted" \\ {{ job }}'), MetricLabel("instance", "pod: 1 # no\n- comment")),
    ],
)
def test_the_servers_take_the_files(tmp_path: Path, labels: tuple[MetricLabel, ...]) -> None:
    """promtool reads them as they were meant, with whatever stands in labels and addresses."""
    chain = prepared(tmp_path, of=labelled(*labels), path="/deep/metrics?which=all&x=a%20b")
    promtool = require_tool("promtool")
    checked = subprocess.run(
        [promtool, "check", "config", chain.folder / "prometheus.yml"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert checked.returncode == 0, checked.stderr
    (scrape,) = read(chain, "prometheus.yml")["scrape_configs"]
    assert scrape["metrics_path"] == "/deep/metrics"
    assert scrape["params"] == {"which": ["all"], "x": ["a b"]}
    assert scrape["static_configs"][0]["labels"] == {label.label: label.value for label in labels}
