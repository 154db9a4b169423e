"""A binding by command runs the program that its text names, with the arguments that it says, and nothing else."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from generator.contexts import VALUE
from simulator import shell
from simulator.live.binding import RefusedBindingError
from simulator.live.binding.filling import invocation
from tests.simulator.live.binding.bench import acted, by_command

TELLS = """#!{python}
import json, os, sys
print(json.dumps([sys.argv, dict(os.environ), sys.stdin.read(), os.getcwd()]))
"""
PYTHON = sys.executable


@pytest.fixture
def tells(tmp_path: Path) -> str:
    """A program that says with what it was run."""
    return program(tmp_path / "bin" / "tells", TELLS.format(python=PYTHON))


def program(path: Path, text: str) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o755)
    return str(path)


def python(code: str, *words: str, seconds: float = 30.0) -> tuple[object, ...]:
    return (by_command(PYTHON, "-c", code, *words, seconds=seconds),)


def said(folder: Path) -> bytes:
    (kept,) = folder.glob("said-*.txt")
    return kept.read_bytes()


def test_it_sees_its_arguments_and_next_to_nothing_else(
    tells: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No token of ours stands in its environment; nobody answers what it asks; it runs where the drill does."""
    monkeypatch.setenv("STAGING_TOKEN", "never-to-be-seen")
    monkeypatch.setenv("DRILLBOOK_TOKEN", "never-to-be-seen-either")
    binding = by_command(tells, "set", "{{ value }}", "--region={{ alert.region }}")

    found = acted(binding, labels={"region": "-eu 1;'\"$(id)`id`&|<>*?~!"}, allowed=(tells,), keep=tmp_path)

    words, environment, asked, where = json.loads(said(tmp_path))
    assert (found.ok, found.status, found.by, found.why) == (True, 0, "command", "")
    assert words == [tells, "set", "0.5", "--region=-eu 1;'\"$(id)`id`&|<>*?~!"]
    assert set(environment) <= {"HOME", "LANG", "PATH", "LC_CTYPE"}  # Python itself adds the last
    assert (asked, where) == ("", os.getcwd())
    assert found.output == hashlib.sha256(said(tmp_path)).hexdigest()


