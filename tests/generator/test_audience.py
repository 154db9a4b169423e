"""What an audience may not read is nowhere in its catalogue, and what it may read still holds together."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from generator.audience import LeftOut, UnknownAudienceError, evidence_of, readable
from generator.catalogue_file import NAME, write
from generator.catalogue_given import load_file
from generator.cli import runbook as command
from generator.compile import compile, load_catalogue, load_published
from generator.exports import EXPORTS
from generator.load import load
from generator.model import Exercise, Kept
from generator.source import Document
from generator.values import plain
from tests.contracts.schema_tree import ALL
from tests.generator.canaries import CLOSED, KINDS, PROOF_WORDS, Planted, labelled_keys, planted
from tests.generator.corpus import ROOT, copied

RUNBOOK = "runbooks/feature-drift/runbook.yaml"
RUNGS = ("public", "internal", "confidential", "facilitators")
BELOW = RUNGS[: RUNGS.index(CLOSED)]


@pytest.fixture(scope="module")
def canaries(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    """The corpus with a canary in every place that can be classified."""
    return planted(tmp_path_factory.mktemp("canaries"))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A copy of one service and its runbook, to be changed."""
    return copied(tmp_path)


def change(root: Path, old: str, new: str, file: str = RUNBOOK) -> None:
    """Replace a text of a source."""
    path = root / file
    text = path.read_text(encoding="utf-8")
    assert old in text, old
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_every_place_that_can_be_classified_has_a_canary(canaries: Planted) -> None:
    """Nobody adds a classification to a schema without it being tried here."""
    places = {(name, node["description"]) for name, _, node in ALL if name in KINDS and labelled_keys(node)}

    assert places == set(canaries.words)
    assert all(canaries.words.values())


@pytest.mark.parametrize("audience", RUNGS)
def test_the_catalogue_holds_what_its_audience_may_read(
    audience: str, canaries: Planted, tmp_path: Path
) -> None:
    """Below the classification no canary is anywhere in the catalogue; from there on all of them are."""
    catalogue = canaries.catalogue(audience, tmp_path)

    text = json.dumps(plain(catalogue))
    found = {where for where, words in canaries.words.items() for word in words if word in text}
    missing = {word for words in canaries.words.values() for word in words if word not in text}
    assert found == set() if audience in BELOW else missing == set()
    proven = {word for word in PROOF_WORDS if word in text}
    assert proven == (set() if audience in BELOW else set(PROOF_WORDS))


@pytest.mark.parametrize("format_", EXPORTS)
def test_exports_hold_what_their_audience_may_read(format_: str, canaries: Planted, tmp_path: Path) -> None:
    """No canary gets out through an export for those below its classification."""
    text = EXPORTS[format_].text(canaries.catalogue("internal", tmp_path))

    assert {word for words in canaries.words.values() for word in words if word in text} == set()


@pytest.fixture(scope="module")
def shipped() -> tuple[Document, ...]:
    """The sources of this repository."""
    return load(ROOT).documents


@pytest.mark.parametrize("audience", RUNGS)
def test_what_is_shipped_holds_together_for_every_audience(
    audience: str, shipped: tuple[Document, ...], tmp_path: Path
) -> None:
    """Its plans are whole and its names are known, for whoever reads it."""
    some = [d for d in shipped if "fraud" in d.path or "feature-drift" in d.path or d.kind == "organization"]
    catalogue = compile(some, ROOT, shown=readable(some, audience))

    (tmp_path / NAME).write_bytes(write(catalogue))
    assert plain(load_file(tmp_path / NAME)) == plain(catalogue)


@pytest.mark.parametrize("audience", RUNGS)
def test_nothing_that_is_shipped_is_above_its_audience(audience: str, shipped: tuple[Document, ...]) -> None:
    """No service, runbook or drill with a higher classification is compiled."""
    catalogue = compile(shipped, ROOT, shown=readable(shipped, audience))

    found = {one.classification for one in catalogue.services}
    found |= {one.classification for one in catalogue.drills}
    found |= {one.runbook.classification for one in catalogue.runbooks}
    assert found <= set(RUNGS[: RUNGS.index(audience) + 1])


def test_evidence_leaves_a_stub_behind(repository: Path) -> None:
    """A step that collects what others may see still has something to name; it says why it says no more."""
    whole, seen = load_catalogue(repository), load_catalogue(repository, "internal")

    before = whole.runbook("feature-drift").runbook.postmortem.evidence
    after = seen.runbook("feature-drift").runbook.postmortem.evidence
    words = "Kept from 'internal': classified 'confidential'."
    assert {one.classification for one in before} == {"internal", "confidential"}
    assert after == tuple(
        one if one.classification == "internal"
        else replace(one, what=words, how=words, custody=words, destroyed_by=())
        for one in before
    )  # fmt: skip


def test_a_runbook_keeps_the_hash_of_its_whole_text(repository: Path) -> None:
    """What was reviewed and exercised is the text, not what some see of it."""
    whole, seen = load_catalogue(repository), load_catalogue(repository, "internal")

    assert seen.runbooks[0].hash == whole.runbooks[0].hash
    assert seen.hash != whole.hash


