"""A certificate that was written or mended by hand: what a rehearsal could not have found is told, and where."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.check import check
from generator.compile import SourceErrors, load_catalogue
from generator.contradictions import contradictions
from generator.evidence import proofs
from generator.hashes import drill_hash, proof_hashes
from generator.load import load
from generator.model import Catalogue, Interval, Proof
from generator.source import Finding
from tests.generator.corpus import ROOT, copied
from tests.generator.proofs import sample

ID = "feature-drift"
QUIET = "quiet-monday"
FILE = f"runbooks/{ID}/evidence/proof.json"
NOTHING = "0" * 64


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A few of the shipped sources; each test writes a certificate of its own."""
    return copied(tmp_path_factory.mktemp("believed"))


@pytest.fixture(scope="module")
def catalogue(root: Path) -> Catalogue:
    return load_catalogue(root)


@pytest.fixture
def proof(catalogue: Catalogue) -> Proof:
    """One that holds for what stands there, as a rehearsal writes it; the last drill does no harm."""
    ids = sorted((drill.id for drill in catalogue.drills), key=lambda id: id == QUIET)
    drills = {id: drill_hash(catalogue.drill(id)) for id in ids}
    return sample(catalogue, ID, drills=drills, hashes=proof_hashes(catalogue, ID))


def spoilt(root: Path, proof: Proof, change: Callable[[Any], object]) -> list[Finding]:
    """What is found of the certificate once somebody has edited it."""
    file = proofs.write(root, proof)
    data = json.loads(file.read_text(encoding="utf-8"))
    change(data)
    file.write_text(json.dumps(data, indent=1), encoding="utf-8")
    return [one for one in check(load(root)) if one.rule == "proof"]


def at(finding: Finding, root: Path) -> str:
    """What stands where a finding points to."""
    line = (root / finding.place.path).read_text(encoding="utf-8").splitlines()[finding.place.line - 1]
    return line[finding.place.column - 1 :]


def _drill(**changed: Any) -> Callable[[Any], object]:
    return lambda data: data["drills"][0].update(changed)


def _minutes(id: str, **changed: Any) -> Callable[[Any], object]:
    return lambda data: data["drills"][0]["minutes"][id].update(changed)


def _share(**changed: Any) -> Callable[[Any], object]:
    return lambda data: data["drills"][0]["contained"].update(changed)


def _signal(**changed: Any) -> Callable[[Any], object]:
    return lambda data: data["signals"][0].update(changed)


