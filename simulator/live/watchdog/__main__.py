"""``python -m simulator.live.watchdog --run DIR``: keep the processes of a live run, and end them with it."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

from simulator.live import runs
from simulator.live.runs import RunError
from simulator.live.watchdog.ledger import Ledger
from simulator.live.watchdog.turn import turn
from simulator.live.watchdog.watch import watch


def main() -> int:
    """0 when the run is over; 2 when it cannot be watched."""
    options = argparse.ArgumentParser(prog="python -m simulator.live.watchdog", description=__doc__)
    options.add_argument("--run", type=Path, required=True, metavar="DIR")
    folder: Path = options.parse_args().run.resolve()
    try:
        # Who reads before it is our turn reads what another watchdog is about to change.
        runs.read(folder)
        with turn(folder):
            _watch(folder)
    except (RunError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


def _watch(folder: Path) -> None:
    run = runs.read(folder)
    if run.ended is not None or runs.is_panicked(folder):
        raise RunError(f"the run of {folder} is over: nothing of it is started again")
    asyncio.run(watch(Ledger(folder, run), runs.token(folder)))


if __name__ == "__main__":
    raise SystemExit(main())
