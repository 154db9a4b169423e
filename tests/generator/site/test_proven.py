"""What a page says of its own proof: badge, marks beside steps, the section, and the page of coverage."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from generator import model as m
from generator.content import content_hash
from generator.site.pages.coverage import coverage_page
from generator.site.pages.indexes import index_pages
from generator.site.pages.proven import badge, proven
from generator.site.pages.runbook import runbook_page
from generator.site.view import View, view_of
from generator.values import plain
from tests.generator.site.example import DRILL, RUNBOOK, SECRET, catalogue

DAY = "2026-11-22"
ALL = ("confirm-jump", "is-it-real", "rules-on", "tell-merchants")


def _steps(runbook: m.Runbook) -> dict[str, str]:
    """The hash of each step of the example, by what it says."""
    parts = [*runbook.detection.steps, *runbook.containment.paths[0].steps]
    return {part.id: content_hash(plain(part)) for part in parts}


def _view(runbook: m.Runbook = RUNBOOK, *, kept: m.Kept, drills: tuple[m.Drill, ...] = (DRILL,)) -> View:
    """The example with evidence; its hash follows its text."""
    base = catalogue(runbook)
    compiled = replace(base.runbooks[0], parts=_steps(runbook), hash=content_hash(plain(runbook)))
    return view_of(replace(base, runbooks=(compiled,), evidence={runbook.id: kept}, drills=drills), compiled)


def _exercise(runbook: m.Runbook = RUNBOOK, **changed: object) -> m.Exercise:
    steps = _steps(runbook)
    whole = m.Exercise(
        runbook=runbook.id, hash=content_hash(plain(runbook)), drill=DRILL.id, responder="robot",
        environment="simulated", date=DAY, record="ab" * 32, parts={id: steps[id] for id in ALL},
        score=87.5, objectives_met=True,
    )  # fmt: skip
    return replace(whole, **changed)  # type: ignore[arg-type]


def _review(runbook: m.Runbook = RUNBOOK, **changed: object) -> m.Review:
    whole = m.Review(runbook.id, content_hash(plain(runbook)), "incident-lead", "approved", DAY)
    return replace(whole, **changed)  # type: ignore[arg-type]


def _chips(view: View) -> dict[str, str]:
    """The mark beside each step, in words."""
    page = runbook_page(view).markdown()
    items = re.split(r'<li id="(?:step|phase)-', page)[1:]
    found = {item.partition('"')[0]: re.search(r'class="db-chip[^>]*>(.*?)</p>', item) for item in items}
    return {id: _words(words.group(1)) for id, words in found.items() if words}


def _words(blocks: list[str] | str) -> str:
    text = blocks if isinstance(blocks, str) else "\n".join(blocks)
    return " ".join(re.sub(r"<[^>]*>", "", text).split())


def _reworded(id: str) -> m.Runbook:
    """The example with other words in one step of its path."""
    path = RUNBOOK.containment.paths[0]
    steps = tuple(replace(s, text="Another way.") if s.id == id else s for s in path.steps)  # type: ignore[arg-type]
    return replace(RUNBOOK, containment=m.Containment((replace(path, steps=steps),)))


def test_a_runbook_that_nobody_exercised_does_not_shout() -> None:
    """Its badge says it once, and beside its steps stands nothing."""
    view = _view(kept=m.Kept())

    assert _chips(view) == {}
    assert _words(badge(view)) == "never exercised"
    assert "db-badge-none" in badge(view)


def test_a_step_says_when_and_how_its_text_was_exercised() -> None:
    """The day, the environment, by whom; a step that nobody came by says so."""
    found = _chips(_view(kept=m.Kept(exercises=(_exercise(),))))

    assert found["rules-on"] == f"exercised {DAY}, simulated, by robot"
    assert found["wake-lead"] == "never exercised"


def test_an_edit_of_one_step_turns_that_mark_alone() -> None:
    """No date is bumped: the text is another one, and the badge turns with it."""
    kept = m.Kept(exercises=(_exercise(),))
    before, after = _view(kept=kept), _view(_reworded("rules-on"), kept=kept)

    changed = {id for id, words in _chips(after).items() if words != _chips(before)[id]}

    assert changed == {"rules-on"}
    assert _chips(after)["rules-on"] == f"changed since it was exercised on {DAY}"
    assert "db-badge-good" in badge(before)
    assert "db-badge-amber" in badge(after)
    assert _words(badge(after)) == f"exercised {DAY}, older text"


def test_an_old_exercise_of_the_present_text_still_counts() -> None:
    """A text that was taken back to what it was is proven again."""
    older, newer = _exercise(date="2026-11-01"), _exercise(_reworded("rules-on"), date=DAY)

    found = _chips(_view(kept=m.Kept(exercises=(older, newer))))

    assert found["rules-on"] == "exercised 2026-11-01, simulated, by robot"
    assert found["confirm-jump"] == f"exercised {DAY}, simulated, by robot"


@pytest.mark.parametrize(
    ("kept", "light", "words"),
    [
        (m.Kept(exercises=(_exercise(),)), "good", "4 of 5 steps exercised"),
        (
            m.Kept(exercises=(_exercise(objectives_met=False),)),
            "amber",
            f"objectives missed {DAY}",
        ),
        (m.Kept(exercises=(_exercise(score=None, objectives_met=False),)), "good", "4 of 5 steps exercised"),
        (
            m.Kept((_review(verdict="rejected"),), (_exercise(),)),
            "amber",
            f"rejected {DAY}",
        ),
        (
            m.Kept((_review(verdict="rejected"), _review(date="2026-11-23")), (_exercise(),)),
            "good",
            "4 of 5 steps exercised",
        ),
        (m.Kept((_review(),)), "none", "never exercised"),
    ],
)
def test_the_badge_follows_from_evidence_alone(kept: m.Kept, light: str, words: str) -> None:
    """Green for an exercise of this very text that nothing speaks against; reviews alone prove no text."""
    shown = badge(_view(kept=kept))

    assert f"db-badge-{light}" in shown
    assert _words(shown) == words


def test_a_record_is_named_to_those_who_may_know_of_its_drill() -> None:
    """It tells the truth of the drill; who may not know of the drill is not led to it."""
    kept = m.Kept(exercises=(_exercise(),))

    assert "this very text, record abababab" in _words(proven(_view(kept=kept)))
    assert "abababab" not in _words(proven(_view(kept=kept, drills=())))


def test_the_section_says_how_far_and_by_what() -> None:
    """The share of steps, the drill, the score, and whose judgement is missing."""
    words = _words(proven(_view(kept=m.Kept(exercises=(_exercise(score=87.5),)))))

    assert "Of 5 steps: 4 exercised as they stand, 1 never exercised." in words
    assert (
        f"{DAY}: {DRILL.id}, simulated, by robot: 87.5 of 100, objectives met, 4 steps, this very text"
        in words
    )
    assert "Nobody has judged this text; approvers asked: Incident lead." in words


def test_a_review_of_an_older_text_is_told_as_one() -> None:
    """It was judged, but not this text; so the approver is still asked."""
    older = _review(_reworded("rules-on"), note="Read <b>twice</b>.")

    words = "".join(proven(_view(kept=m.Kept((older,)))))

    assert "Incident lead" in words
    assert "an older text" in words
    assert "Read &lt;b&gt;twice&lt;/b&gt;." in words
    assert "approvers asked" in words


def test_an_approver_who_judged_this_text_is_not_asked_again() -> None:
    """Nothing is left to say then."""
    words = _words(proven(_view(kept=m.Kept((_review(),)))))

    assert f"{DAY}: Incident lead approved this very text" in words
    assert "approvers asked" not in words


def test_a_drill_that_readers_may_not_know_is_not_named() -> None:
    """Its name is classified; that there was a drill is not."""
    words = _words(proven(_view(kept=m.Kept(exercises=(_exercise(),)), drills=())))

    assert SECRET not in words
    assert f"{DAY}: a drill, simulated" in words


def test_a_long_history_is_cut() -> None:
    """A page shows the newest; the rest is counted."""
    found = tuple(_exercise(date=f"2026-10-{day:02}") for day in range(1, 21))

    words = _words(proven(_view(kept=m.Kept(exercises=found))))

    assert "2026-10-20" in words
    assert "2026-10-05" not in words
    assert "and 12 earlier" in words


def test_coverage_counts_drills_and_names_none() -> None:
    """Which kinds of fault are drilled, and which are not; what a drill holds stays sealed."""
    view = _view(kept=m.Kept(exercises=(_exercise(),)))
    page = coverage_page(view.catalogue).markdown()

    unit = next(row for row in page.split("<tr>") if "Unit or scale change" in row)
    assert _words(unit).endswith(f"A feature drifted1{DAY}, by robot")
    stale = next(row for row in page.split("<tr>") if "Stale features" in row)
    assert _words(stale).endswith("nonenonenever")
    assert SECRET not in page


def test_coverage_without_drills_tells_of_runbooks_alone() -> None:
    """For readers who may not know of drills, no fault is listed."""
    view = _view(kept=m.Kept((_review(),), (_exercise(),)), drills=())

    page = coverage_page(view.catalogue).markdown()

    assert "A feature drifted" in page
    assert f"4 of 5 steps exercisednot proven{DAY}, by robotIncident lead, {DAY}" in _words(page)
    assert "Unit or scale change" not in page


def test_pages_of_evidence_are_in_the_site() -> None:
    """Both stand beside the runbooks."""
    assert {"coverage.md", "calendar.md"} <= {page.path for page in index_pages(catalogue())}
