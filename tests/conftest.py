"""What every test may ask for: tools from outside Python, and one pace for Hypothesis."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import tempfile
from collections.abc import Callable

import pytest
from hypothesis import settings

# No deadline: a slow machine is not a bug. Derandomized: the same examples for everybody.
settings.register_profile("drillbook", deadline=None, derandomize=True)
settings.load_profile("drillbook")

# Live drills of whoever runs the tests are none of theirs, least of all for 'drill panic', which ends every one on the
# machine: those of each worker are kept apart from those of all others, and so are its state and what it panics about.
STATE = tempfile.mkdtemp(prefix="drillbook-state-")
os.environ["DRILLBOOK_STATE"] = os.environ["DRILLBOOK_APART"] = STATE
atexit.register(shutil.rmtree, STATE, ignore_errors=True)

# Whoever starts the tests in the background has them ignore Ctrl-C, and so would every program that they start.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# Tests start hundreds of Python processes; each would compile our packages for itself.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# A file goes to one worker. These take minutes, so they come first: in the end nobody waits for them.
LONG = (
    "tests/docs/test_blocks.py",
    "tests/docs/test_tabletop.py",
    "tests/simulator/session/test_drills.py",
    "tests/simulator/session/test_runbooks.py",
    "tests/simulator/signals/test_agreement.py",
    "tests/simulator/test_",
)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more worker than there are cores: tests wait for browsers, terminals and servers as well."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long files first; the others in their order."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))


def require_tool(name: str) -> str:
    """The path of a program such as ``promtool``; without it the test is skipped, and in CI it fails."""
    path = shutil.which(name)
    if path is not None:
        return path
    reason = f"{name} is not installed"
    if os.environ.get("CI", "").lower() in {"", "0", "false"}:
        pytest.skip(reason)
    pytest.fail(f"{reason}, and in CI nothing is skipped for that", pytrace=False)


@pytest.fixture(name="require_tool")
def require_tool_fixture() -> Callable[[str], str]:
    """``require_tool`` for tests that take it as an argument."""
    return require_tool
