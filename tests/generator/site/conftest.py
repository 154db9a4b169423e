"""The example's site, built once for all tests that only read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.site import SiteReport, build
from tests.generator.site.example import catalogue


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SiteReport]:
    """The root that the example was built in, and the report."""
    root = tmp_path_factory.mktemp("site")
    return root, build(catalogue(), root, root / "site")