FORGED: dict[str, tuple[Callable[[Any], object], str, str]] = {
    "a time beyond its objective": (
        _minutes("contain", p95=31.5),
        f"{ID} promises to contain within 25 min, the 95th percentile comes after 31.5 min, and no broken promise",
        "31.5",
    ),
    "percentiles that fall": (_minutes("detect", p90=1.0), "cannot fall: 5.5 to 1 to 8.2", "1.0"),
    "what came after it never did": (_minutes("mitigate", p90=None), "cannot fall", "41.0"),
    "no time of what mostly came": (
        _minutes("contain", p95=None), "197 of 200 runs were contained, and 95 of 100 have no time", "null",
    ),
    "no times at all": (_drill(minutes={}), "times of nothing are not those of 200 runs with harm", "{}"),
    "missed by runs that were in time": (
        _drill(missed={"contain": 40}, failed_seeds=[*range(40)]), "40 of 200 runs are said to miss that", "40",
    ),
    "missed by fewer than never got there": (
        _drill(missed={"contain": 1}), "1 runs missed it, and 3 were never contained", "1",
    ),
    "more misses than seeds are named": (
        _drill(missed={"contain": 9}), "9 runs missed an objective, and 2 seeds are named", "[",
    ),
    "a share outside of its interval": (_share(least=0.99), "0.985 does not lie between 0.99 and 0.9969", "0.985"),
    "a share of no count": (_share(estimate=0.983), "0.983 is no share of 200 runs", "0.983"),
    "a narrower interval": (_share(least=0.98), "0.98 to 0.9969 is not the 95 % interval of 197 of 200", "0.98"),
    "a share of nothing": (_drill(contained=None), "there are 200 harmful runs, and no share of them", "null"),
    "more harm than runs": (_drill(harmful=201), "of 200 runs, 201 cannot do harm", "201"),
    "a step in more runs than there are": (
        lambda data: data["drills"][0]["steps"].update(look=300), "300 is more than the 200 runs", "300",
    ),
    "runs that opened nothing, not even none": (
        _drill(opened={ID: 150}), "150 runs opened a runbook or none, and there are 200", "{",
    ),
    "runs of other seeds": (_drill(runs=100), "100 runs are not those of 200 seeds", "100"),
    "a seed that was not played": (_drill(failed_seeds=[17, 512]), "512 is none of the seeds 0 to 199", "512"),
    "a step that nobody could follow": (
        _drill(unfollowed=[{"node": "look", "why": "it cannot be seen", "runs": 3, "seed": 17}]),
        "the robot could not follow `look`, and no broken promise says so", "{",
    ),
    "pages beyond the budget": (
        lambda data: data["pages_per_week"].update(estimate=2.5, most=4),
        "2.5 false pages a week are more than the 2 that are allowed", "2.5",
    ),
    "a signal that fired more often": (_signal(false_pages=400), "400 times in 8 weeks are not", ""),
    "a signal that is left out": (lambda data: data["signals"].pop(0), "it does not say what `amount-psi` showed", "["),
    "a signal that the text has not": (_signal(signal="made-up"), "`made-up` is no signal of", '"made-up"'),
    "a signal that calls others": (
        _signal(severity="info"), "the severity of `amount-psi` is page, and not info", '"info"',
    ),
    "longer objectives than the text's": (
        lambda data: data["objectives"].update(contain=40), "promises to contain within 25 min, and not 40", "40",
    ),
    "no objectives": (lambda data: data.pop("objectives"), "it does not say what the text promised", "{"),
    "a drill without a text": (_drill(hash=""), "it is no proof of this drill", '""'),
    "a drill of zeros": (_drill(hash=NOTHING), "it is no proof of this drill", f'"{NOTHING}"'),
    "a runbook of zeros": (
        lambda data: data["hashes"].update(runbook=NOTHING), "it is no proof of this runbook", f'"{NOTHING}"',
    ),
    "a drill twice": (lambda data: data["drills"].append(data["drills"][0]), "stands twice", '"'),
    "no drill": (lambda data: data.update(drills=[]), "it is of no drill, so it proves nothing", "["),
    "a step that no drill went through": (
        lambda data: data.update(turns=[
            {"node": "made-up", "control": "scorer", "checked": True, "leave": [], "runs": 9,
             "unproven": 0, "unapproved": 0}]),
        "it was gone through in 9 runs here, and in 0 of the drills", "9",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FORGED)
def test_what_no_rehearsal_could_have_found_is_an_error_at_its_place(
    what: str, root: Path, proof: Proof
) -> None:
    """A green badge is not had by editing a number; the way out is to rehearse."""
    change, message, where = FORGED[what]

    found = spoilt(root, proof, change)

    told = [one for one in found if message in one.message]
    assert told, [str(other) for other in found]
    one = told[0]
    assert (one.severity, one.place.path) == ("error", FILE)
    assert at(one, root).startswith(where)
    assert one.hint == f"no rehearsal writes this; make it anew: drill rehearse {ID} --write"


def test_what_a_rehearsal_wrote_is_believed(root: Path, proof: Proof) -> None:
    """Nothing is found of it; nor of one that missed an objective and says so."""
    assert spoilt(root, proof, lambda data: None) == []

    def slow(data: Any) -> None:
        _minutes("contain", p95=31.5)(data)
        data.update(passed=False, broken=[f"{data['drills'][0]['drill']} is under control after 31.5 min"])

    assert {one.severity for one in spoilt(root, proof, slow)} == {"warning"}


def test_the_shipped_certificates_are_believed() -> None:
    """None of them contradicts itself."""
    ids = [path.parts[-3] for path in ROOT.glob("runbooks/*/evidence/proof.json")]
    found = [proofs.read(ROOT, id)[0] for id in ids]

    assert ids
    assert [contradictions(one.value) for one in found if one is not None] == [()] * len(ids)


def test_of_an_older_text_its_own_promise_is_what_counts(root: Path, proof: Proof) -> None:
    """A certificate is judged by the objectives that it names, once the text has others."""
    older = replace(
        proof,
        hashes=replace(proof.hashes, runbook="ab" * 32),
        objectives={**proof.objectives, "contain": 40.0},
    )

    found = spoilt(root, older, _minutes("contain", p95=31.5))

    assert [one.message for one in found] == [f"the text of '{ID}' has changed since it was proven"]


def test_few_seeds_are_a_warning(root: Path, catalogue: Catalogue, proof: Proof) -> None:
    """Twenty seeds are a quick look, and the certificate of one says so."""
    alone = replace(
        proof.drills[-1], runs=20, opened={"": 20}, false_alarms=Interval(0.0, 0.0, 0.1684), failed_seeds=()
    )
    few = replace(
        proof,
        seeds=replace(proof.seeds, count=20),
        drills=(alone,),
        signals=tuple(replace(one, delays={}) for one in proof.signals),
    )

    found = spoilt(root, few, lambda data: None)

    (one,) = [one for one in found if "seeds" in one.message]
    assert one.message == "made of 20 seeds: fewer than 200 prove little of what goes wrong rarely"
    assert (one.severity, at(one, root)) == ("warning", "20")


def test_a_certificate_that_is_not_believed_is_in_nobodys_way_who_makes_it_anew(
    root: Path, proof: Proof
) -> None:
    """What drills need is compiled all the same; what readers see is not."""
    spoilt(root, proof, _drill(hash=NOTHING))

    assert load_catalogue(root, forgiven=("proof",)).runbook(ID)
    with pytest.raises(SourceErrors, match="it is no proof of this drill"):
        load_catalogue(root)
