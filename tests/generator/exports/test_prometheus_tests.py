"""The exported unit tests hold for the exported rules, and for no others."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml

from generator import kinds
from generator.compile import compile, load_catalogue
from generator.exports import EXPORTS
from generator.exports.series import KINDS
from generator.load import load
from generator.model import AlertLabel, Catalogue, Link, Metrics, Signal
from generator.site.diagrams.plan import plan_diagram
from generator.site.pages.runbook import runbook_page
from generator.site.view import view_of
from tests.conftest import require_tool
from tests.generator.corpus import copied
from tests.generator.exports.catalogues import catalogue, service, signal

ROOT = Path(__file__).parents[3]
DRIFT = signal("amount-drift", "psi", with_={"feature": "amount", "window_minutes": 10})


def written(catalogue: Catalogue, folder: Path) -> Path:
    """A folder with both files."""
    folder.mkdir(exist_ok=True)
    for name in ("prometheus", "prometheus-tests"):
        (folder / EXPORTS[name].file).write_text(EXPORTS[name].text(catalogue), "utf-8")
    return folder


def judged(folder: Path) -> subprocess.CompletedProcess[str]:
    """What promtool says of the tests in a folder."""
    promtool = require_tool("promtool")
    return subprocess.run(
        [promtool, "test", "rules", EXPORTS["prometheus-tests"].file],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip


def example_of(kind: str, compare: str) -> Signal:
    """A signal of that kind, with the examples of its declaration, that fires within its own range."""
    declared = kinds.load("signals")[kind].parameters["properties"]
    given = {key: one["examples"][0] for key, one in declared.items()}
    return signal(f"{kind}-{compare}", kind, compare=compare, threshold=0.25, hold_minutes=2, with_=given)


def test_every_kind_of_signal_has_its_series() -> None:
    """No kind is left untested."""
    assert kinds.load("signals").keys() <= KINDS.keys()


def test_every_kind_is_tested_on_both_sides(tmp_path: Path) -> None:
    """promtool finds each alert firing beyond its threshold and silent on the other side, above and below."""
    signals = [example_of(kind, compare) for kind in kinds.load("signals") for compare in ("above", "below")]
    folder = written(catalogue([(service("fraud-scorer"), signals)]), tmp_path / "all")

    done = judged(folder)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert len(expected_in(folder)) == 2 * len(signals)


@pytest.mark.parametrize("compression", [7.0, 60.0])
def test_rules_for_live_drills_pass_tests_of_the_same_pace(tmp_path: Path, compression: float) -> None:
    """promtool finds every kind of signal firing and silent as at its own pace, so many times as fast."""
    signals = [example_of(kind, compare) for kind in kinds.load("signals") for compare in ("above", "below")]
    fast = catalogue([(service("fraud-scorer"), signals)])
    for name in ("prometheus", "prometheus-tests"):
        compressed = EXPORTS[name].compressed
        assert compressed is not None
        (tmp_path / EXPORTS[name].file).write_text(compressed(fast, compression), "utf-8")

    done = judged(tmp_path)

    assert (done.returncode, done.stderr) == (0, ""), done.stdout


def test_the_rules_of_this_repository_pass_their_tests(tmp_path: Path) -> None:
    """promtool takes the rules and the tests of every shipped runbook; annotations match to the letter."""
    folder = written(load_catalogue(ROOT), tmp_path / "own")
    promtool = require_tool("promtool")

    checked = subprocess.run(
        [promtool, "check", "rules", EXPORTS["prometheus"].file],
        cwd=folder, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert checked.returncode == 0, checked.stderr
    done = judged(folder)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("threshold", [0.19, 0.21])
def test_tests_of_another_threshold_fail(tmp_path: Path, threshold: float) -> None:
    """A rule whose threshold moved by a twentieth no longer passes the tests of the old one."""
    folder = written(catalogue([(service("a"), [DRIFT])]), tmp_path / "old")
    moved = written(catalogue([(service("a"), [replace(DRIFT, threshold=threshold)])]), tmp_path / "new")
    shutil.copy(moved / EXPORTS["prometheus"].file, folder / EXPORTS["prometheus"].file)

    assert judged(moved).returncode == 0
    assert judged(folder).returncode != 0


def test_namesakes_are_expected_together(tmp_path: Path) -> None:
    """Two runbooks that call a signal the same are told apart by their labels, on the same series and on others."""
    one, other = service("a", metrics=Metrics()), service("b", metrics=Metrics())
    apart = replace(DRIFT, with_={"feature": "age", "window_minutes": 10})
    high = replace(DRIFT, threshold=0.9)

    for index, second in enumerate((DRIFT, apart, high)):
        folder = written(catalogue([(one, [DRIFT]), (other, [second])]), tmp_path / str(index))
        assert judged(folder).returncode == 0, second


def test_a_label_is_quoted_for_the_address(tmp_path: Path) -> None:
    """Prometheus itself writes odd values of labels into the addresses as the tests expect them."""
    labels = (
        AlertLabel("region", "Region", ".*", "a b&c=d/ü'\"%"),
        AlertLabel("service", "Service", ".*", "x"),
    )
    link = Link("overview", "Overview", "https://dash.acme.example/d?r={{ alert.region }}")
    odd = service("fraud-scorer")
    odd = replace(odd, artifacts=replace(odd.artifacts, dashboards=(link,)), alert_labels=labels)
    folder = written(catalogue([(odd, [DRIFT])]), tmp_path / "odd")

    done = judged(folder)

    assert done.returncode == 0, done.stdout
    (alert,) = expected_in(folder)[0]["alert_rule_test"][-1]["exp_alerts"]
    assert (
        "?region=a+b%26c%3Dd%2F%C3%BC%27%22%25&service=fraud-scorer"
        in alert["exp_annotations"]["runbook_url"]
    )


def expected_in(folder: Path) -> list[dict[str, Any]]:
    """The tests in a folder."""
    found: list[dict[str, Any]] = yaml.safe_load((folder / EXPORTS["prometheus-tests"].file).read_text())[
        "tests"
    ]
    return found


def test_a_threshold_in_yaml_moves_everything(tmp_path: Path) -> None:
    """One number in a source is the number on the page, in the diagram, in the rule and in the rule's test."""
    shown = {}
    for threshold in ("0.2", "0.35"):
        source = copied(tmp_path / threshold) / "runbooks/feature-drift/runbook.yaml"
        text = source.read_text(encoding="utf-8")
        assert "threshold: 0.2\n" in text
        text = text.replace("threshold: 0.2\n", f"threshold: {threshold}\n", 1)
        asked = "Is the drift above {{ signal.amount-psi.threshold }}?"
        text = re.sub(r"(decide: ).*\n(?:\s{8,}.*\n)*?(?=\s+role:)", rf"\1{asked!r}\n", text, count=1)
        source.write_text(text, encoding="utf-8")
        loaded = load(tmp_path / threshold)
        found = compile(loaded.documents, tmp_path / threshold)
        view = view_of(found, found.runbook("feature-drift"))
        shown[threshold] = {
            "page": runbook_page(view).markdown(),
            "diagram": plan_diagram(view),
            "rule": EXPORTS["prometheus"].text(found),
            "test": EXPORTS["prometheus-tests"].text(found),
        }

    for threshold, other in (("0.2", "0.35"), ("0.35", "0.2")):
        mine = shown[threshold]
        assert f"above {threshold}" in mine["page"]
        assert f"above {threshold}?" in mine["diagram"]
        assert f"above {other}?" not in mine["diagram"]
        assert (
            f'model_feature_psi{{feature="amount",window="10m",model="fraud-scorer"}}) > {threshold}\n'
            in mine["rule"]
        )
        assert f"amount-psi fires beyond {threshold}'" in mine["test"]
