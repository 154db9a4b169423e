"""A suggestion is a diff of the runbook that git and patch take, and that changes the numbers alone."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.located import compose
from simulator.rehearsal.healthy.suggesting import UnchangeableError, changed, diff
from simulator.rehearsal.values import Point
from tests.simulator.stages import ROOT, whole_catalogue

FILE = "runbooks/drift/runbook.yaml"
TEXT = """\
# The first runbook.
id: drift
detection:
  signals:
    - id: amount-psi   # watched since spring
      threshold: 0.2   # PSI; see the paper
      hold_minutes: 2
    - {id: nulls, threshold: 5.0e-2, hold_minutes: 1.5, title: "Größe: 0.05"}
    -
      id: age
      hold_minutes: 0
      threshold:
        900
"""


def test_only_the_numbers_change() -> None:
    """Comments, layout and the other signals stay as they are."""
    told = diff(
        TEXT, FILE, {"amount-psi": Point(0.16, 2.0), "nulls": Point(0.04, 3.0), "age": Point(1200, 0.0)}
    )

    assert (
        told
        == """\
--- a/runbooks/drift/runbook.yaml
+++ b/runbooks/drift/runbook.yaml
@@ -3,11 +3,11 @@
 detection:
   signals:
     - id: amount-psi   # watched since spring
-      threshold: 0.2   # PSI; see the paper
+      threshold: 0.16   # PSI; see the paper
       hold_minutes: 2
-    - {id: nulls, threshold: 5.0e-2, hold_minutes: 1.5, title: "Größe: 0.05"}
+    - {id: nulls, threshold: 0.04, hold_minutes: 3, title: "Größe: 0.05"}
     -
       id: age
       hold_minutes: 0
       threshold:
-        900
+        1200
"""
    )


def test_what_is_best_as_it_is_gives_no_diff() -> None:
    """The same numbers, written another way."""
    assert diff(TEXT, FILE, {"nulls": Point(0.05, 1.5)}) == ""


@pytest.mark.parametrize("tool", ["git", "patch"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "no end"])
def test_it_applies(tool: str, ends: str, tmp_path: Path, require_tool: Callable[[str], str]) -> None:
    """At the root of the repository, whatever the ends of lines are."""
    text = TEXT.removesuffix("\n") if ends == "no end" else TEXT.replace("\n", ends)
    better = {"amount-psi": Point(0.25, 4.0), "age": Point(750, 1.0)}
    file = tmp_path / FILE
    file.parent.mkdir(parents=True)
    file.write_bytes(text.encode())
    program = require_tool(tool)
    command = [program, "apply"] if tool == "git" else [program, "-p1", "--binary"]

    subprocess.run(
        command, cwd=tmp_path, input=diff(text, FILE, better).encode(), check=True, capture_output=True
    )

    assert file.read_bytes().decode() == changed(text, FILE, better)
    signals = compose(file.read_bytes().decode(), FILE).data["detection"]["signals"]
    assert [(one["threshold"], one["hold_minutes"]) for one in signals] == [(0.25, 4), (0.05, 1.5), (750, 1)]


@pytest.mark.parametrize(
    "runbook", [compiled.runbook for compiled in whole_catalogue().runbooks], ids=lambda r: r.id
)
def test_every_number_of_the_shipped_signals_can_be_changed(runbook: object) -> None:
    """All at once."""
    id, signals = runbook.id, runbook.detection.signals  # type: ignore[attr-defined]
    file = f"runbooks/{id}/runbook.yaml"
    text = (ROOT / file).read_text(encoding="utf-8")
    better = {one.id: Point(one.threshold * 1.5, one.hold_minutes + 1) for one in signals}

    told = diff(text, file, better)
    assert len([line for line in told.splitlines() if line.startswith("+ ")]) == 2 * len(signals)


def test_a_number_behind_an_alias_is_not_touched() -> None:
    """It may stand elsewhere too; the message says where and what to do."""
    text = TEXT.replace("0.2 ", "&line 0.2 ").replace("5.0e-2", "*line")

    with pytest.raises(UnchangeableError, match=r"runbook.yaml:8:30: no number stands here .*: write it out"):
        diff(text, FILE, {"nulls": Point(0.3, 1.5)})
    with pytest.raises(KeyError):
        diff(text, FILE, {"unknown": Point(0.3, 1.5)})
