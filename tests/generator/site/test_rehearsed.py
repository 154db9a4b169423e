"""What a page says of its rehearsal: the badge, the promises, the curves, the matrix; and to whom it says what."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser

from generator import model as m
from generator.audience import evidence_of
from generator.show import text_of
from generator.site import build
from generator.site.diagrams.curve import front
from generator.site.pages.coverage import coverage_page
from generator.site.pages.rehearsed import proof_badge, rehearsed
from generator.site.pages.runbook import runbook_page
from generator.site.view import View, view_of
from tests.generator.proofs import KINDS, outdated, sample
from tests.generator.site.conftest import served
from tests.generator.site.example import DRILL, RUNBOOK, SECRET, catalogue
from tests.generator.site.test_access import serious

ID = RUNBOOK.id
QUIET = "quiet-day"


def proof(**changed: object) -> m.Proof:
    """A certificate of the example's text, with the sealed drill among its drills."""
    example = catalogue()
    hashes = m.ProofHashes(example.runbooks[0].hash, "ee" * 32)
    made = sample(example, ID, drills={DRILL.id: "11" * 32, QUIET: "22" * 32}, hashes=hashes)
    return replace(made, **changed)  # type: ignore[arg-type]


def seen(kept: m.Kept, *, drills: tuple[m.Drill, ...] = (DRILL, replace(DRILL, id=QUIET))) -> View:
    """The example with that evidence, as far as readers of these drills may know of it."""
    base = replace(catalogue(), drills=drills)
    told = evidence_of({ID: kept}, base.runbooks, {one.id for one in drills}, base.services)
    return view_of(replace(base, evidence=told), base.runbooks[0])


def words(blocks: Sequence[str]) -> str:
    """What is read of some HTML."""
    text = blocks if isinstance(blocks, str) else " ".join(blocks)
    return " ".join(re.sub(r"<[^>]*>", " ", text).split())


@pytest.mark.parametrize(
    ("kept", "light", "said"),
    [
        (m.Kept(), "none", "not proven"),
        (m.Kept(proof=proof()), "good", "proven, 200 seeds"),
        (m.Kept(proof=proof(seeds=m.SeedRange(0, 1))), "good", "proven, 1 seed"),
        (m.Kept(proof=outdated(proof())), "amber", "proven for an older text"),
        (m.Kept(proof=proof(), outdated=("service",)), "amber", "proven for an older service"),
        (m.Kept(proof=proof(), outdated=("drills",)), "amber", "proven for older drills"),
        (m.Kept(proof=proof(passed=False, broken=("late",))), "bad", "proof failed"),
        (
            m.Kept(proof=outdated(proof(passed=False, broken=("late",)))),
            "amber",
            "proof failed for an older text",
        ),
    ],
)
def test_the_badge_follows_from_hashes_and_verdict_alone(kept: m.Kept, light: str, said: str) -> None:
    """On the card, on the page of coverage and in the terminal, whoever reads them."""
    for drills in ((DRILL, replace(DRILL, id=QUIET)), ()):
        view = seen(kept, drills=drills)
        shown = proof_badge(view)

        assert f"db-badge-{light}" in shown
        assert re.sub(r"<[^>]*>", "", shown) == said
        assert shown in runbook_page(view).markdown()
        assert f"db-badge-{light}" in coverage_page(view.catalogue).markdown()
        assert f", {said}\n" in text_of(view.compiled, view.catalogue)


def test_times_stand_beside_what_the_text_promises() -> None:
    """The slowest drill against each objective; the 95th percentile decides."""
    found = words(rehearsed(seen(m.Kept(proof=proof()))))

    assert "Detect 5 2.8 3.5 4.1 kept" in found
    assert "Contain 15 8.2 10.5 12.3 kept" in found
    slow = replace(proof().drills[0].minutes["contain"], p95=None)
    drill = proof().drills[0]
    broken = proof(drills=(replace(drill, minutes={**drill.minutes, "contain": slow}), *proof().drills[1:]))
    assert "Contain 15 8.2 10.5 never broken" in words(rehearsed(seen(m.Kept(proof=broken))))


