"""A missing tool: skipped at home, failed in CI."""

from __future__ import annotations

import pytest

from tests.conftest import require_tool


@pytest.mark.parametrize(
    ("ci", "outcome"),
    [("", pytest.skip.Exception), ("false", pytest.skip.Exception), ("true", pytest.fail.Exception)],
)
def test_a_missing_tool_skips_at_home_and_fails_in_ci(
    ci: str, outcome: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A test whose tool is missing says which, and only CI takes it for a failure."""
    monkeypatch.setenv("CI", ci)

    with pytest.raises(outcome, match="no-such-tool is not installed"):
        require_tool("no-such-tool")
