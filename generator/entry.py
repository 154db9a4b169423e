"""What both commands share: exit codes, the way in, ``--root``, and the catalogue of a repository."""

from __future__ import annotations

import functools
import gc
import shutil
import sys
from collections.abc import Callable, Collection, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO

import click

from generator.crash import confess

if TYPE_CHECKING:
    from generator.model import Catalogue
    from generator.report import Context
    from generator.source import Finding

GARBAGE = (50_000, 50, 50)
"""How rarely Python looks for garbage: sources are a million small values, and hardly any of them is dropped."""
PROOF = "proof"
"""The rule on certificates of rehearsals."""
GOOD, AMISS, WRONG_USAGE, INTERRUPTED = 0, 1, 2, 130
"""1: findings, objectives missed, a record that does not hold. 3 is a bug of ours: see ``crash``."""


def enter(command: click.Group, name: str) -> NoReturn:
    """Run a command, and turn whatever happens into an exit code."""
    gc.set_threshold(*GARBAGE)
    try:
        code = command.main(standalone_mode=False)
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = INTERRUPTED
    except BrokenPipeError:
        sys.stderr.close()  # whoever read our output has seen enough
        code = GOOD
    except Exception as error:
        code = confess(name, error)
    sys.exit(code or GOOD)


def code_of(findings: Iterable[Finding]) -> int:
    """AMISS when there is an error among the findings, else GOOD."""
    return AMISS if any(finding.severity == "error" for finding in findings) else GOOD


def _find_root(_: click.Context, __: click.Parameter, value: Path | None) -> Path:
    from generator.load import find_root

    return value if value is not None else find_root(Path.cwd())


def root_option(function: Callable[..., Any]) -> Callable[..., Any]:
    """``--root DIR``, handed over as ``root``."""
    return click.option(
        "--root",
        type=click.Path(exists=True, file_okay=False, path_type=Path),
        callback=_find_root,
        help="The folder that holds runbooks/; default: the nearest one upward.",
    )(function)


def context_of(root: Path, stream: TextIO) -> Context:
    """What a report of findings may show on a stream: the sources' own lines, and colours on a terminal."""
    from generator.files import shown_text
    from generator.report import NOTHING_KNOWN, Context

    is_terminal = stream.isatty()
    width = shutil.get_terminal_size().columns if is_terminal else NOTHING_KNOWN.width
    return Context(text_of=functools.partial(shown_text, root), colour=is_terminal, width=width)


def needing_catalogue(*, otherwise: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Hand the catalogue of ``--root`` to a command; sources with errors end it, with ``otherwise`` below them."""

    def decorate(function: Callable[..., int]) -> Callable[..., int]:
        @root_option
        @functools.wraps(function)
        def command(*, root: Path, **options: Any) -> int:
            catalogue = _from_sources(root, otherwise)
            return AMISS if catalogue is None else function(catalogue, root=root, **options)

        return command

    return decorate


def _from_sources(
    root: Path, otherwise: str = "", *, forgiven: Collection[str] = (), with_evidence: bool = True
) -> Catalogue | None:
    """The catalogue of a repository; None when its sources have errors, which are told then."""
    from generator import report
    from generator.compile import SourceErrors, load_catalogue

    try:
        return load_catalogue(root, cached=True, forgiven=forgiven, with_evidence=with_evidence)
    except SourceErrors as errors:
        click.echo(report.text(errors.findings, context_of(root, sys.stderr)), err=True)
        if otherwise:
            click.echo(otherwise, err=True)
        return None


def with_catalogue(function: Callable[..., int]) -> Callable[..., int]:
    """Hand the catalogue of ``--root`` to a command; sources with errors end it."""
    return needing_catalogue(otherwise="")(function)


def with_given_catalogue(function: Callable[..., int]) -> Callable[..., int]:
    """The same, or the catalogue of a file that ``--catalogue`` names; the command cannot tell which.

    A certificate that cannot be believed keeps nobody from drills, least of all from making it anew: it is in the
    way of the gate alone, which compares with it.
    """

    @click.option(
        "--catalogue",
        "file",
        metavar="FILE",
        type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="In place of the sources: a catalogue, as 'runbook export catalogue' writes it.",
    )
    @root_option
    @functools.wraps(function)
    def command(*, root: Path, file: Path | None, **options: Any) -> int:
        forgiven = () if options.get("gate") else (PROOF,)
        catalogue = (
            _from_sources(root, forgiven=forgiven, with_evidence=False) if file is None else _from_file(file)
        )
        return AMISS if catalogue is None else function(catalogue, root=root, **options)

    return command


def _from_file(file: Path) -> Catalogue:
    from generator.catalogue_given import load_file
    from generator.given import GivenError

    try:
        return load_file(file)
    except GivenError as error:
        raise click.BadParameter(str(error), param_hint="--catalogue") from error


def with_published(function: Callable[..., int]) -> Callable[..., int]:
    """Hand a command what ``--audience`` may read of the catalogue; stderr says how much that leaves out."""

    @click.option(
        "--audience",
        metavar="NAME",
        help="Leave out what is classified above this; default: site_audience of the organization.",
    )
    @root_option
    @functools.wraps(function)
    def command(*, root: Path, audience: str | None, **options: Any) -> int:
        from generator import report
        from generator.audience import UnknownAudienceError
        from generator.compile import SourceErrors, load_published

        try:
            cached = options.get("no_cache") is False
            catalogue, left_out = load_published(root, audience, cached=cached)
        except SourceErrors as errors:
            click.echo(report.text(errors.findings, context_of(root, sys.stderr)), err=True)
            return AMISS
        except UnknownAudienceError as error:
            raise click.BadParameter(str(error), param_hint="--audience") from error
        click.echo(f"built for '{catalogue.audience}': {str(left_out) or 'nothing'} left out", err=True)
        return function(catalogue, root=root, **options)

    return command