def test_a_drill_is_held_against_what_the_right_runbook_promises() -> None:
    """As the gate holds it: by the runbook that its truth names; where it names none, nothing is promised."""
    other = replace(
        RUNBOOK,
        id="release",
        title="A bad release",
        objectives=replace(RUNBOOK.objectives, contain_minutes=11),
    )
    base = catalogue()
    both = replace(base, runbooks=(*base.runbooks, replace(base.runbooks[0], runbook=other)))

    def told(answering: str | None) -> str:
        drill = replace(DRILL, truth=replace(DRILL.truth, runbook=answering))
        kept = {ID: m.Kept(proof=proof())}
        drills = (drill, replace(DRILL, id=QUIET))
        seen = evidence_of(kept, both.runbooks, {one.id for one in drills}, both.services)
        view = view_of(replace(both, drills=drills, evidence=seen), both.runbooks[0])
        return words(rehearsed(view))

    assert "Contain 15 8.2 10.5 12.3 kept" in told(ID)
    assert "Where A bad release is the right runbook, against what that one promises" in told("release")
    assert "Contain 11 8.2 10.5 12.3 broken" in told("release")
    assert "as A bad release promises" in told("release")
    assert "Of 1 drill that does harm nothing is promised" in told(None)
    assert "broken" not in told(None)


def test_who_may_not_see_a_drill_reads_no_promise_that_is_not_made_for_it() -> None:
    """The worst of the drills that are kept back is that of drills for which this runbook is the right one."""
    slow = {key: m.Quantiles(90, 95, 99) for key in proof().drills[0].minutes}
    stranger = replace(proof().drills[0], drill="stranger", minutes=slow)
    kept = {ID: m.Kept(proof=proof(drills=(stranger, *proof().drills)))}
    base = replace(catalogue(), drills=())

    told = evidence_of(
        kept, base.runbooks, (), base.services, {DRILL.id: ID, QUIET: None, "stranger": "release"}
    )
    found = words(rehearsed(view_of(replace(base, evidence=told), base.runbooks[0])))

    assert "Contain 15 8.2 10.5 12.3 kept" in found
    assert "broken" not in found


def test_a_page_that_never_came_is_not_acknowledged_too_late() -> None:
    """What no run was asked for is no broken promise; the gate says nothing of it either."""
    drill = proof().drills[0]
    silent = replace(drill, minutes={**drill.minutes, "acknowledge": m.Quantiles(None, None, None)})

    found = words(rehearsed(seen(m.Kept(proof=proof(drills=(silent, *proof().drills[1:]))))))

    assert re.search(r"Acknowledge \d+ never never never not asked", found)


def test_broken_promises_are_told_in_their_words() -> None:
    """To those who may know of the drills that they name."""
    failed = m.Kept(proof=proof(passed=False, broken=(f"late in <b>{DRILL.id}</b>",)))

    assert f"late in &lt;b&gt;{DRILL.id}&lt;/b&gt;" in "".join(rehearsed(seen(failed)))
    closed = words(rehearsed(seen(failed, drills=())))
    assert "It broke what it promises." in closed
    assert "late in" not in closed


def test_shares_come_with_their_intervals() -> None:
    """A share of two hundred runs is no certainty."""
    found = words(rehearsed(seen(m.Kept(proof=proof()))))

    assert "Contained in 98.5 % (95.7 % to 99.7 %) of the runs with harm" in found
    assert "Somebody was paged in 1 % (0.1 % to 3.6 %) of the runs without harm." in found
    assert "Of the harm, 83 % was avoided where least was: users bore 1.2 min of full outage" in found


