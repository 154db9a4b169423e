"""``python -m simulator.live.proxy --target URL --journal FILE``; the token comes in ``DRILLBOOK_TOKEN``."""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from generator.values import StructureError, structure
from simulator.live.lease import Cap
from simulator.live.options import loop_factory, raise_limits
from simulator.live.proxy.control import Life
from simulator.live.proxy.serving import Options, serve
from simulator.live.proxy.target import Target, target_of
from simulator.live.runs import TOKEN_VARIABLE


def main(argv: Sequence[str] | None = None) -> int:
    """0 when it was no longer needed, 2 when it cannot start."""
    options = _parser().parse_args(argv)
    token = os.environ.pop(TOKEN_VARIABLE, "")
    if not token:
        return _refuse(f"{TOKEN_VARIABLE} is not set: the control plane needs a token")
    raise_limits()
    gc.freeze()
    try:
        with asyncio.Runner(loop_factory=loop_factory()) as runner:
            runner.run(
                serve(
                    Options(
                        target=options.target,
                        journal=options.journal,
                        port=options.port,
                        control_port=options.control_port,
                        cap=options.cap,
                        timeout_s=options.timeout,
                        spared=options.spare,
                        ours=options.ours,
                    ),
                    token,
                    Life(),
                )
            )
    except OSError as error:
        return _refuse(str(error))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulator.live.proxy", allow_abbrev=False)
    parser.add_argument("--target", type=_target, required=True, metavar="URL")
    parser.add_argument("--journal", type=Path, required=True, metavar="FILE")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control-port", type=int, default=0)
    parser.add_argument("--cap", type=_cap, default=Cap(), metavar="JSON")
    parser.add_argument("--spare", type=_paths, default=(), metavar="JSON")
    parser.add_argument("--ours", action="store_true")
    parser.add_argument("--timeout", type=float, default=60.0, metavar="SECONDS")
    return parser


def _target(text: str) -> Target:
    try:
        return target_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _paths(text: str) -> tuple[str, ...]:
    try:
        return structure(json.loads(text), tuple[str, ...])
    except (StructureError, ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"this is no list of paths: {error}") from None


def _cap(text: str) -> Cap:
    try:
        data = json.loads(text)
        cap = structure(data, Cap)
    except (StructureError, ValueError, RecursionError) as error:
        raise argparse.ArgumentTypeError(f"this is no cap: {error}") from None
    strange = set(data) - set(Cap.__dataclass_fields__)
    if strange:
        raise argparse.ArgumentTypeError(f"a cap has no '{min(strange)}'")
    return cap


def _refuse(message: str) -> int:
    print(message, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
