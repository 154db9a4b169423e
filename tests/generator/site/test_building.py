from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from generator.site import SiteReport, build
from generator.site.building import gather
from generator.site.page import Page
from tests.generator.site.example import RUNBOOK, SECRET, catalogue


def markdown(pages: list[Page], path: str) -> str:
    """The text of one page of the tree."""
    return next(page.markdown() for page in pages if page.path == path)


def test_the_example_builds_clean(built: tuple[Path, SiteReport]) -> None:
    """A sound catalogue gives a site without a finding, one page for each thing."""
    root, report = built

    assert report.findings == ()
    assert report.pages == 8
    pages = {path.relative_to(root / "site").as_posix() for path in (root / "site").rglob("*.html")}
    assert {"index.html", "runbooks/feature-drift.html", "services/fraud-scorer.html"} <= pages


def test_first_things_come_first(built: tuple[Path, SiteReport]) -> None:
    """Confirm, act, stop, whom to wake and the clock stand above everything else, in that order."""
    root, _ = built

    page = (root / "site/runbooks/feature-drift.html").read_text()

    order = [page.index(words) for words in ("Is it real?", "Do this first", "Stop when", "Wake", "Detect<")]
    assert order == sorted(order)
    assert (
        order[-1]
        < page.index('id="detection"')
        < page.index('id="containment"')
        < page.index('id="governance"')
    )


def test_numbers_come_from_where_they_are_defined(built: tuple[Path, SiteReport]) -> None:
    """A reference in prose shows the number as people write it, and blanks of messages stay blanks."""
    root, _ = built

    page = (root / "site/runbooks/feature-drift.html").read_text()

    assert "is above 0.2 and the mean jumped" in page
    assert '<mark class="db-blank" data-field="started">‹started›</mark>' in page
    assert "{{" not in page


def test_sentences_of_governance_stand_apart() -> None:
    """Each duty is a line of its own, and a change that ends in a full stop does not end twice."""
    approval = dataclasses.replace(RUNBOOK.governance.approve[0], change="Let the rules decide.")
    governance = dataclasses.replace(
        RUNBOOK.governance, approve=(approval,), compliance=("Keep all.", "Tell us.")
    )

    pages, _ = gather(catalogue(dataclasses.replace(RUNBOOK, governance=governance)))

    page = markdown(pages, "runbooks/feature-drift.md")
    assert "<li>Keep all.</li>" in page
    assert "<li>Tell us.</li>" in page
    assert "<li>Let the rules decide: " in page


def test_owners_are_named_as_people_name_them() -> None:
    """A node's owner and the author of a change are titles that lead to how to reach them."""
    pages, _ = gather(catalogue())

    for path, part in (
        ("runbooks/feature-drift.md", "{#changelog}"),
        ("services/fraud-scorer.md", "{#lineage}"),
    ):
        assert '#team-risk-ml"' in markdown(pages, path).partition(part)[2]


def test_an_unknown_reference_is_a_finding_and_stays_visible() -> None:
    """A reference that leads nowhere names its source, and the page shows it marked."""
    card = dataclasses.replace(RUNBOOK.card, act="{{ signal.amont-psi.threshold }}")

    pages, findings = gather(catalogue(dataclasses.replace(RUNBOOK, card=card)))

    assert [str(found) for found in findings] == [
        "runbooks/feature-drift/runbook.yaml:1:1: unknown reference 'signal.amont-psi.threshold' "
        "(did you mean 'amount-psi'?)"
    ]
    assert any("db-wrong" in page.markdown() for page in pages)


def test_nothing_of_a_drill_is_published(built: tuple[Path, SiteReport]) -> None:
    """Faults, injects, tasks, truth, title and id of a drill stand in no byte of the site or its sources."""
    root, _ = built

    files = [path for path in root.rglob("*") if path.is_file()]

    assert len(files) > 20
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
    assert "1 drill of this runbook" in (root / "site/runbooks/feature-drift.html").read_text()


def test_what_did_not_change_is_not_written_again(tmp_path: Path) -> None:
    """A second build keeps unchanged sources and removes what no longer belongs."""
    said: list[str] = []
    build(catalogue(), tmp_path, tmp_path / "site")
    stale = tmp_path / "build/site-src/runbooks/gone.md"
    stale.write_text("# gone")

    build(catalogue(), tmp_path, tmp_path / "site", progress=said.append)

    assert said[0] == "8 pages to build: 0 files changed, 1 removed"
    assert not stale.exists()


def test_docs_become_the_guide(tmp_path: Path) -> None:
    """The repository's docs are built beside the runbooks; changelog fragments are not."""
    (tmp_path / "docs/tutorial").mkdir(parents=True)
    (tmp_path / "docs/changelog").mkdir()
    (tmp_path / "docs/index.md").write_text("# Read me\n\n[start](tutorial/first.md)\n")
    (tmp_path / "docs/tutorial/first.md").write_text("# First drill\n")
    (tmp_path / "docs/changelog/12.md").write_text("A fragment.\n")

    report = build(catalogue(), tmp_path, tmp_path / "site")

    assert report.findings == ()
    assert (tmp_path / "site/guide/tutorial/first.html").exists()
    assert not (tmp_path / "site/guide/changelog").exists()


def test_a_broken_link_in_the_docs_fails_the_build(tmp_path: Path) -> None:
    """MkDocs' own complaints come back as findings that name the page."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs/index.md").write_text("# Read me\n\n[gone](nowhere.md)\n")

    report = build(catalogue(), tmp_path, tmp_path / "site")

    assert any("nowhere.md" in found.message for found in report.findings)
    assert "build/site-src/guide/index.md" in {found.place.path for found in report.findings}


def test_the_plan_is_drawn_with_every_step_as_a_link(built: tuple[Path, SiteReport]) -> None:
    """Each node of the plan is a box that leads to its step; nothing has to be fetched for it."""
    root, _ = built

    page = (root / "site/runbooks/feature-drift.html").read_text()
    drawing = page[page.index("db-plan") : page.index("</svg>", page.index("db-plan"))]

    linked = set(re.findall(r'href="#([^"]+)"', drawing))
    assert {
        f"step-{node.id}" for node in catalogue().runbooks[0].plan.nodes if node.part != "restoration"
    } <= linked
    assert {"phase-ramp-half", "phase-ramp-all"} <= linked
    assert "<title>The plan</title>" in drawing
