"""What runs live on this machine: one folder a run, with one file that names every process of it.

Whoever has to end a run after a crash knows it from here. So a process is noted down before it is told to do anything,
and carries a mark in its environment besides, by which it is found when even the note could not be written.
"""

from __future__ import annotations

import json
import os
import re
import secrets
import shutil
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from generator.values import StructureError, brief, structure
from simulator import shell
from simulator.shell import Identity

Room = Literal["drill", "load", "observer", "proxy", "sandbox", "watchdog"]
STATE_VARIABLE, RUN_VARIABLE, ROOM_VARIABLE, TOKEN_VARIABLE = (
    "DRILLBOOK_STATE",
    "DRILLBOOK_RUN",
    "DRILLBOOK_ROOM",
    "DRILLBOOK_TOKEN",
)
LIVE = "live"
"""The folder of all runs in that of our state."""
FILE, TOKEN, PANICKED, TURNED = "run.json", "token", "panicked", "turned.json"
MOST_BYTES = 1_000_000
KEPT = 20
"""So many runs that are over keep their folders, for whoever wants to read their logs."""
_HERE = re.compile(r"http://127\.0\.0\.1:\d{1,5}")
ORIGIN = re.compile(r"(-?[0-9]{1,15}(\.[0-9]{1,20})?)?")
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,120}")


class RunError(ValueError):
    """A run cannot be noted down or read; the message says where, why and what to do."""


@dataclass(frozen=True, slots=True)
class Spec:
    """A process as it is to be started: ``python -m simulator.live.<room> <options>``.

    In options, ``{sandbox.url}`` and its like stand for what that process announced.
    """

    room: Room
    options: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    """What to run instead of the room's module; empty: the module."""


@dataclass(frozen=True, slots=True)
class Process:
    """A process that was started."""

    room: Room
    pid: int
    began: int
    """Clock ticks since the machine started: with the id, it is this process and no other."""
    url: str = ""
    control: str = ""
    """Where it takes orders; empty until it has said so."""
    origin: str = ""
    """The machine's monotonic clock at the second 0 that it goes by, where it said so; one started anew is told it."""
    token: str = TOKEN
    """The file in the run's folder that holds what its orders need."""

    @property
    def identity(self) -> Identity:
        return Identity(self.pid, self.began)


@dataclass(frozen=True, slots=True)
class Run:
    """One live run. ``boot``: of the machine, so that nothing of an earlier one is taken for alive."""

    id: str
    boot: str
    drill: Process
    target: str
    ours: bool
    """Whether the target is our own sandbox; another's is never taken its proxy."""
    specs: tuple[Spec, ...]
    processes: tuple[Process, ...] = ()
    ended: float | None = None
    """Seconds since the epoch."""

    def process(self, room: Room) -> Process | None:
        return next((one for one in self.processes if one.room == room), None)

    def having(self, process: Process) -> Run:
        """The same, with this process in the place of the one of its room."""
        others = tuple(one for one in self.processes if one.room != process.room)
        return replace(self, processes=(*others, process))

    def lives(self, process: Process) -> bool:
        """Whether that process is there; one that was started before the machine was is not."""
        return self.boot == boot() and shell.lives(process.identity)


def state_folder() -> Path:
    """Where everything stands that has to outlive a process; made when it is missing, for this user alone."""
    return private_folder(state_path())


def state_path() -> Path:
    """Where that is, whether or not it is there."""
    given = os.environ.get(STATE_VARIABLE)
    home = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return (Path(given) if given else Path(home) / "drillbook").resolve()


def private_folder(path: Path) -> Path:
    """A folder that nobody else may enter; RunError when it cannot be had, or is not safe."""
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
        stat = path.stat()
    except OSError as error:
        raise RunError(
            f"{path} cannot be made: {error.strerror} (name another with {STATE_VARIABLE})"
        ) from None
    if stat.st_uid != os.geteuid() or stat.st_mode & 0o022:
        raise RunError(f"{path} belongs to somebody else, or others may write to it (chmod 700 {path})")
    return path


def folder_of_all() -> Path:
    return private_folder(state_folder() / LIVE)


def folders() -> tuple[Path, ...]:
    """The folders of all runs that are known, the newest last."""
    found = [path for path in folder_of_all().iterdir() if ID.fullmatch(path.name) and path.is_dir()]
    return tuple(sorted(found, key=_changed))


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0