def test_places_still_point_at_their_lines(repository: Path) -> None:
    """What stands behind something that was left out stands where it stood in its file."""
    change(repository, "citations:\n", f"citations:\n{CITATION}")
    documents = load(repository).documents

    (cut,) = (d for d in readable(documents, "internal").documents if d.kind == "runbook")
    (whole,) = (d for d in documents if d.kind == "runbook")
    assert len(cut.data["citations"]) == len(whole.data["citations"]) - 1
    for index in range(len(cut.data["citations"])):
        assert cut.data["citations"][index] == whole.data["citations"][index + 1]
        for place in ((), ("fact",)):
            assert cut.place(("citations", index, *place)) == whole.place(("citations", index + 1, *place))
            assert cut.place(("citations", index, "fact"), key=True) == whole.place(
                ("citations", index + 1, "fact"), key=True
            )


def test_waivers_and_comments_about_what_is_closed_go_with_it(repository: Path) -> None:
    """A waiver names what it is about, and says why: that is for the readers of the thing itself."""
    path = repository / RUNBOOK
    path.write_text(f"{path.read_text(encoding='utf-8')}{WAIVERS}", encoding="utf-8")

    (cut,) = (d for d in readable(load(repository).documents, "internal").documents if d.kind == "runbook")

    assert [one["at"] for one in cut.data["waivers"]] == ["timeline"]
    assert cut.text == ""


def test_evidence_names_no_drill_or_step_that_its_readers_may_not_see(repository: Path) -> None:
    """An exercise counts for what can be read, and does not say what was played."""
    catalogue = load_catalogue(repository, "confidential")
    known = next(iter(catalogue.runbooks[0].parts))
    done = Exercise(
        runbook="feature-drift", hash="1" * 64, drill="amount-unit-change", responder="robot",
        environment="simulated", date="2026-11-20", record="0" * 64, parts={known: "1", "secret-step": "2"},
    )  # fmt: skip
    kept = {"feature-drift": Kept(exercises=(done,)), "secret-runbook": Kept(exercises=(done,))}

    seen = evidence_of(kept, catalogue.runbooks, {drill.id for drill in catalogue.drills})

    assert seen == {"feature-drift": Kept(exercises=(replace(done, drill="", parts={known: "1"}),))}


def test_a_path_that_stands_apart_is_for_those_who_may_read_it(repository: Path) -> None:
    """Nothing leads to it but its own condition; the plan of all others is whole without it."""
    change(repository, "    - id: switch-off-feature\n", f"{APART}    - id: switch-off-feature\n")

    seen, whole = load_catalogue(repository, "internal"), load_catalogue(repository, "confidential")

    assert "cut-the-feed" not in json.dumps(plain(seen))
    assert "wake-the-commander" in {node.id for node in whole.runbooks[0].plan.nodes}


def test_an_audience_is_a_classification(shipped: tuple[Document, ...]) -> None:
    """A slip of the finger gets a hint, and the ladder to choose from."""
    with pytest.raises(UnknownAudienceError) as caught:
        readable(shipped, "intern")

    assert str(caught.value) == (
        "unknown audience 'intern' (did you mean 'internal'? "
        "from the most public: public, internal, confidential, facilitators)"
    )


def drills(repository: Path) -> int:
    """How many there are; all of them are for facilitators."""
    return len([*repository.glob("runbooks/*/drills/*.yaml")])


def test_without_a_word_the_site_is_for_its_own_audience_or_the_public(repository: Path) -> None:
    """An organization that does not say for whom the site is gets one that anybody may read."""
    own, left_out = load_published(repository)
    assert (own.audience, left_out) == ("confidential", LeftOut(drills=drills(repository)))

    change(repository, "site_audience: confidential\n", "", "runbooks/organization.yaml")
    public, left_out = load_published(repository)
    assert (public.audience, left_out) == ("public", LeftOut(1, 1, drills(repository), 1))
    assert [*public.services, *public.runbooks, *public.drills] == []


def test_the_commands_say_what_they_left_out(repository: Path) -> None:
    """Counts on stderr, so that nobody takes a part for the whole."""
    asked = ["export", "prometheus", "--root", str(repository), "--audience"]

    done = CliRunner().invoke(command, [*asked, "internal"])
    assert done.exit_code == 0
    assert done.stderr == f"built for 'internal': {drills(repository)} drills, 2 other things left out\n"
    assert "alert:" in done.stdout

    done = CliRunner().invoke(command, [*asked, "everybody"])
    assert done.exit_code == 2
    assert "unknown audience 'everybody' (from the most public: public, internal" in done.stderr


CITATION = """  - title: A report that is not out yet
    source: A vendor, under an agreement, 2026
    fact: The feed has sent amounts in another unit before, twice.
    classification: confidential
"""

WAIVERS = """
# The trail was changed once.
waivers:
  - {rule: wording, at: decision-trail, reason: The trail is called so by those who keep it.}
  - {rule: wording, at: postmortem.evidence.2.custody, reason: Only two people know where it is kept.}
  - {rule: wording, at: timeline, reason: The timeline is called so by those who keep it.}
"""

APART = """    - id: cut-the-feed
      classification: confidential
      title: Cut the feed
      enter_when: {text: The feed is under attack.}
      steps:
        - id: wake-the-commander
          text: Tell the incident commander, who has the feed cut.
          do: instruct
          role: ml-on-call
          minutes: 1
          on_success: end
      rollback:
        trigger: {text: The attack on the feed is over., when: {signal: error-ratio, is: quiet}}
        steps:
          - id: tell-the-commander
            text: Tell the incident commander that the feed may come back.
            do: instruct
            role: ml-on-call
            minutes: 1
            on_success: end
        validation: {text: Payments arrive again.}
      effect_on_users: All payments wait until the feed is back.
      data_governance: Nothing is stored meanwhile, and nothing is lost.
      diagnostics: The log of the feed still shows who calls.
"""
