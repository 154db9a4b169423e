"""The console's table of commands in, Markdown about them out, on standard output.

    python -m simulator.reference

The reference pages are written by ``generator.reference``, which asks for this in a process of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from simulator.console.commands import COMMANDS
from simulator.console.commands.base import Command


def page(commands: Sequence[Command]) -> str:
    """A section for each command: what it does, how it is typed, an example."""
    return "\n".join(line for command in commands for line in _section(command))


def _section(command: Command) -> Iterator[str]:
    yield from (f"## {command.name}", "", command.summary)
    if command.backstage:
        yield "It is for a facilitator at a terminal of their own (`--facilitator` or `--table`)."
    elif command.by == "facilitator":
        yield "It is the facilitator's; who is alone may type it, too."
    if command.in_pause:
        yield "It works while the drill is paused, too."
    yield from ("", "```text", command.usage)
    if command.example != command.usage:
        yield command.example
    yield from ("```", "")


if __name__ == "__main__":
    print(page(COMMANDS), end="")
