"""What is typed, and what comes of it: an action for the record, or what to type instead."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest

from simulator.console.commands import COMMANDS, understand
from simulator.console.commands.base import ActAs, AskFirst, AskToEnd, CommandError, Deed, PassTime, Reply
from simulator.console.commands.completion import complete
from simulator.events import (
    FACILITATOR,
    Acknowledged,
    Approved,
    Assumed,
    ControlOrdered,
    Decided,
    Declared,
    Delivered,
    Event,
    Noted,
    Opened,
    Paused,
    Posted,
    Resolved,
    StepEnded,
    StepStarted,
)
from simulator.responders.view import Action, ClaimCause, TakeEvidence, TurnControl
from tests.simulator.console.desks import desk, desk_at


def actions(reply: Reply) -> list[Action]:
    return [deed.action for deed in reply.deeds]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("acknowledge amount-psi", [Acknowledged("amount-psi")]),
        ("ack all", [Acknowledged("amount-mean"), Acknowledged("amount-psi")]),
        ("approve Let the rules decide", [Approved("ml-on-call", "Let the rules decide")]),
        ("collect feature-snapshot", [TakeEvidence("feature-snapshot")]),
        ("declare fraud-scorer input-drift sev2", [Declared("fraud-scorer", "input-drift", "sev2")]),
        (
            "hypothesise payments-feed unit-change 02:58 amount-psi p99-ms",
            [ClaimCause("payments-feed", "unit-change", 18.0, ("amount-psi", "p99 ms"))],
        ),
        ("hypothesise checkout latency 12", None),
        ("hypothesise checkout tail-latency 12m", [ClaimCause("checkout", "tail-latency", 12.0, ())]),
        ("hypothesise checkout tail-latency unknown", [ClaimCause("checkout", "tail-latency", None, ())]),
        ('note it\'s "odd"', [Noted('it\'s "odd"')]),
        ("open feat", [Opened("feature-drift")]),
        ("pause", [Paused()]),
        ("resolve now", [Resolved()]),
        ("set traffic-split 0", [TurnControl("traffic-split", 0.0)]),
        ("set traffic-split 0.1", [TurnControl("traffic-split", 0.1)]),
        ("set amount-toggle OFF", [TurnControl("amount-toggle", "off")]),
        ("set capacity 6", [TurnControl("capacity", 6)]),
        ("tell support Say sorry", [Posted("support-desk", "support", "", "Say sorry")]),
        ("SIGNALS", []),
        ("", []),
    ],
)
def test_a_command_is_understood(text: str, expected: list[Action] | None) -> None:
    """Ids, unmistakable beginnings and free words become actions; a wrong word becomes none."""
    if expected is None:
        with pytest.raises(CommandError):
            understand(text, desk())
        return

    assert actions(understand(text, desk())) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("acknowlege all", "unknown command 'acknowlege' (did you mean 'acknowledge'?); `help` lists them"),
        ("re", "'re' may be remark or resolve or resume"),
        ("acknowledge amont-psi", "unknown signal 'amont-psi' (did you mean 'amount-psi'?); `signals`"),
        ("acknowledge error-ratio", "'error-ratio' is not firing"),
        ("as comander", "unknown role 'comander' (did you mean 'incident-commander'?); `roles`"),
        ("declare fraud-scorer drift", "type: declare SERVICE SYMPTOM SEVERITY"),
        ("declare fraud-scorer inputdrift sev2", "(did you mean 'input-drift'?); `symptoms` lists them"),
        ("declare fraud-scorer input-drift 2", "unknown severity '2' (there is sev1, sev2, sev3, sev4)"),
        ("do is-it-real", "'is-it-real' is a decision: type `decide is-it-real` to see its answers"),
        ("done look", "'look' has not been started: type `do look`"),
        ("decide is-it-real 9", "'9' is no answer: type a number from 1 to 4"),
        ("hypothesise payments-feed unit-change 04:55 amount-psi", "'04:55' has not come yet: it is 03:05"),
        ("hypothesise payments-feed unit-change soon amount-psi", "'soon' is no time: write 02:55"),
        (
            "next",
            "`next` is the facilitator's where a clock runs: it passes time; `steps` shows what is to be",
        ),
        ("declare", "type: declare SERVICE SYMPTOM SEVERITY; `symptoms` and `severities` list them"),
        ("set traffic-split 1", "traffic-split is 1 already"),
        ("set traffic-split 1.5", "traffic-split cannot be '1.5'"),
        ("set traffic-split nan", "traffic-split cannot be 'nan'"),
        ("set amount-toggle of", "amount-toggle cannot be 'of' (did you mean 'off'?): it is on or off"),
        ("set capacity", "type: set capacity VALUE, where VALUE is 4 or 6 or 8"),
        ("skip look", "type: skip STEP WHY"),
        ("resume", "the drill is not paused"),
        ("wait long", "'long' is no number of minutes"),
        ("until 02:50", "'02:50' is over: it is 03:05"),
    ],
)
def test_a_mistake_says_what_to_type(text: str, message: str) -> None:
    """The message names the word that was not understood, and what would be."""
    with pytest.raises(CommandError) as raised:
        understand(text, desk())

    assert message in str(raised.value)


def test_a_step_without_a_check_is_done_at_once() -> None:
    """It is started, done and ended under the role that it names."""
    reply = understand("do approve-switch-off", desk())

    assert actions(reply) == [
        StepStarted("feature-drift", "approve-switch-off"),
        Approved("incident-commander", "Let the model decide without the amount."),
        StepEnded("feature-drift", "approve-switch-off", "success"),
    ]
    assert {deed.actor for deed in reply.deeds} == {"incident-commander"}


def test_a_step_with_a_check_waits_for_done() -> None:
    """Its check is shown with whether it holds now."""
    reply = understand("do amount-off", desk())

    assert actions(reply) == [StepStarted("feature-drift", "amount-off"), TurnControl("amount-toggle", "off")]
    assert "check: amount-toggle is off - not yet" in reply.says


def test_a_decision_shows_which_answer_holds() -> None:
    """Without a number it only shows; with one it is recorded."""
    shown = understand("decide is-it-real", desk())
    chosen = understand("decide is-it-real 1", desk())

    assert shown.deeds == ()
    assert "1. A feature moved or went missing - holds now; go to declare" in shown.says
    assert actions(chosen) == [
        Decided("feature-drift", "is-it-real", "A feature moved or went missing", "declare")
    ]


@pytest.mark.parametrize("typed", ["score mean", "score_mean", "score-mean"])
def test_a_metric_is_shown_as_the_dashboard_writes_it(typed: str) -> None:
    """Blanks and underscores do as well as hyphens."""
    title, *chart, times = understand(f"show {typed}", desk()).says

    assert title.startswith("score mean: ")
    assert len(chart) == 6
    assert times.strip() == "02:40 to 03:05"


def test_a_page_that_still_fires_speaks_against_the_end() -> None:
    """People are asked before anything is recorded; `now` asks nothing, and so does an end without a page."""
    asked, now, calm = (understand(*given) for given in (
        ("resolve", desk()), ("resolve now", desk()), ("resolve", desk_at(5)),
    ))  # fmt: skip

    assert actions(asked) == []
    assert isinstance(asked.wish, AskFirst)
    assert asked.wish.question.startswith("amount-psi still fires.")
    assert asked.wish.then == now == calm == Reply((Deed("ml-on-call", Resolved()),))


def test_what_needs_leave_is_said_before_it_is_turned() -> None:
    """In the list of controls, and in a warning until one of the roles has approved anything; nothing is refused."""
    board = copy.deepcopy(desk().board)
    board.follow(Event(0, 1500, "incident-commander", Approved("incident-commander", "Switch it off")))
    approved = replace(desk(), board=board)

    listed = understand("controls", desk()).says
    (place,) = [place for place, line in enumerate(listed) if line.startswith("amount-toggle is")]
    assert listed[place + 2].strip() == "Needs leave: incident-commander has to approve a change of it."
    for line in ("set amount-toggle off", "do amount-off"):
        (warned,) = understand(line, desk()).warns
        assert warned.startswith(
            "Careful: amount-toggle needs leave, and incident-commander has approved nothing"
        )
        assert TurnControl("amount-toggle", "off") in actions(understand(line, desk()))
        assert understand(line, approved).warns == ()


def test_an_order_that_is_on_its_way_is_not_begun_anew_by_a_slip() -> None:
    """The same again is refused, and says when it comes; another setting takes its place, with a warning."""
    board = copy.deepcopy(desk().board)
    board.follow(Event(0, 1500, "ml-on-call", ControlOrdered("traffic-split", 0.0, 1.0, 1560)))
    under_way = replace(desk(), board=board)

    with pytest.raises(CommandError, match="traffic-split goes to 0 already, in force from 03:06:00"):
        understand("set traffic-split 0", under_way)
    assert understand("set traffic-split 0.1", under_way).warns[-1] == (
        "Careful: traffic-split is on its way to 0; this order takes its place, and its minutes begin anew."
    )


def test_a_look_tells_what_fires() -> None:
    """The signals of that runbook, not only the one that the step names; and that at a clock it counts at once."""
    *_, reading, minutes = understand("do look", desk()).says

    assert "amount-psi is 1.59" in reading
    assert "score-psi is" in reading
    assert minutes == "It counts as done now; looking may take you 1 min."
    assert "amount-psi is" not in understand("do look", replace(desk_at(5))).says[-2]


def test_a_runbook_may_be_typed_with_blanks() -> None:
    """As one says it."""
    assert actions(understand("open feature drift", desk())) == [Opened("feature-drift")]


def test_roles_of_other_services_stand_apart() -> None:
    """First those whom this service's runbooks name; then one line for all others."""
    *named, others = understand("roles", desk()).says

    assert {"ml-on-call", "incident-commander", "communications"} <= {line.split()[0] for line in named}
    assert others.startswith("Not named by this service's runbooks: ")
    assert "travel" in others
    assert not any("travel" in line for line in named)


