"""A script of commands and a drill in, a picture of the console's screen as SVG out."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterable

from prompt_toolkit.styles import Style
from rich.console import Console
from rich.text import Text

from generator.model import Catalogue
from simulator.console import dashboard
from simulator.console.desk import Desk
from simulator.console.log import Log
from simulator.console.looks import STYLE
from simulator.console.people import Human
from simulator.console.telling import Line
from simulator.console.terminal import EndOfInput
from simulator.events import Recorder
from simulator.session.play import play_people
from simulator.session.stage import set_up

WIDTH, HEIGHT = 104, 34
DASHBOARD_ROWS = 17
PICTURE = "# picture"
"""The line of a script at which the picture is taken."""
_FONT_FACE = re.compile(r"@font-face \{.*?\}", re.DOTALL)


class Camera:
    """A terminal that types a script and takes one picture of what people would see."""

    scripted = True
    width = WIDTH

    def __init__(self, script: Iterable[str]) -> None:
        self._script = list(script)
        self._log = Log()
        self.picture: list[dashboard.Row] = []

    def open(self, desk: Callable[[], Desk], pace: str) -> None:
        self._desk = desk

    def ask(self, seconds: float | None) -> str | None:
        if not self._script:
            raise EndOfInput
        line = self._script.pop(0)
        if line == PICTURE:
            self._take()
            return line
        self._log.add([("class:next", f"> {line}")])
        return line

    def say(self, lines: Iterable[Line]) -> None:
        self._log.add(lines)

    def close(self) -> None:
        """Nothing to give back."""

    def _take(self) -> None:
        upper = dashboard.rows(self._desk(), width=WIDTH, height=DASHBOARD_ROWS, pace="x1")
        lower = self._log.visible(width=WIDTH, height=HEIGHT - len(upper) - 2)
        self.picture = [*upper, [("class:rule", "─" * WIDTH)], *([line] for line in lower), [("", "> █")]]


def photograph(catalogue: Catalogue, drill: str, script: Iterable[str], *, seed: int) -> str:
    """The SVG of the console at the script's ``# picture``; it loads nothing from elsewhere."""
    camera = Camera(script)
    play_people(set_up(catalogue, drill, [seed]), Human(camera, speed=None), Recorder(), nonce="picture")
    return svg(camera.picture, title="drill run")


def svg(rows: Iterable[dashboard.Row], *, title: str) -> str:
    """Rows of styled text as a picture of a terminal."""
    looks = _looks(STYLE)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    for row in rows:
        line = Text.assemble(*((text, looks.get(style.removeprefix("class:"), "")) for style, text in row))
        console.print(line, no_wrap=True, overflow="crop")
    return _FONT_FACE.sub("", console.export_svg(title=title, unique_id="drill"))


def _looks(style: Style) -> dict[str, str]:
    """prompt_toolkit's styles as rich names them."""
    return {
        name: look.replace("ansibright", "bright_").replace("ansi", "") for name, look in style.style_rules
    }
