"""A stand-in for a drill against somebody's service: asked to end, it turns back what its folder says is turned.

``python -m tests.simulator.live.leaver FOLDER [fights|ignores]``: ``fights``, it first starts a watchdog anew and asks
for a lease again, as one may that was about to; ``ignores``, it does not end.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NoReturn

from simulator.live import runs, turned
from simulator.live.asking import Caller

EACH_S = 1.5
"""Longer than a drill that has nothing to turn back is waited for."""


def main() -> NoReturn:
    folder, how = Path(sys.argv[1]), sys.argv[2]

    def leave(*_: object) -> None:
        if how == "ignores":
            return
        if how == "fights":
            _fight(folder)
        _turn_back(folder)
        (folder / "left").write_text("whole", encoding="ascii")
        os._exit(0)

    signal.signal(signal.SIGTERM, leave)
    (folder / "ready").touch()
    while True:
        time.sleep(0.1)


def _turn_back(folder: Path) -> None:
    while (folder / turned.FILE).exists():
        time.sleep(EACH_S)
        found = json.loads((folder / turned.FILE).read_text(encoding="utf-8"))
        (_, *others) = found["defaults"].items()
        turned.note(folder, found["environment"], dict(others))


def _fight(folder: Path) -> None:
    subprocess.Popen(["sleep", "600"], env={**os.environ, **runs.marks(folder, "watchdog")})
    proxy = runs.read(folder).process("proxy")
    assert proxy is not None
    Caller(proxy.control, runs.token(folder)).put("leases", "again", data={})


if __name__ == "__main__":
    main()