def test_the_end_names_who_should_hear_of_it() -> None:
    """Everybody who was told anything, once."""
    board = copy.deepcopy(desk().board)
    for audience in ("support", "engineers", "support"):
        board.follow(Event(0, 1500, "ml-on-call", Posted("c", audience, "", "x")))

    says = understand("resolve now", replace(desk(), board=board)).says

    assert says[-1] == "Tell those whom you told of the incident that it is over: engineers, support."


def test_a_template_is_sent_with_its_blanks_filled() -> None:
    """The words behind the template are the status; times and components come from the record."""
    (posted,) = actions(understand("post first-update Amounts look wrong", desk()))

    assert isinstance(posted, Posted)
    assert posted.template == "first-update"
    assert "Status: Amounts look wrong." in posted.text
    assert "{{" not in posted.text


def test_messages_are_listed_in_the_order_of_their_arrival() -> None:
    """Nothing is lost that other lines have pushed off the screen."""
    board = copy.deepcopy(desk().board)
    board.messages.clear()
    none = understand("messages", replace(desk(), board=board)).says
    for minutes, text in ((24, "Calls come in"), (25, "More calls")):
        board.follow(Event(0, 60.0 * minutes, "world", Delivered("ml-on-call", "phone", "Jonas", text)))

    assert none == ("Nobody has written to the team yet.",)
    assert understand("messages", replace(desk(), board=board)).says == (
        "03:04 Jonas to ml-on-call on phone: Calls come in",
        "03:05 Jonas to ml-on-call on phone: More calls",
    )


