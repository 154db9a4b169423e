"""A catalogue in, the hashes of what a proof of a runbook holds for out: the same from sources and from values.

The runbook counts with its whole text, which is what the page shows. Of its service, of that one's panel and of its
other runbooks counts what acts: prose, addresses and owners change no hash here, nor do titles, but where they order
runbooks that are equally urgent.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from generator.content import content_hash
from generator.model import Catalogue, Drill, PanelRows, ProofHashes, Runbook, Service
from generator.values import brief

_TOLD = frozenset(
    {
        "alert_labels", "answer", "artifacts", "bindings", "cascade", "change", "classification", "confirm",
        "cost", "dashboard", "data_governance", "decide", "deployments", "diagnostics", "effect_on_users",
        "live_validation", "log", "metrics", "noise", "notices", "on_call", "owner", "postmortem_days",
        "released", "safety_net", "summary", "team", "text", "title", "waivers", "who",
    }
)  # fmt: skip
"""Keys of services and runbooks that only people read."""
_ACTS = ("id", "severity", "symptom", "objectives", "detection", "containment", "mitigation")
"""Keys of another runbook that decide when it is opened, and what is done then; and who gives leave."""
_FILE = "file"
_LIVE = "live"


def proof_hashes(catalogue: Catalogue, runbook: str) -> ProofHashes:
    """What a proof of that runbook holds for, of a catalogue that is whole; KeyError when there is none."""
    compiled = catalogue.runbook(runbook)
    id = compiled.runbook.service
    runbooks = [one.runbook for one in catalogue.runbooks_of(id)]
    return ProofHashes(
        compiled.hash, service_hash(catalogue.service(id), catalogue.panels[id], runbooks, runbook)
    )


def service_hash(service: Service, panel: PanelRows, runbooks: Iterable[Runbook], own: str) -> str:
    """SHA-256 of what a service, the rows of its panel and its runbooks do, but for that whose id is ``own``."""
    known = brief(service)
    known["profile"]["panel"].pop(_FILE, None)  # the rows themselves are there
    texts = sorted(runbooks, key=lambda one: one.id)
    acting = [_acting(brief(one)) for one in texts if one.id != own]
    columns = {name: list(column) for name, column in panel.columns.items()}
    ties = {"ties": found} if (found := _ties(texts)) else {}
    return content_hash({"service": _untold(known), "panel": columns, "runbooks": acting, **ties})


def drill_hash(drill: Drill) -> str:
    """SHA-256 of what a drill says, but for how it is played against a real service: no proof rests on that."""
    return content_hash({key: value for key, value in brief(drill).items() if key != _LIVE})


def _ties(runbooks: Iterable[Runbook]) -> list[list[str]]:
    """Ids of runbooks that are equally urgent, in the order in which two pages of the same scrape open them."""
    urgent: dict[float, list[Runbook]] = {}
    for one in runbooks:
        urgent.setdefault(one.objectives.contain_minutes, []).append(one)
    ordered = (sorted(equal, key=lambda one: one.title) for _, equal in sorted(urgent.items()))
    return [[one.id for one in equal] for equal in ordered if len(equal) > 1]


def _acting(runbook: Any) -> Any:
    leave = [
        {"controls": one["controls"], "role": one["role"]} for one in runbook["governance"].get("approve", ())
    ]
    return {"approve": leave, **{key: _untold(runbook[key]) for key in _ACTS if key in runbook}}


def _untold(value: Any) -> Any:
    """Data without what only people read; what a kind asks for under ``with`` stays whole."""
    if isinstance(value, dict):
        return {
            key: item if key == "with" else _untold(item) for key, item in value.items() if key not in _TOLD
        }
    return [_untold(item) for item in value] if isinstance(value, list) else value
