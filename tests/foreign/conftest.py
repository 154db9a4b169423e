"""What the team's scripts need stands in an environment of their own; they are no modules of these tests."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.foreign.stack import Stack, is_installed, stack

collect_ignore = ["team"]


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    if not is_installed():
        reason = "MLflow is not installed in build/mlflow: make mlflow"
        if os.environ.get("CI", "").lower() in {"", "0", "false"}:
            pytest.skip(reason)
        pytest.fail(f"{reason}; in CI nothing is skipped for that", pytrace=False)
    with stack(tmp_path_factory.mktemp("team")) as found:
        yield found