def test_a_role_acts_for_one_command_or_from_then_on() -> None:
    """Taking a role is an event of its own, once."""
    once = understand("as incident-commander approve Go back", desk())
    onwards = understand("as incident-commander", desk())

    assert actions(once) == [Assumed("incident-commander"), Approved("incident-commander", "Go back")]
    assert once.wish is None
    assert onwards.wish == ActAs("incident-commander")


@pytest.mark.parametrize("line", ["as communications as support-lead note x", "as inc AS inc " * 280])
def test_one_role_is_taken_at_a_time(line: str) -> None:
    """However often it is typed; nothing is offered behind a second one either."""
    with pytest.raises(CommandError, match="one `as` at a time: type as ROLE, or as ROLE COMMAND"):
        understand(line, desk())
    assert complete("as inc " * 560 + "inc", desk()) == []


def test_only_the_facilitator_stops_the_clock() -> None:
    """Whoever types it, the record names the facilitator."""
    (deed,) = understand("pause", desk()).deeds

    assert deed.actor == FACILITATOR


def test_the_end_is_asked_for_first() -> None:
    """`end` records nothing by itself."""
    assert understand("end", desk()) == Reply(wish=AskToEnd())


def test_time_passes_by_command_only_in_scripts() -> None:
    """At a screen the clock runs by itself."""
    assert understand("wait 5", desk()).wish == PassTime(30 * 60)
    assert understand("until 03:10", desk()).wish == PassTime(30 * 60)
    with pytest.raises(CommandError, match="time passes by itself"):
        understand("wait 5", replace(desk(), scripted=False))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.name)
def test_every_command_explains_itself(command: object) -> None:
    """`help COMMAND` shows usage, summary and an example that begins as the usage does."""
    (found,) = [one for one in COMMANDS if one is command]
    usage, example = understand(f"help {found.name}", desk()).says

    assert usage == f"{found.usage} - {found.summary}"
    assert found.name in example
    assert found.usage.split()[0] == found.name


def test_the_table_is_alphabetical() -> None:
    """So that a command is found, and none stands in it twice."""
    names = [command.name for command in COMMANDS]

    assert names == sorted(set(names))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ack", ["acknowledge"]),
        ("declare fraud-scorer input", ["input-drift"]),
        ("mes", ["messages"]),
        ("hypothesise payments-feed unit", ["unit-change"]),
        ("set amount-toggle ", ["off", "on"]),
        ("as incident-commander appr", ["approve"]),
        ("as incident-commander set model-version s", ["spring-2026", "summer-2026"]),
        ("nonsense ", []),
    ],
)
def test_tab_completes(text: str, expected: list[str]) -> None:
    """Commands, ids and closed vocabularies complete in their places."""
    assert complete(text, desk()) == expected