def test_false_pages_stand_beside_what_is_allowed() -> None:
    """All pages together, and each signal with its interval, its delays and its curve."""
    view = seen(m.Kept(proof=proof()))
    html = "".join(rehearsed(view))

    assert (
        "come 0.31 (0.12 to 0.64) times a week on healthy traffic; 2 are allowed. Within the budget."
        in words(html)
    )
    assert html.count("<svg") == len(view.runbook.detection.signals)
    assert f"<code>{DRILL.id}</code>" in html
    assert "Delay of amount-psi against its false pages" in html
    silent = m.Interval(0, 0, 0.74)
    calm = replace(proof().signals[0], false_pages=0, false_pages_per_week=silent, healthy_weeks=5.0)
    quiet = words(rehearsed(seen(m.Kept(proof=proof(signals=(calm,), pages_per_week=silent)))))
    assert (
        "Of all pages of the service together none came in 5 weeks of healthy traffic: at most 0.74 a week; "
        "2 are allowed. Within the budget."
    ) in quiet
    assert "page: none false in 5 weeks" in quiet
    assert "In 5 weeks of healthy traffic it never fired: at most 0.74 false pages a week." in quiet
    beyond = proof(pages_per_week=m.Interval(5, 4, 6))
    assert "Beyond the budget." in words(rehearsed(seen(m.Kept(proof=beyond))))
    unsure = proof(pages_per_week=m.Interval(2, 1, 3))
    assert "The interval does not tell." in words(rehearsed(seen(m.Kept(proof=unsure))))


def test_the_curve_shows_every_point_and_says_what_it_shows() -> None:
    """One mark a point; the front, the text's own point, the suggestion and the budget are told in words, too."""
    found = proof().signals[0]
    html = "".join(rehearsed(seen(m.Kept(proof=proof()))))
    drawing = html.partition("<svg")[2].partition("</svg>")[0]

    dots = re.search(r'<path d="([^"]*)" class="db-curve-dots"', drawing)
    assert dots is not None
    assert dots.group(1).count("M") == len(found.curve)
    assert all(f'class="db-curve-{part}"' in drawing for part in ("front", "own", "suggested", "budget"))
    assert f"{len(found.curve)} thresholds and holds, of which {len(front(found.curve))} are beaten" in words(
        drawing
    )
    assert "The text&#x27;s own: 0.32 false pages a week, fires after 11 min." in drawing


def test_the_front_is_what_no_other_point_beats() -> None:
    """From the quietest to the fastest; what never fires is not on it."""
    points = [m.CurvePoint(1, hold, pages, delay, 0) for hold, pages, delay in
              ((1, 0.1, 9), (2, 0.1, 8), (3, 0.5, 9), (4, 1, 4), (5, 2, 4), (6, 0, None))]  # fmt: skip

    assert [point.hold_minutes for point in front(points)] == [2, 4]


def test_a_curve_of_one_silent_point_is_drawn() -> None:
    """A signal that never fires, anywhere, still has its page."""
    asleep = m.CurvePoint(9, 0, 0.0, None, 1.0)
    signal = replace(proof().signals[0], curve=(asleep,), suggested=None)

    html = "".join(rehearsed(seen(m.Kept(proof=proof(signals=(signal,))))))

    assert "1 thresholds and holds, of which 0 are beaten by no other" in html
    assert "nan" not in html


def test_the_matrix_says_in_words_what_its_colours_say() -> None:
    """Right, wrong, nobody woken; a fault that harms nobody is right where nothing opens."""
    found = "".join(rehearsed(seen(m.Kept(proof=proof()))))
    rows = {
        row.partition("</b>")[0].rpartition(">")[2]: words(row)
        for row in found.split("<tr>")
        if "db-cell" in row
    }

    assert "For 1 of 3 faults that do harm, a runbook opens that contains them." in words(found)
    assert "field amount, factor 100 right 100 % right" in rows["Unit or scale change"]
    assert rows["Stale features"].endswith("wakes nobody 40 % right 60 % nobody woken")
    assert rows["Schema change"].endswith("does no harm 100 % right")


def test_steps_that_do_not_earn_their_place_are_named() -> None:
    """Deleted without harm; the others with what would become worse."""
    found = words(rehearsed(seen(m.Kept(proof=proof()))))

    assert (
        "Steps that do not earn their place : without them nothing is worse. Look at the mean amount" in found
    )
    assert "contained in 12 of 20 runs, not 20" in found
    assert "Swapped" not in found


