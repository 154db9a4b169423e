"""The certificate beside a runbook: what is written comes back, what no longer holds is told, and where."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from generator.check import check, check_paths
from generator.compile import load_catalogue
from generator.evidence import proofs
from generator.hashes import drill_hash, proof_hashes
from generator.load import load
from generator.model import Catalogue, Proof
from generator.source import Finding
from tests.generator.corpus import ROOT, copied
from tests.generator.proofs import sample

ID = "feature-drift"
FILE = f"runbooks/{ID}/evidence/proof.json"
COMMAND = f"drill rehearse {ID} --write"
QUIET = "quiet-monday"


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    """What the sources say before any test changes them."""
    return load_catalogue(copied(tmp_path_factory.mktemp("unchanged")))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A few of the shipped sources."""
    return copied(tmp_path)


@pytest.fixture
def proof(unchanged: Catalogue) -> Proof:
    """A proof that holds for what stands there."""
    return proof_of(unchanged)


def proof_of(catalogue: Catalogue, **changed: Any) -> Proof:
    """The same, with other contents."""
    ids = sorted((drill.id for drill in catalogue.drills), key=lambda id: id == QUIET)
    drills = {id: drill_hash(catalogue.drill(id)) for id in ids}
    return sample(catalogue, ID, drills=drills, hashes=proof_hashes(catalogue, ID), **changed)


def findings(root: Path) -> list[Finding]:
    """What is found, of whatever rule."""
    return list(check(load(root)))