@pytest.mark.parametrize(("allowed", "runs"), [(("tells",), True), (("other", "sh"), False), ((), False)])
def test_a_name_is_looked_up_once(
    allowed: tuple[str, ...], runs: bool, tells: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is allowed by name is that file of PATH."""
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")

    found = acted(by_command("tells"), allowed=allowed)

    assert found.ok is runs
    assert (
        runs or found.why == f"'{tells}' may not be run: whoever starts the drill allows it by --allow tells"
    )


def test_a_program_of_the_folder_that_one_stands_in_is_never_found(
    tells: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A PATH with ``.`` in it, and a path that is not whole, lead nowhere."""
    monkeypatch.chdir(tmp_path / "bin")
    monkeypatch.setenv("PATH", f".{os.pathsep}{os.pathsep}bin")

    for name in ("tells", "./tells", "../bin/tells", ""):
        found = acted(by_command(name), allowed=("tells", "./tells", "../bin/tells", tells, ""))
        assert (found.ok, found.status) == (False, -1), name


def test_a_link_to_an_allowed_program_is_another_program(tells: str, tmp_path: Path) -> None:
    """One file may be many programs, by the name that it is called by."""
    link = tmp_path / "link"
    link.symlink_to(tells)

    assert not acted(by_command(str(link)), allowed=(tells,)).ok
    assert not acted(by_command(tells), allowed=(str(link),)).ok


@pytest.mark.parametrize(
    ("code", "status", "why"),
    [
        ("import sys; sys.exit(3)", 3, "ended with status 3"),
        ("import os; os.kill(os.getpid(), 9)", 137, "was ended by signal 9"),
        ("import os; os.kill(os.getpid(), 10)", 138, "was ended by signal 10"),
    ],
)
def test_how_it_ended_is_its_status(code: str, status: int, why: str) -> None:
    """As a shell says it."""
    found = acted(by_command(PYTHON, "-c", code), allowed=(PYTHON,))

    assert (found.ok, found.status) == (False, status)
    assert found.why == f"'{PYTHON}' {why}"


def test_both_its_outputs_are_kept(tmp_path: Path) -> None:
    """Complaints, too."""
    code = "import sys; print('out', flush=True); print('complaint', file=sys.stderr)"

    acted(by_command(PYTHON, "-c", code), allowed=(PYTHON,), keep=tmp_path)

    assert said(tmp_path) == b"out\ncomplaint\n"


def test_what_is_no_program_is_a_failure(tmp_path: Path) -> None:
    """A file that the machine cannot run."""
    file = program(tmp_path / "odd", "#!/no/such/interpreter\n")

    found = acted(by_command(file), allowed=(file,))

    assert (found.ok, found.status) == (False, -1)
    assert found.why == f"'{file}' cannot be run: No such file or directory"


@contextlib.contextmanager
def noted(path: Path) -> Iterator[None]:
    """Ends, whatever happens, the process whose id was written there."""
    try:
        yield
    finally:
        with contextlib.suppress(FileNotFoundError, ValueError, ProcessLookupError):
            os.kill(int(path.read_text()), signal.SIGKILL)


FORK = """
import os, sys, time
child = os.fork()
if child == 0:
    {escape}
    with open({file!r} + ".new", "w") as file: file.write(str(os.getpid()))
    os.rename({file!r} + ".new", {file!r})
    {child}
    os._exit(0)
while not os.path.exists({file!r}): time.sleep(0.01)
print("parent", flush=True)
{parent}
"""


def forking(file: Path, *, escape: str = "pass", child: str = "time.sleep(600)", parent: str = "pass") -> str:
    return FORK.format(file=str(file), escape=escape, child=child, parent=parent)


def test_a_command_that_does_not_end_is_ended_with_all_its_children(tmp_path: Path) -> None:
    """Its whole group is gone when its time is over, also what ignores a polite word."""
    file = tmp_path / "pid"
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + forking(
        file, parent="time.sleep(600)"
    )
    with noted(file):
        found = acted(by_command(PYTHON, "-c", code, seconds=5.0), allowed=(PYTHON,))

        child = shell.identity(int(file.read_text()))
        assert (found.ok, found.status) == (False, -1)
        assert found.why == f"'{PYTHON}' had not ended after 5 s, and was killed"
        assert child is None or shell.gone(child, within_s=60)


def test_a_grandchild_that_keeps_the_pipe_open_keeps_nobody_waiting(tmp_path: Path) -> None:
    """The program has ended, and that counts; what it left in its group is ended."""
    file = tmp_path / "pid"
    with noted(file):
        found = acted(
            by_command(PYTHON, "-c", forking(file), seconds=600.0), allowed=(PYTHON,), keep=tmp_path
        )

        child = shell.identity(int(file.read_text()))
        assert (found.ok, found.status) == (True, 0)
        assert child is None or shell.gone(child, within_s=60)
    assert said(tmp_path) == b"parent\n"


def test_a_grandchild_that_has_escaped_keeps_nobody_waiting_either(tmp_path: Path) -> None:
    """It left the group and writes on for ever: it is not heard out."""
    file = tmp_path / "pid"
    code = forking(file, escape="os.setsid()", child='while True: os.write(1, b"x" * 4096)')
    with noted(file):
        found = acted(by_command(PYTHON, "-c", code, seconds=600.0), allowed=(PYTHON,))

    assert (found.ok, found.status) == (True, 0)


def test_a_program_that_talks_without_end_is_kept_in_part_and_hashed_whole(tmp_path: Path) -> None:
    """The hash is over everything that it said."""
    code = "import sys; sys.stdout.write('0123456789abcde\\n' * 300_000)"

    found = acted(by_command(PYTHON, "-c", code), allowed=(PYTHON,), keep=tmp_path)

    whole = b"0123456789abcde\n" * 300_000
    assert found.ok
    assert found.output == hashlib.sha256(whole).hexdigest()
    assert said(tmp_path) == whole[:1_000_000] + b"\n[there was more]\n"


def test_one_that_talks_for_ever_ends_with_its_time() -> None:
    """Nothing is gathered without limit."""
    found = acted(
        by_command(PYTHON, "-c", "import os\nwhile True: os.write(1, b'x' * 65536)", seconds=1.0),
        allowed=(PYTHON,),
    )

    assert (found.ok, found.status) == (False, -1)


ATTACKS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="-=;|&$`'\"\\<>(){}[]!*?~#%@ \t\n\r\0aA1./:é\u202e\u2028", max_size=20),
    st.sampled_from(
        ["--help", "-rf", "--", "-", "; id", "$(id)", "`id`", "a\nb", "a\0b", "{{ value }}", "@/etc/passwd"]
    ),
)
TEXTS = (
    "{{ value }}",
    "{{ alert.region }}",
    "--to={{ value }}",
    "--region={{ alert.region }}",
    "x{{ value }}-{{ alert.region }}",
)


