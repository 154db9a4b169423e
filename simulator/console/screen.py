"""The dashboard above, what happens in the middle, a line to type in below: the console on a terminal.

The event loop runs only while the session waits for people, so nothing here needs a thread or a lock.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable

from prompt_toolkit.application import Application
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import has_completions
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.history import InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent
from prompt_toolkit.layout import Float, FloatContainer, HSplit, Layout, VSplit, Window
from prompt_toolkit.layout.controls import BufferControl, FormattedTextControl
from prompt_toolkit.layout.dimension import Dimension
from prompt_toolkit.layout.menus import CompletionsMenu
from prompt_toolkit.output import ColorDepth, Output

from simulator.console import dashboard, telling
from simulator.console.commands.completion import complete, shared
from simulator.console.desk import Desk
from simulator.console.ear import Ear
from simulator.console.lines import LineTerminal
from simulator.console.log import Log
from simulator.console.looks import KEYS, LEAVING, STYLE, WAITING, Use
from simulator.console.telling import Line
from simulator.console.text import clean

REFRESH_S = 0.5
LEAST_LOG = 10
"""Rows that the log keeps, however much the dashboard has to show."""
WHILE_READING = 9
"""Rows of the dashboard while a long answer is read."""
BEFORE_START = 6
"""Rows of the dashboard while the briefing is read, where both do not fit; charts have nothing to say yet."""
SMALL_SCREEN, FEW_VITALS = 40, 8
"""Up to so many rows, a screen charts so few vitals; `status` shows the rest."""
BELOW = 3
"""Rule, line to type in, keys."""
PROMPT = "> "


class Screen:
    """A full-screen terminal; ``close`` gives the terminal back as it was."""

    scripted = False

    def __init__(
        self,
        *,
        colours: bool = True,
        use: Use = "all",
        input: Input | None = None,
        output: Output | None = None,
    ) -> None:
        self._use = use
        self._log = Log()
        self._after = LineTerminal(sys.stdin.fileno(), sys.stdout, echo=False)
        self._ear = Ear()
        self._pace = ""
        self._briefed = True
        """False: nothing goes on until somebody has read the briefing and pressed Enter."""
        self._leaving = False
        """Whether Ctrl-C was pressed on an empty line, and nothing since."""
        self._buffer = Buffer(
            completer=_Completer(self),
            history=InMemoryHistory(),
            multiline=False,
            accept_handler=self._accept,
            read_only=use == "watch",
            on_text_changed=self._stay,
        )
        self._app: Application[None] = Application(
            layout=self._layout(),
            key_bindings=self._keys(),
            style=STYLE,
            full_screen=True,
            color_depth=None if colours else ColorDepth.DEPTH_1_BIT,
            refresh_interval=REFRESH_S,
            input=input,
            output=output,
        )

    @property
    def width(self) -> int:
        return self._app.output.get_size().columns

    @property
    def desk(self) -> Desk:
        return self._desk()

    def open(self, desk: Callable[[], Desk], pace: str) -> None:
        self._desk, self._pace = desk, pace
        self._ear.open(self._app)
        if self.desk.waiting and self._use == "all":
            self.say(self._explained())
        elif self._use == "all" and self.desk.seat == "alone" and not self.desk.board.returned:
            self._wait_for_enter()

    def _explained(self) -> Iterable[Line]:
        if self.desk.board.returned:
            return ()
        leads = self.desk.seat == "facilitator"
        desk = self.desk
        return telling.before_the_start(
            desk.board.started, self._pace, facilitator=leads, begins_t=desk.begins_t
        )

    def _wait_for_enter(self) -> None:
        """Let people read before the clock runs; what is more than Enter is left for ``ask``."""
        self.say(self._explained())
        self._briefed = False
        while not self._ear.typed:
            self._ear.wait(None)
        self._briefed = True
        if not self._ear.typed[0]:
            self._ear.typed.popleft()

    def listen(self, fd: int | None) -> None:
        self._ear.also = fd

    def ask(self, seconds: float | None) -> str | None:
        """As ``Terminal.ask``; once the screen is closed, from the terminal as it was before."""
        if self._ear.is_closed:
            return self._after.ask(seconds)
        self._log.settle(width=self.width, height=self._log_height())
        self.rest(0 if self._ear.typed else seconds)
        if not self._ear.typed:
            return None
        typed = self._ear.typed.popleft()
        self._log.answer(f"{PROMPT}{clean(typed)}")
        return typed

    def rest(self, seconds: float | None) -> None:
        """People go on typing; what they type is left for ``ask``, until when no answer is complete."""
        self._app.invalidate()
        self._ear.wait(seconds)

    def say(self, lines: Iterable[Line]) -> None:
        if self._ear.is_closed:
            self._after.say(lines)
        else:
            self._log.add(lines)

    def close(self) -> None:
        if not self._ear.is_closed:
            self._ear.close(self._app)

    @property
    def _waiting(self) -> bool:
        """Whether the clock stands until it is started."""
        return not self._briefed or self.desk.waiting

    # --- what is drawn ---------------------------------------------------------------------------

    def _layout(self) -> Layout:
        bar = FormattedTextControl(self._bar)
        # In a window of its own: what is typed scrolls sideways, and would take the prompt along for good.
        prompt = Window(
            FormattedTextControl("" if self._use == "watch" else PROMPT), width=len(PROMPT), height=1
        )
        body = HSplit(
            [
                Window(FormattedTextControl(self._dashboard), height=self._dashboard_height),
                Window(char="─", height=1, style="class:rule"),
                Window(FormattedTextControl(self._middle)),
                VSplit([prompt, Window(BufferControl(self._buffer), height=1)]),
                Window(bar, height=1, style="class:dim"),
            ]
        )
        menu = Float(CompletionsMenu(max_height=8), xcursor=True, ycursor=True)
        return Layout(FloatContainer(body, [menu]), focused_element=self._buffer)

    def _rows(self) -> int:
        return self._app.output.get_size().rows

    def _dashboard_rows(self) -> list[dashboard.Row]:
        rows = self._rows()
        most = WHILE_READING if self._log.reading else rows // 2
        if self._waiting and not self._log.answered:
            most = max(BEFORE_START, min(most, rows - BELOW - self._log.length(width=self.width)))
        most = max(3, min(rows - BELOW - LEAST_LOG, most))
        vitals = FEW_VITALS if rows <= SMALL_SCREEN else None
        pace = self.desk.board.pace
        return dashboard.rows(self.desk, width=self.width, height=most, pace=pace, vitals=vitals)

    def _dashboard(self) -> StyleAndTextTuples:
        found: StyleAndTextTuples = []
        for row in self._dashboard_rows():
            found += [*row, ("", "\n")]
        return found[:-1]

    def _dashboard_height(self) -> Dimension:
        return Dimension.exact(len(self._dashboard_rows()))

    def _log_height(self) -> int:
        return max(1, self._rows() - BELOW - len(self._dashboard_rows()))

    def _middle(self) -> StyleAndTextTuples:
        found: StyleAndTextTuples = []
        for style, text in self._log.visible(width=self.width, height=self._log_height()):
            found += [(style, text), ("", "\n")]
        return found[:-1]

    def _bar(self) -> StyleAndTextTuples:
        if self._leaving:
            return [("class:question", LEAVING[self._use])]
        below = self._log.below(width=self.width, height=self._log_height())
        more = f" {below} more lines: PageDown " if below else ""
        if self._waiting:
            return [("class:question", f"{more}{WAITING[self._use]}"), ("", "  Ctrl-C twice leaves")]
        if self._log.news:
            return [("class:question", more), ("class:bad", f" NEW {self._log.news}")]
        if below:
            return [("class:question", more), ("", " PageUp goes back")]
        return [("", KEYS[self._use])]

    # --- what is typed ---------------------------------------------------------------------------

    def _accept(self, buffer: Buffer) -> bool:
        self._leaving = False
        if buffer.text.strip() or self._waiting:
            self._ear.hear(buffer.text.strip())
        return False

    def _stay(self, buffer: Buffer) -> None:
        """Who types goes on."""
        if buffer.text:
            self._leaving = False

    def _complete(self) -> None:
        """The only word that fits, with a blank behind it; or what all share, and a menu of them."""
        text = self._buffer.document.text_before_cursor
        words = complete(text, self.desk)
        typed = len(text.rsplit(" ", 1)[-1])
        if len(words) == 1:
            self._buffer.insert_text(words[0][typed:] + " ")
        elif words:
            self._buffer.insert_text(shared(words)[typed:])
            self._buffer.start_completion()

    def _keys(self) -> KeyBindings:
        keys = KeyBindings()

        @keys.add("c-c")
        def _(event: KeyPressEvent) -> None:
            """It clears what was typed; twice on an empty line ends the drill, so that no slip does."""
            if self._buffer.text:
                self._buffer.reset()
            elif self._leaving:
                self._ear.interrupt()
            else:
                self._leaving = True

        @keys.add("<sigint>")
        def _(event: KeyPressEvent) -> None:
            self._ear.interrupt()

        @keys.add("c-d")
        def _(event: KeyPressEvent) -> None:
            if not self._buffer.text and self._use == "all":
                self._leaving = False
                self._ear.hear("end")

        @keys.add("tab", filter=~has_completions)
        def _(event: KeyPressEvent) -> None:
            self._complete()

        @keys.add("pageup")
        def _(event: KeyPressEvent) -> None:
            self._log.scroll(-1, width=self.width, height=self._log_height())

        @keys.add("pagedown")
        def _(event: KeyPressEvent) -> None:
            self._log.scroll(1, width=self.width, height=self._log_height())

        @keys.add("c-l")
        def _(event: KeyPressEvent) -> None:
            event.app.renderer.clear()

        return keys


class _Completer(Completer):
    """Completion of commands, ids and vocabularies, as far as they are known now."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        typed = len(text.rsplit(" ", 1)[-1])
        for word in complete(text, self._screen.desk):
            yield Completion(word, start_position=-typed)
