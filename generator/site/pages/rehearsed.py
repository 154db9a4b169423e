"""The proof of a runbook in, what the rehearsal showed out: against its promises, its signals, and step by step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from generator.model import DrillProof, Interval, Objective, Objectives, Proof, StepWorth
from generator.model.proven import changed_since
from generator.model.worst import worst
from generator.site.markup import NOTHING, Html, escape, local, tag
from generator.site.pages.backtest import backtests, minutes, percent
from generator.site.pages.fold import counted
from generator.site.pages.matrix import matrix
from generator.site.pages.table import figures, table
from generator.site.standing import proof_standing
from generator.site.view import View
from generator.site.words import listed, number

MOST_SEEDS = 5
_FROM = "Minutes from the start of harm (acknowledge: from the first page)"
_OBJECTIVES: tuple[tuple[Objective, str], ...] = (
    ("detect", "Detect"),
    ("acknowledge", "Acknowledge"),
    ("contain", "Contain"),
    ("mitigate", "Mitigate"),
)


def proof_badge(view: View) -> Html:
    """One link for the card: whether the text is proven, by content hash alone."""
    found = proof_standing(view.compiled, view.catalogue.kept(view.runbook.id))
    return local("#rehearsed", found.words, class_=f"db-badge db-badge-{found.light}")


def rehearsed(view: View) -> list[Html]:
    """What was rehearsed, whether it still holds, and what it showed."""
    proof = view.catalogue.kept(view.runbook.id).proof
    if proof is None:
        return [tag("p", "It was never rehearsed: no proof is kept of it.", id="rehearsed")]
    shown = [
        tag("p", tag("b", "Rehearsed"), id="rehearsed"),
        tag("p", *_heads(view, proof)),
        *_broken(proof),
        *_promises(view, proof),
        *_drills(view, proof),
        *_unfollowed(view, proof),
        *backtests(view, proof),
        *matrix(view, proof),
        *_worths(view, proof),
        *_ran(view, proof),
    ]
    return [tag("div", *shown, class_="db-rehearsed")]


def _heads(view: View, proof: Proof) -> Iterator[Html]:
    runs = counted(proof.seeds.count, "seed")
    yield escape(f"By the robot on {runs} of each drill, ")
    yield tag("time", proof.made_at[:10])
    yield escape(f", with Drillbook {proof.engine.version}: ")
    changed = changed_since(view.compiled, view.catalogue.kept(view.runbook.id))
    if changed:
        what = listed([escape(part) for part in changed], "and")
        have = "have" if len(changed) > 1 or changed == ("drills",) else "has"
        words = Html(escape("the ") + what + escape(f" {have} changed since, so it holds no longer"))
        yield tag("span", words, class_="db-older")
    else:
        yield escape("this very text, its drills and its service")
    yield escape(".")


def _broken(proof: Proof) -> list[Html]:
    if proof.passed:
        return [tag("p", tag("b", "Every promise was kept.", class_="db-kept"))]
    words = tag("p", tag("b", "It broke what it promises.", class_="db-broken"))
    return [words, tag("ul", *[tag("li", one) for one in proof.broken])] if proof.broken else [words]


def _promises(view: View, proof: Proof) -> list[Html]:
    """The worst of the drills against what is promised for them: by the runbook that their truth names."""
    if not proof.drills:
        return []
    found: dict[str | None, list[DrillProof]] = {}
    for one in (one for one in proof.drills if one.minutes):
        found.setdefault(_answering(view, one), []).append(one)
    shown = []
    if own := found.pop(view.runbook.id, []):
        shown.append(_times(own, view.runbook.objectives, f"{_FROM} in the slowest drill"))
    if nobody := found.pop(None, []):
        some = "1 drill that does harm" if len(nobody) == 1 else f"{len(nobody)} drills that do harm"
        shown.append(tag("p", f"Of {some} nothing is promised: no runbook is named that is for it."))
    known = {one.runbook.id: one.runbook for one in view.catalogue.runbooks}
    for id, drills in found.items():
        if id in known:
            caption = f"Where {known[id].title} is the right runbook, against what that one promises: {_FROM.lower()}"
            shown.append(_times(drills, known[id].objectives, caption))
    return [*shown, tag("ul", *_shares(worst(proof.drills)))]


def _answering(view: View, one: DrillProof) -> str | None:
    """The runbook that promises something for a drill; of a drill that is not told, times are told of its own."""
    truths = {drill.id: drill.truth.runbook for drill in view.catalogue.drills}
    return truths.get(one.drill, view.runbook.id)


def _times(drills: Sequence[DrillProof], goals: Objectives, caption: str) -> Html:
    found = worst(drills)
    limits: dict[Objective, float] = {
        "detect": goals.detect_minutes,
        "acknowledge": goals.acknowledge_minutes,
        "contain": goals.contain_minutes,
        "mitigate": goals.mitigate_minutes,
    }
    rows = []
    for key, title in _OBJECTIVES:
        if key in found.minutes:
            one = found.minutes[key]
            cells = [minutes(one.p50), minutes(one.p90), minutes(one.p95)]
            is_asked = key != "acknowledge" or one.p95 is not None or bool(found.missed.get(key, 0))
            kept = _kept(one.p95, limits[key]) if is_asked else escape("not asked")
            rows.append([escape(title), escape(number(limits[key])), *cells, kept])
    heads = ("Objective", "promised", "half of runs", "90 %", "95 %", "promise")
    return figures(heads, rows, caption=caption)


def _kept(p95: float | None, limit: float) -> Html:
    if p95 is not None and p95 <= limit:
        return tag("b", "kept", class_="db-kept")
    return tag("b", "broken", class_="db-broken")


def _shares(found: DrillProof) -> Iterator[Html]:
    told = (("Detected", found.detected), ("Contained", found.contained), ("Mitigated", found.mitigated))
    for word, share in told:
        if share is not None:
            yield tag("li", f"{word} in {_share(share)} of the runs with harm, in the drill that did worst.")
    if found.false_alarms is not None:
        yield tag("li", f"Somebody was paged in {_share(found.false_alarms)} of the runs without harm.")
    if found.impact_avoided is not None:
        robot, none = (number(round(found.burden_minutes.get(who, 0.0), 1)) for who in ("robot", "none"))
        words = f"Of the harm, {percent(found.impact_avoided)} was avoided where least was: "
        yield tag("li", f"{words}users bore {robot} min of full outage in the mean, not {none}.")
    if found.unchecked:
        yield tag("li", f"In {found.unchecked} of {found.runs} runs a step without a check turned a control.")
    if found.unapproved:
        without = "a control was turned without the leave that it takes"
        yield tag("li", f"In {found.unapproved} of {found.runs} runs {without}.")


def _share(found: Interval) -> str:
    return f"{percent(found.estimate)} ({percent(found.least)} to {percent(found.most)})"


def _drills(view: View, proof: Proof) -> list[Html]:
    """Drill by drill, for those who may know of them."""
    known = {drill.id for drill in view.catalogue.drills}
    rows = [_drill(one, _held(view, one)) for one in proof.drills if one.drill in known]
    if not rows:
        return []
    heads = ("Drill", "Runs", "Detect", "Contain", "Mitigate", "Contained", "Avoided", "Missed, replay")
    caption = "Minutes that 95 of 100 runs stayed within"
    summary = tag("summary", tag("span", f"Drill by drill: {len(rows)}"))
    return [tag("details", summary, table(heads, rows, caption=caption), class_="db-fold")]


def _held(view: View, one: DrillProof) -> Sequence[Html]:
    """Against what a drill is held, where that is not what this page promises."""
    answering = _answering(view, one)
    if not one.minutes or answering == view.runbook.id:
        return []
    if answering is None:
        return [tag("small", "nothing is promised")]
    titles = {one.runbook.id: one.runbook.title for one in view.catalogue.runbooks}
    return [tag("small", f"as {titles.get(answering, 'another runbook')} promises")]


def _drill(one: DrillProof, held: Sequence[Html]) -> list[Html]:
    times = [
        minutes(one.minutes[key].p95) if key in one.minutes else NOTHING
        for key in ("detect", "contain", "mitigate")
    ]
    seeds = ", ".join(map(str, one.failed_seeds[:MOST_SEEDS])) + (
        ", ..." if len(one.failed_seeds) > MOST_SEEDS else ""
    )
    return [
        tag("span", tag("code", one.drill), *held),
        escape(str(one.runs)),
        *times,
        escape(percent(one.contained.estimate)) if one.contained else escape("no harm"),
        escape(percent(one.impact_avoided)) if one.impact_avoided is not None else NOTHING,
        escape(f"seeds {seeds}") if seeds else escape("none"),
    ]


def _unfollowed(view: View, proof: Proof) -> list[Html]:
    runs: Counter[tuple[str, str]] = Counter()
    seeds: dict[tuple[str, str], int] = {}
    for one in proof.drills:
        for text in one.unfollowed:
            runs[text.node, text.why] += text.runs
            seeds.setdefault((text.node, text.why), text.seed)
    if not runs:
        return []
    shown = [
        tag(
            "li",
            view.go(node),
            escape(f": {why} ({counted(runs[node, why], 'run')}, such as seed {seeds[node, why]})"),
        )
        for node, why in runs
    ]
    return [tag("p", tag("b", "What the robot could not follow")), tag("ul", *shown)]


def _worths(view: View, proof: Proof) -> list[Html]:
    """Steps that do not earn their place; the others, folded."""
    idle = [one for one in proof.steps if one.idle]
    shown: list[Html] = []
    if idle:
        items = [tag("li", view.go(one.node), *_gained(one)) for one in idle]
        shown += [
            tag(
                "p",
                tag("b", "Steps that do not earn their place"),
                escape(": without them nothing is worse."),
            )
        ]
        shown.append(tag("ul", *items))
    worth = [one for one in proof.steps if one.effect]
    if worth:
        items = [tag("li", *_change(view, one), escape(f": {'; '.join(one.effect)}")) for one in worth]
        summary = tag("summary", tag("span", f"What {counted(len(worth), 'change')} of a step would do"))
        shown.append(tag("details", summary, tag("ul", *items), class_="db-fold db-unprinted"))
    return shown


def _gained(one: StepWorth) -> list[Html]:
    return [escape(f"; better: {'; '.join(one.gain)}")] if one.gain else []


def _change(view: View, one: StepWorth) -> Iterator[Html]:
    yield escape("Without " if one.change == "deleted" else "Swapped with the next: ")
    yield view.go(one.node)
    if one.other and one.change == "deleted":
        yield escape(" (always ")
        yield view.go(one.other)
        yield escape(")")


def _ran(view: View, proof: Proof) -> list[Html]:
    """Steps that no run went through: of them the proof says nothing."""
    ran: Counter[str] = Counter()
    for one in proof.drills:
        ran.update(one.steps)
    ids = [node.id for node in view.compiled.plan.nodes]
    unseen = [id for id in ids if not ran[id]]
    if not unseen or not proof.drills:
        return []
    words = f"No run came by {len(unseen)} of {counted(len(ids), 'step')}: the proof says nothing of them"
    items = [tag("li", view.go(id)) for id in unseen]
    return [
        tag("details", tag("summary", tag("span", words)), tag("ul", *items), class_="db-fold db-unprinted")
    ]