def test_steps_that_no_run_came_by_are_named() -> None:
    """The proof says nothing of them."""
    drills = tuple(
        replace(one, steps={id: n for id, n in one.steps.items() if id != "rules-half"})
        for one in proof().drills
    )

    assert "No run came by 1 of" in words(rehearsed(seen(m.Kept(proof=proof(drills=drills)))))


def test_who_may_not_see_drills_reads_totals_alone() -> None:
    """No drill, no kind of fault, no seed, no word of the rehearsal's own; the figures stay."""
    closed = seen(m.Kept(proof=proof(broken=(f"late in {SECRET}",), passed=False)), drills=())
    html = runbook_page(closed).markdown()

    told = closed.catalogue.kept(ID).proof
    assert told is not None
    assert [one.drill for one in told.drills] == [""]
    assert (told.reactions, told.turns, told.broken) == ((), (), ())
    assert not {SECRET, QUIET, DRILL.id, *KINDS, "11" * 32, "seed 17"} & set(re.findall(r"[\w-]+", html))
    assert SECRET not in html
    assert "Detect 5 2.8 3.5 4.1 kept" in words(html)
    assert "the slowest of those that it sees 11 14.3 16.5" in words(html)
    assert "Steps that do not earn their place" in html


def test_a_runbook_that_others_may_not_see_is_not_named() -> None:
    """What opened it is left out of the counts; its steps and signals are the page's own."""
    drill = replace(proof().drills[0], opened={ID: 3, "hidden-runbook": 7})
    reaction = replace(proof().reactions[0], opened={"hidden-runbook": 1.0}, right=("hidden-runbook",))

    view = seen(m.Kept(proof=proof(drills=(drill, *proof().drills[1:]), reactions=(reaction,))))

    assert "hidden-runbook" not in repr(view.catalogue.evidence)


def test_a_page_without_a_proof_says_so_once() -> None:
    """Grey, with no figures."""
    found = rehearsed(seen(m.Kept()))

    assert words(found) == "It was never rehearsed: no proof is kept of it."


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example's site with a deep rehearsal."""
    root = tmp_path_factory.mktemp("rehearsed")
    older = m.Exercise(
        runbook=ID, hash="0" * 64, drill=DRILL.id, responder="robot", environment="simulated",
        date="2026-11-20", record="ab" * 32, parts={}, score=87.5, objectives_met=True,
    )  # fmt: skip
    build(seen(m.Kept(exercises=(older,), proof=proof())).catalogue, root, root / "site")
    return root / "site"


@contextmanager
def opened(browser: Browser, site: Path, scheme: str = "light") -> Iterator[object]:
    """The runbook on a phone, with all that is folded unfolded."""
    context = browser.new_context(viewport={"width": 360, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    with served(site) as address:
        page = context.new_page()
        page.goto(f"{address}runbooks/{ID}.html")
        page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
        yield page
    context.close()


def test_two_badges_on_a_phone_say_what_each_is_of(browser: Browser, site: Path) -> None:
    """One of exercises and one of the proof, each in whole: of how many seeds is no small print."""
    with opened(browser, site) as page:
        badges = page.locator(".db-labels .db-badge:visible").all_inner_texts()  # type: ignore[attr-defined]

    assert badges == ["exercised 2026-11-20, older text", "proven, 200 seeds"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_the_rehearsal_on_a_phone(browser: Browser, site: Path, scheme: str) -> None:
    """Nothing scrolls sideways, axe finds nothing serious, and every figure has its words."""
    with opened(browser, site, scheme) as page:
        wide = page.evaluate("document.documentElement.scrollWidth")  # type: ignore[attr-defined]
        overflowing = page.evaluate(  # type: ignore[attr-defined]
            "[...document.querySelectorAll('.db-rehearsed *')].filter(one => !one.closest('svg') &&"
            " one.getBoundingClientRect().right > 360).map(one => one.outerHTML.slice(0, 80))"
        )
        problems = serious(Axe().run(page).response)

    assert (wide, overflowing, problems) == (360, [], [])