def edit(root: Path, file: str, old: str, new: str) -> None:
    """Replace a text of a source."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def at(finding: Finding, root: Path) -> str:
    """What stands where a finding points to."""
    line = (root / finding.place.path).read_text(encoding="utf-8").splitlines()[finding.place.line - 1]
    return line[finding.place.column - 1 :]


def test_what_is_written_is_read_again(root: Path, proof: Proof) -> None:
    """The certificate comes back as it was, and nothing is found as long as nothing changes."""

    file = proofs.write(root, proof)

    assert file.relative_to(root).as_posix() == FILE
    found, problems = proofs.read(root, ID)
    assert found is not None
    assert (found.value, problems) == (proof, ())
    assert findings(root) == []
    assert load_catalogue(root).kept(ID).proof == proof


def test_the_catalogue_keeps_the_hash_of_every_part_that_its_readers_know(root: Path, proof: Proof) -> None:
    """Of signals, paths, objectives and approvals as of steps: else they would seem edited to who compares."""
    ids = ("amount-psi", "switch-off-feature", "look", "objectives", "approvals", "restoration")
    proofs.write(root, replace(proof, parts=dict.fromkeys((*ids, "gone"), "ab" * 32)))

    kept = load_catalogue(root).kept(ID).proof

    assert kept is not None
    assert sorted(kept.parts) == sorted(ids)


def test_the_next_rehearsal_writes_over_the_one_before(root: Path, proof: Proof) -> None:
    """One file a runbook, whole, and nothing else is left in the folder."""
    proofs.write(root, proof)
    later = replace(proof, made_at="2026-11-24T10:00:00Z")

    file = proofs.write(root, later)

    assert load_catalogue(root).kept(ID).proof == later
    assert [path.name for path in file.parent.iterdir() if path.is_file()] == ["proof.json"]


def test_a_diff_shows_which_point_and_which_drill_moved(root: Path, proof: Proof) -> None:
    """A number that changes changes one line of the file."""
    first, *others = proof.signals
    moved = replace(first.curve[3], false_pages_per_week=9.87)
    changed = replace(first, curve=(*first.curve[:3], moved, *first.curve[4:]))

    before = proofs.text_of(proof).splitlines()
    after = proofs.text_of(replace(proof, signals=(changed, *others))).splitlines()

    (different,) = (new for old, new in zip(before, after, strict=True) if old != new)
    assert different.strip().startswith('{"threshold"')
    assert "9.87" in different


def test_a_repository_without_a_proof_has_no_finding(root: Path) -> None:
    """That nothing is proven is for the page to say."""
    assert findings(root) == []
    assert load_catalogue(root).kept(ID).proof is None


EDITS: dict[str, tuple[str, str, str, str, str]] = {
    "the runbook's prose": (
        f"runbooks/{ID}/runbook.yaml", "\nsummary: ", "\nsummary: Again, ",
        f"the text of '{ID}' has changed since it was proven", "hashes.runbook",
    ),
    "the traffic of the service": (
        "runbooks/services/fraud-scorer.yaml", "daily_swing: 0.", "daily_swing: 0.0",
        "the service 'fraud-scorer', its panel or another of its runbooks has changed", "hashes.service",
    ),
    "a drill": (
        f"runbooks/{ID}/drills/thursday-noon.yaml", "\nbriefing: ", "\nbriefing: Again, ",
        "the drill 'thursday-noon' has changed since it was rehearsed", "drills.hash",
    ),
    "the budget": (
        "runbooks/organization.yaml", "page_budget_per_week: 2", "page_budget_per_week: 3",
        "3 false pages a week are allowed now, and not 2", "budget_per_week",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", EDITS)
def test_an_edit_of_what_was_rehearsed_is_told_where_the_proof_names_it(
    what: str, root: Path, proof: Proof
) -> None:
    """A warning at the hash that no longer holds, with the command that makes it hold again."""
    file, old, new, message, where = EDITS[what]
    proofs.write(root, proof)
    edit(root, file, old, new)

    (found,) = (one for one in findings(root) if one.rule == "proof")

    assert message in found.message
    assert (found.severity, found.hint, found.place.path) == ("warning", COMMAND, FILE)
    expected = {
        "hashes.runbook": f'"{proof.hashes.runbook}"',
        "hashes.service": f'"{proof.hashes.service}"',
        "drills.hash": f'"{next(d.hash for d in proof.drills if d.drill == "thursday-noon")}"',
        "budget_per_week": "2",
    }
    assert at(found, root).startswith(expected[where])


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("runbooks/services/fraud-scorer.yaml", "\nsummary: ", "\nsummary: Again, "),
        ("runbooks/services/fraud-scorer.yaml", "\nid: ", "\n# A comment.\nid: "),
        (f"runbooks/{ID}/drills/thursday-noon.yaml", "\nid: ", "\n# A comment.\n\nid: "),
    ],
)
def test_what_only_people_read_outdates_no_proof(
    file: str, old: str, new: str, root: Path, proof: Proof
) -> None:
    """Words about the service and layout change nothing that was measured."""
    proofs.write(root, proof)
    path = root / file
    path.write_text(f"\n{path.read_text(encoding='utf-8')}", encoding="utf-8")

    edit(root, file, old, new)

    assert [one for one in findings(root) if one.rule == "proof"] == []


BESIDE = "runbooks/latency-surge/runbook.yaml"


@pytest.mark.parametrize(
    ("old", "new", "counts"),
    [
        ("\ntitle: ", "\ntitle: Again, ", False),
        ("postmortem_days: ", "postmortem_days: 1", False),
        ("      confirm: ", "      confirm: Once more, ", False),
        ("\ntitle: Answers ", "\ntitle: A delay of answers ", True),
        ("contain_minutes: 25", "contain_minutes: 24", True),
    ],
)
def test_of_another_runbook_counts_what_decides_when_it_is_opened(
    old: str, new: str, counts: bool, root: Path
) -> None:
    """Of two that are equally urgent, a title does so where it changes their order, and nowhere else."""
    own = sorted(path.stem for path in root.glob(f"runbooks/{ID}/drills/*.yaml"))
    text = shutil.ignore_patterns("evidence")
    shutil.copytree(ROOT / "runbooks/latency-surge", root / "runbooks/latency-surge", ignore=text)
    before = load_catalogue(root)
    drills = {id: drill_hash(before.drill(id)) for id in sorted(own, key=lambda id: id == QUIET)}
    assert len({one.runbook.objectives.contain_minutes for one in before.runbooks}) == 1
    proofs.write(root, sample(before, ID, drills=drills, hashes=proof_hashes(before, ID)))

    edit(root, BESIDE, old, new)

    found = [one.message for one in findings(root) if one.rule == "proof"]
    told = f"the service 'fraud-scorer', its panel or another of its runbooks has changed since '{ID}' was proven"
    assert found == [told] * counts
    assert (proof_hashes(load_catalogue(root), ID) != proof_hashes(before, ID)) is counts


def test_a_drill_that_is_new_and_one_that_is_gone_are_told(root: Path, proof: Proof) -> None:
    """Both by name: the one was not rehearsed, the other proves nothing any more."""
    proofs.write(root, proof)
    folder = root / f"runbooks/{ID}/drills"
    (folder / "thursday-noon.yaml").rename(folder / "thursday-later.yaml")
    edit(root, f"runbooks/{ID}/drills/thursday-later.yaml", "id: thursday-noon", "id: thursday-later")

    found = {one.message: at(one, root) for one in findings(root) if one.rule == "proof"}

    assert found == {
        "'thursday-later' was not rehearsed": "[",
        f"'thursday-noon' is no longer a drill of '{ID}'": '"thursday-noon",',
    }


def test_a_proof_that_failed_names_its_broken_promises(root: Path, unchanged: Catalogue) -> None:
    """Each in its own words, at its own line."""
    words = (
        "contained within 31 min in 95 of 100 runs of thursday-noon; the text promises 25 min",
        "it sleeps",
    )
    proofs.write(root, proof_of(unchanged, broken=words))

    found = findings(root)

    assert [one.message for one in found] == [f"a promise was broken: {one}" for one in words]
    assert all(at(one, root).startswith(json.dumps(said)) for one, said in zip(found, words, strict=True))
    assert {one.severity for one in found} == {"warning"}


def test_a_proof_of_another_runbook_proves_nothing_here(root: Path, proof: Proof) -> None:
    """It is told where it says of which it is; the catalogue has none."""
    (root / FILE).write_text(proofs.text_of(replace(proof, runbook="another")), encoding="utf-8")

    (found,) = findings(root)

    assert (found.rule, found.severity) == ("proof", "error")
    assert found.message == f"this proof is of 'another', and stands beside '{ID}'"
    assert at(found, root).startswith('"another"')


def _spoilt(change: Callable[[Any], object]) -> Callable[[str], str]:
    def spoil(text: str) -> str:
        data = json.loads(text)
        change(data)
        return json.dumps(data, indent=1)

    return spoil


UNREADABLE: dict[str, tuple[Callable[[str], str], str]] = {
    "no JSON": (lambda text: text[:300], "this is no JSON"),
    "empty": (lambda text: "", "this is no JSON"),
    "a list": (lambda text: "[]", ""),
    "a key twice": (lambda text: text.replace("{", '{"runbook": "a",', 1), "the key 'runbook' stands twice"),
    "no number": (lambda text: text.replace('"budget_per_week": 2.0', '"budget_per_week": NaN'), "NaN is no number"),
    "too large": (lambda text: text.replace('"budget_per_week": 2.0', '"budget_per_week": 1e999'), "no quantity"),
    "deep": (lambda text: "[" * 100_000, "deep"),
    "a deep part": (lambda text: '{"runbook": ' + "[" * 80 + "]" * 80 + "}", "60 deep"),
    "missing": (_spoilt(lambda data: data.pop("passed")), "passed"),
    "unknown": (_spoilt(lambda data: data.update(pased=True)), "pased"),
    "another type": (_spoilt(lambda data: data.update(passed="yes")), "'yes' must be true or false"),
    "below zero": (_spoilt(lambda data: data.update(budget_per_week=-1)), "0"),
    "text that runs backwards": (_spoilt(lambda data: data.update(broken=["\u202e"], passed=False)), "does not show"),
    "half a character": (_spoilt(lambda data: data.update(broken=["\ud800"], passed=False)), "character"),
    "passed with promises broken": (_spoilt(lambda data: data.update(broken=["late"])), "names broken promises"),
    "failed for nothing": (_spoilt(lambda data: data.update(passed=False)), "names no broken promise"),
    "a drill without a name": (_spoilt(lambda data: data["drills"][0].update(drill="")), "does not say which drill"),
}  # fmt: skip


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_proof_that_cannot_be_believed_is_an_error(what: str, root: Path, proof: Proof) -> None:
    """With a place and the way out; it is no traceback, and it proves nothing."""
    spoil, message = UNREADABLE[what]
    file = proofs.write(root, proof)
    file.write_text(spoil(file.read_text(encoding="utf-8")), encoding="utf-8")

    found = findings(root)

    assert {(one.rule, one.severity, one.place.path) for one in found} == {("proof", "error", FILE)}
    assert any(message in one.message for one in found), found
    assert all(one.hint for one in found)


def test_a_wrong_value_is_told_at_its_line_and_column(root: Path, proof: Proof) -> None:
    """Also deep inside, and behind keys of other languages."""
    file = proofs.write(root, proof)
    edit(root, FILE, '"false_pages_per_week": {"estimate": ', '"false_pages_per_week": {"estimate": -')

    (found,) = findings(root)

    lines = file.read_text(encoding="utf-8").splitlines()
    assert at(found, root).startswith("-")
    assert '"estimate": -' in lines[found.place.line - 1][: found.place.column]


def test_a_link_out_of_the_repository_is_not_followed(
    root: Path, tmp_path_factory: pytest.TempPathFactory, proof: Proof
) -> None:
    """A certificate of elsewhere proves nothing here."""
    file = proofs.write(root, proof)
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "proof.json"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)

    (found,) = findings(root)

    assert found.message == "this link leads out of the repository"
    assert found.rule == "proof"


def test_a_runbook_may_say_why_it_is_not_rehearsed_again(root: Path, unchanged: Catalogue) -> None:
    """A waiver with a reason answers what no longer holds, and a promise that is broken."""
    proofs.write(root, proof_of(unchanged, broken=("it sleeps",)))
    waiver = (
        "\nwaivers:\n  - {rule: proof, reason: The engine that can play it is not released before next week.}"
    )
    edit(root, f"runbooks/{ID}/runbook.yaml", "\nwaivers:", waiver)

    assert findings(root) == []


def test_no_waiver_makes_a_proof_readable(root: Path, unchanged: Catalogue) -> None:
    """An error in evidence stays one."""
    test_a_runbook_may_say_why_it_is_not_rehearsed_again(root, unchanged)
    (root / FILE).write_text("{}", encoding="utf-8")

    assert {one.severity for one in findings(root) if one.rule == "proof"} == {"error"}


def test_who_checks_the_file_that_was_edited_is_told_of_its_proof(root: Path, proof: Proof) -> None:
    """The proof depends on the text, so it is among what was asked for."""
    proofs.write(root, proof)
    edit(root, f"runbooks/{ID}/runbook.yaml", "\nsummary: ", "\nsummary: Again, ")

    for path in (f"runbooks/{ID}/runbook.yaml", FILE, f"runbooks/{ID}"):
        _, found = check_paths(root, [root / path])
        assert [one.rule for one in found] == ["proof"], path


def test_a_proof_changes_no_hash(root: Path, proof: Proof) -> None:
    """New evidence does not change what it is evidence of."""
    before = load_catalogue(root)
    proofs.write(root, proof)

    after = load_catalogue(root)

    assert (after.hash, after.runbook(ID).hash) == (before.hash, before.runbook(ID).hash)
    assert proof_hashes(after, ID) == proof_hashes(before, ID)


def test_the_catalogue_says_what_a_proof_no_longer_holds_for(root: Path, proof: Proof) -> None:
    """Also for readers who may see neither the drill nor all of the service."""
    proofs.write(root, proof)
    edit(root, *EDITS["a drill"][:3])
    edit(root, *EDITS["the traffic of the service"][:3])

    assert {load_catalogue(root, audience).kept(ID).outdated for audience in (None, "internal")} == {
        ("service", "drills")
    }