def begin(drill: str, *, target: str, ours: bool, specs: tuple[Spec, ...]) -> tuple[Path, Run]:
    """Note down a run of this very process, before it starts another; RunError when that is not possible."""
    prune()
    if not (name := drill.lower()) or not ID.fullmatch(f"{name}-0"):
        raise RunError(f"'{drill}' cannot name a folder")
    id = f"{name[:80]}-{time.strftime('%Y%m%d-%H%M%S', time.gmtime())}-{secrets.token_hex(3)}"
    folder = private_folder(folder_of_all() / id)
    who = shell.identity(os.getpid())
    if who is None:
        raise RunError(f"there is no {shell.PROC}/{os.getpid()}: live drills need Linux")
    run = Run(id, boot(), Process("drill", who.pid, who.began), target, ours, specs)
    try:
        write_private(folder / TOKEN, secrets.token_urlsafe(32).encode())
        write(folder, run)
    except (OSError, RunError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise RunError(f"{folder} cannot be written: {error}") from None
    return folder, run


def write(folder: Path, run: Run) -> None:
    """Put a run down so that it is there whole, or as it was before; RunError when the disk does not take it."""
    text = json.dumps(brief(run), indent=1)
    secret = _secret(folder)
    if secret and secret in text:
        raise RunError(f"{folder / FILE} would hold the token of the run: hand it over by {TOKEN_VARIABLE}")
    try:
        write_private(folder / FILE, f"{text}\n".encode())
    except OSError as error:
        raise RunError(
            f"{folder / FILE} cannot be written: {error.strerror} (make room on the disk)"
        ) from None


def read(folder: Path) -> Run:
    """The run of a folder; RunError when nothing that can be trusted stands there."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise RunError(f"{path} cannot be read: {error.strerror}") from None
    if len(content) > MOST_BYTES:
        raise RunError(f"{path} is larger than {MOST_BYTES:,} bytes: this is no run")
    try:
        run = structure(json.loads(content), Run)
    except (StructureError, ValueError, RecursionError) as error:
        raise RunError(
            f"{path} is torn or not ours: {str(error)[:200]} ('drill panic' ends what it was about)"
        ) from None
    _trust(path, run)
    return run


def _trust(path: Path, run: Run) -> None:
    """Nobody is led astray by a file: to another's process, to another machine, out of the folder."""
    if run.id != path.parent.name:
        raise RunError(f"{path} is about a run '{run.id[:80]}', not about that of its folder")
    for one in (run.drill, *run.processes):
        if one.pid <= 1 or one.began < 0:
            raise RunError(f"{path}: {one.pid} is not the id of a process of a run")
        for where in (one.url, one.control):
            if where and not _HERE.fullmatch(where):
                raise RunError(f"{path}: '{where[:100]}' is not on this machine (http://127.0.0.1:PORT)")
        if not ORIGIN.fullmatch(one.origin):
            raise RunError(f"{path}: '{one.origin[:100]}' is no second of a clock")
        if one.token != Path(one.token).name or one.token in ("", ".", ".."):
            raise RunError(f"{path}: '{one.token[:100]}' leads out of its folder")


def token(folder: Path, name: str = TOKEN) -> str:
    """What orders to the processes of a run need; RunError when it is not there, or others may read it."""
    path = folder / name
    try:
        if path.stat().st_mode & 0o077:
            raise RunError(f"{path} may be read by others (chmod 600 {path})")
        found = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise RunError(f"{path} cannot be read: {error}") from None
    if not found:
        raise RunError(f"{path} is empty")
    return found


def _secret(folder: Path) -> str:
    try:
        return token(folder)
    except RunError:
        return ""


def marks(folder: Path, room: Room, token: str = "") -> dict[str, str]:
    """What stands in the environment of a process of a run, by which it is found and with which it takes orders."""
    given = {TOKEN_VARIABLE: token} if token else {}
    return {**given, RUN_VARIABLE: str(folder), ROOM_VARIABLE: room}


def marked(folder: Path) -> tuple[tuple[str, Identity], ...]:
    """What carries the mark of a run, by room: found even where nothing was noted down."""
    return tuple(
        (shell.variable(who, ROOM_VARIABLE), who)
        for who, run in shell.tagged(RUN_VARIABLE)
        if who.pid != os.getpid() and run == str(folder)
    )


def is_panicked(folder: Path) -> bool:
    """Whether ``drill panic`` has ended this run: nothing of it may be started, and no fault be asked for, again."""
    return (folder / PANICKED).exists() or not (folder / TOKEN).exists()


def is_over(folder: Path) -> bool:
    """Whether somebody has ended this run, and noted that down."""
    if is_panicked(folder):
        return True
    try:
        return read(folder).ended is not None
    except RunError:
        return False


def goes_on(folder: Path) -> bool:
    """Whether the drill of a run is there, and not over."""
    try:
        run = read(folder)
    except RunError:
        return False
    return run.ended is None and run.lives(run.drill)


def mark_panicked(folder: Path) -> None:
    """From now on nothing of a run is started.

    A full disk takes no new file: the token goes then, without which nothing is started either.
    """
    try:
        # What stands there under that name may be somebody's link to elsewhere.
        os.close(os.open(folder / PANICKED, os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW, 0o600))
    except OSError:
        with suppress(OSError):
            (folder / TOKEN).unlink()


def end(folder: Path, run: Run, *, left: tuple[Process, ...] = ()) -> None:
    """Note down that a run is over; where nothing is ``left`` of it, its token goes."""
    try:
        write(folder, replace(run, processes=left, ended=time.time()))
    finally:
        # Needs no room on the disk: a run without it is over, whatever else could be noted down.
        if not left:
            (folder / TOKEN).unlink(missing_ok=True)


def prune() -> None:
    """Throw away the folders of runs that have long been over, and nothing else.

    What stands in ``TURNED`` is the only note of what somebody has to turn back: who has done so takes it away.
    """
    over = [folder for folder in folders() if _is_over(folder) and not (folder / TURNED).exists()]
    for folder in over[:-KEPT]:
        shutil.rmtree(folder, ignore_errors=True)


def _is_over(folder: Path) -> bool:
    try:
        run = read(folder)
    except RunError:
        return False
    return run.ended is not None and not any(run.lives(one) for one in run.processes)


def write_private(path: Path, content: bytes) -> None:
    """A file for this user alone, there whole or not at all even if the power fails; OSError."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
        sync_folder(path.parent)
    except OSError:
        beside.unlink(missing_ok=True)
        raise


def sync_folder(path: Path) -> None:
    """Make what was named in a folder last."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def boot() -> str:
    """Which start of which machine this is; empty where nobody says."""
    try:
        return (shell.PROC / "sys/kernel/random/boot_id").read_text("ascii").strip()
    except (OSError, UnicodeDecodeError):
        return ""
