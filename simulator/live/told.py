"""A folder for Prometheus and Alertmanager in; alarms that their webhooks tell, as soon as they reach us, out."""

from __future__ import annotations

import logging
import shlex
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from generator.model import Catalogue
from simulator.live.binding.telling import plain
from simulator.live.runs import RunError
from simulator.live.webhook.prepared import Chain, Receiver, keep, kept, prepare
from simulator.live.webhook.receiving import NotHeardError, receiving
from simulator.session.loop import Alarms
from simulator.session.opening import Place
from simulator.session.stage import Stage

HEARD_WITHIN_S = 300.0
MOST_NOTES = 3


@contextmanager
def told_by_webhooks(
    catalogue: Catalogue,
    stage: Stage,
    place: Place,
    metrics_url: str,
    *,
    folder: Path,
    say: Callable[[str], None],
) -> Iterator[Alarms]:
    """Alarms for a session, once a first alert has come all the way; RunError, which says how far they came.

    ``metrics_url``: what a Prometheus is to scrape; empty: one of somebody's watches the target already.
    """
    with ExitStack() as stack:
        stack.enter_context(_unheard_strangers())
        try:
            heard = stack.enter_context(receiving(stage, like=kept(folder)))
            chain = None
            if metrics_url:
                chain = prepare(
                    folder,
                    catalogue,
                    stage.service.id,
                    compression=place.compression,
                    metrics_url=metrics_url,
                    receiver=heard.receiver,
                    step_seconds=stage.drill.step_seconds,
                )
            else:
                keep(folder, heard.receiver)
            for line in _what_to_do(folder, chain, heard.receiver):
                say(line)
            try:
                heard.wait(chain, within_s=HEARD_WITHIN_S)
            except NotHeardError as error:
                came = "".join(f"; what came: {plain(note)}" for note in heard.inbox.notes[:MOST_NOTES])
                raise RunError(f"{error}{came}") from error
        except (OSError, ValueError) as error:
            raise RunError(str(error)) from error
        say("Alerts arrive.")
        yield heard.alarms


@contextmanager
def _unheard_strangers() -> Iterator[None]:
    """Whatever anybody on this machine sends to the receiver: no word of it on the screen of whoever drills."""
    log = logging.getLogger("aiohttp.server")
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)


def _what_to_do(folder: Path, chain: Chain | None, receiver: Receiver) -> Iterator[str]:
    if chain is None:
        yield f"Alerts are taken at {receiver.url}, with the token in {folder}."
    else:
        yield "Start these now, each in a terminal of its own, and leave them running:"
        for command in chain.commands:
            yield f"  cd {shlex.quote(str(folder))} && {shlex.join(command)}"
    yield f"The drill begins when a first alert arrives (within {HEARD_WITHIN_S / 60:g} minutes)."
