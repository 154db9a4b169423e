"""The middle of the screen: which lines are seen."""

from __future__ import annotations

from simulator.console.log import Log


def lines(*texts: str) -> list[tuple[str, str]]:
    return [("", text) for text in texts]


def seen(log: Log, *, width: int = 40, height: int = 3) -> list[str]:
    return [text for _, text in log.visible(width=width, height=height)]


def numbered(count: int) -> list[tuple[str, str]]:
    return lines(*(f"line {number}" for number in range(count)))


def test_it_follows_its_tail() -> None:
    """The newest lines are seen."""
    log = Log()
    log.add(numbered(5))

    assert seen(log) == ["line 2", "line 3", "line 4"]


def test_a_long_answer_is_read_from_its_beginning() -> None:
    """It stays there while other lines arrive, until somebody scrolls down or types."""
    log = Log()
    log.add(lines("before"))
    log.answer("> steps")
    log.add(numbered(5))
    log.settle(width=40, height=3)
    log.add(lines("news"))

    assert seen(log) == ["> steps", "line 0", "line 1"]
    assert log.below(width=40, height=3) == 4
    log.scroll(1, width=40, height=3)
    log.scroll(1, width=40, height=3)
    assert seen(log) == ["line 3", "line 4", "news"]
    assert not log.reading


def test_what_presses_is_told_to_who_reads_something_else() -> None:
    """The last page or message that came meanwhile, until they are at the tail again or type."""
    log = Log()
    log.answer("> steps")
    log.add(numbered(5))
    log.settle(width=40, height=3)
    log.add([("class:dim", "INFO x"), ("class:bad", "PAGE y"), ("", "calm")])

    assert log.news == "PAGE y"
    log.scroll(9, width=40, height=3)
    assert log.news == ""


def test_a_short_answer_does_not_stop_the_tail() -> None:
    """What arrives after it is seen."""
    log = Log()
    log.answer("> ack all")
    log.add(lines("done"))
    log.settle(width=40, height=3)
    log.add(numbered(4))
    log.settle(width=40, height=3)

    assert seen(log) == ["line 1", "line 2", "line 3"]


def test_long_lines_are_folded_to_the_width() -> None:
    """And folded anew when the screen is resized."""
    log = Log()
    log.add(lines("one two three four five six seven eight nine ten"))

    assert len(seen(log, width=21, height=9)) == 3
    assert len(seen(log, width=80, height=9)) == 1