@given(value=ATTACKS, region=ATTACKS)
@example(value="v1", region="eu-1")
def test_no_parameter_changes_what_is_run(value: str, region: str) -> None:
    """Program, number and order of arguments, and every option are what the text says; or nothing is run."""
    command = ("/bin/deploy", "set", *TEXTS)
    try:
        found = invocation(command, value, {"region": region})
    except RefusedBindingError:
        return

    first, second, *joined = found.arguments[1:]
    assert (found.program, found.arguments[0], len(found.arguments)) == ("/bin/deploy", "set", 6)
    assert (first, second) == (value, region)
    assert joined == [f"--to={value}", f"--region={region}", f"x{value}-{region}"]
    assert not first.startswith("-")
    assert not second.startswith("-")
    assert not any(sign in word for word in found.arguments for sign in "\0\n\r")


@pytest.mark.parametrize(
    "text", ["-{{ VALUE }}", "--{{ VALUE }}", "-r{{ VALUE }}", "--{{ VALUE }}=x", "{{ VALUE }}"]
)
@pytest.mark.parametrize("slot", [VALUE, "alert.region"])
def test_a_parameter_never_names_an_option(text: str, slot: str) -> None:
    """Not even where the text itself begins one; unless it is joined by =."""
    with pytest.raises(RefusedBindingError, match="read as an option"):
        invocation(("deploy", text.replace("VALUE", slot)), "-x", {"region": "-x"})


@given(value=ATTACKS)
@example(value="v1; id")
@example(value="$(id)")
def test_a_setting_in_a_shells_text_is_a_plain_word(value: str) -> None:
    """Who allows a shell, and has one in a binding, still cannot be made to run anything else."""
    try:
        found = invocation(("sh", "-c", "deploy {{ value }}"), value, {})
    except RefusedBindingError:
        return

    assert set(found.arguments[1].removeprefix("deploy ")) <= set(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:/@+-"
    )


def test_a_label_never_stands_in_a_shells_text() -> None:
    """However harmless it looks."""
    with pytest.raises(RefusedBindingError, match="cannot stand safely"):
        invocation(("sh", "-c", "deploy {{ alert.region }}"), "v1", {"region": "eu"})


@pytest.mark.parametrize(
    "name", ["{{ value }}", "{{ alert.region }}", "/bin/{{ value }}", "deploy{{value}}", "{{"]
)
def test_the_program_holds_no_slot(name: str) -> None:
    """What is run stands in the text."""
    found = acted(by_command(name), "sh", values=("sh",), labels={"region": "sh"}, allowed=("sh", "/bin/sh"))

    assert "may hold no slot" in found.why


@pytest.mark.parametrize(
    "value", ["; touch OWNED", "$(touch OWNED)", "`touch OWNED`", "| touch OWNED", "a && touch OWNED"]
)
def test_nothing_else_is_run_for_real(
    value: str, tells: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no shell that could read it."""
    monkeypatch.chdir(tmp_path)

    found = acted(
        by_command(tells, "{{ value }}", "{{ alert.region }}"),
        value, values=(value,), labels={"region": value}, allowed=(tells,), keep=tmp_path,
    )  # fmt: skip

    assert found.ok
    assert json.loads(said(tmp_path))[0] == [tells, value, value]
    assert not (tmp_path / "OWNED").exists()


def test_what_nothing_fills_is_refused() -> None:
    """A reference that means something in prose only is not handed on as it stands."""
    assert (
        "nothing fills '{{ signal.x.threshold }}'" in acted(by_command("sh", "{{ signal.x.threshold }}")).why
    )
