"""A line that somebody typed in, deeds and answers out: the table of commands, in alphabetical order.

The facilitator's stand in ``leading``.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence

from simulator.console import vocabulary
from simulator.console.commands import acting, arguments, facilitating, following, looking, turning
from simulator.console.commands.base import FEW, ActAs, AskFirst, Command, CommandError, Reply, bare
from simulator.console.commands.leading import LEADING
from simulator.console.desk import Desk

HELP_COLUMN = 26
MEANT = {
    "who": "roles",
    "whoami": "roles",
    "quit": "end",
    "exit": "end",
    "bye": "end",
    "ls": "help",
    "?": "help",
}
"""What people type whose word is another."""


def _help(rest: str, desk: Desk) -> Reply:
    if not rest:
        yours = [command for command in COMMANDS if permitted(command, desk)]
        leading = [command for command in yours if command.by == "facilitator"]
        if desk.seat == "facilitator":
            yours = [*leading, *(command for command in yours if command not in leading)]
        lines = [f"{_short(command):{HELP_COLUMN}}  {command.summary}" for command in yours]
        if desk.seat == "facilitator":
            lines[len(leading) : len(leading)] = ["# What the team does, and you may type for it"]
        more = (
            "Any unmistakable beginning of a command will do. `help COMMAND` explains one, with an example."
        )
        return Reply(says=(*lines, more))
    command = BY_NAME.get(rest) or _command(rest, desk)
    return Reply(says=(f"{command.usage} - {command.summary}", f"Example: {command.example}"))


def _short(command: Command) -> str:
    """The usage, or its beginning where it would push the summaries aside."""
    return command.usage if len(command.usage) <= HELP_COLUMN else f"{command.name} ..."


def _as(rest: str, desk: Desk) -> Reply:
    """Take a role; with a command behind it, for that command alone."""
    role, _, text = rest.partition(" ")
    if not role:
        raise CommandError("type: as ROLE, or as ROLE COMMAND; `roles` lists them")
    taken = acting.act_as(role, desk, once=bool(text.strip()))
    if not text.strip():
        return taken
    if _command(text.strip().partition(" ")[0], desk).name == "as":
        raise CommandError("one `as` at a time: type as ROLE, or as ROLE COMMAND")
    acting_role = taken.wish.role if isinstance(taken.wish, ActAs) else desk.role
    reply = understand(text, dataclasses.replace(desk, role=acting_role))
    wish = reply.wish
    if isinstance(wish, AskFirst):  # the role is taken when they say yes
        then = dataclasses.replace(wish.then, deeds=(*taken.deeds, *wish.then.deeds))
        return dataclasses.replace(reply, wish=dataclasses.replace(wish, then=then))
    return dataclasses.replace(reply, deeds=(*taken.deeds, *reply.deeds))


def permitted(command: Command, desk: Desk) -> bool:
    """Whether a command is there for who types: a facilitator's own, or what tells no more than they may know."""
    if desk.seat == "participant":
        return command.by != "facilitator"
    return desk.seat == "facilitator" or not command.backstage


def command_names(desk: Desk) -> Iterable[str]:
    return [command.name for command in COMMANDS if permitted(command, desk)]


# --- the table ----------------------------------------------------------------------------------

TEAM: Sequence[Command] = (
    Command(
        "acknowledge",
        "acknowledge SIGNAL...|all",
        "Say that somebody is looking at an alert.",
        "acknowledge amount-psi",
        acting.acknowledge,
        (arguments.signals,),
        repeats=True,
    ),
    Command(
        "answer",
        "answer [NUMBER] CHOICE",
        "Decide what a message asks; alone, it shows the open questions.",
        "answer 3 tell-now",
        acting.answer,
        (arguments.answers, arguments.choices),
    ),
    Command(
        "approve",
        "approve CHANGE",
        "Approve a change, in words, as the role you act in.",
        "as incident-commander approve Let the rules decide",
        acting.approve,
    ),
    Command(
        "as",
        "as ROLE [COMMAND]",
        "Act in a role from now on, or for one command.",
        "as incident-commander approve Go back to v1",
        _as,
        (arguments.roles, command_names),
        in_pause=True,
    ),
    bare(
        "audiences",
        "List whom you can tell, and on which channel.",
        looking.audiences,
        in_pause=True,
        by="both",
    ),
    Command(
        "collect",
        "collect EVIDENCE",
        "Secure a piece of evidence as it is now.",
        "collect feature-snapshot",
        acting.collect,
        (arguments.evidence,),
    ),
    bare("controls", "List the controls, their settings and costs.", looking.controls, by="both"),
    Command(
        "decide",
        "decide DECISION [NUMBER]",
        "Show the answers of a decision, or choose one.",
        "decide is-it-real 1",
        following.decide,
        (arguments.decisions,),
    ),
    Command(
        "declare",
        "declare SERVICE SYMPTOM SEVERITY",
        "Declare an incident: what is affected, what is seen, how bad it is.",
        "declare fraud-scorer latency sev3",
        acting.declare,
        (arguments.services, arguments.symptoms, arguments.severities),
    ),
    Command(
        "do",
        "do STEP",
        "Start a step of the runbook and do what it says.",
        "do look",
        following.do,
        (arguments.steps,),
    ),
    Command(
        "done",
        "done STEP [failed]",
        "End a step that has a check: it worked, or it failed.",
        "done rules-decide",
        following.done,
        (arguments.under_way, lambda desk: [following.FAILED]),
    ),
    bare("evidence", "List the evidence that can be collected.", looking.evidence, in_pause=True, by="both"),
    Command(
        "help",
        "help [COMMAND]",
        "List the commands, or explain one.",
        "help declare",
        _help,
        (command_names,),
        in_pause=True,
    ),
    Command(
        "hypothesise",
        "hypothesise COMPONENT MECHANISM ONSET EVIDENCE...",
        "Say what you think broke, how, since when, and which metrics show it.",
        "hypothesise scoring-endpoint capacity-loss 02:55 latency-p99",
        acting.hypothesise,
        (arguments.nodes, arguments.mechanisms, arguments.onsets, arguments.metrics),
        repeats=True,
    ),
    bare(
        "leave",
        "Leave the table; the drill goes on, and you may come back.",
        looking.leave,
        in_pause=True,
        by="both",
    ),
    bare(
        "mechanisms",
        "List the causes that a hypothesis may name.",
        looking.mechanisms,
        in_pause=True,
        by="both",
    ),
    bare(
        "messages",
        "List all messages to the team, the newest last.",
        looking.messages,
        in_pause=True,
        by="both",
    ),
    bare("metrics", "List all metrics with their latest values.", looking.metrics, by="both"),
    bare(
        "nodes",
        "List the components of the service, and what feeds what.",
        looking.nodes,
        in_pause=True,
        by="both",
    ),
    Command(
        "note",
        "note WORDS",
        "Write something into the record.",
        "note The graph had a gap",
        acting.note,
        in_pause=True,
    ),
    Command(
        "open",
        "open RUNBOOK",
        "Open a runbook and show its first screen.",
        "open feature-drift",
        following.open_runbook,
        (arguments.runbooks,),
    ),
    Command(
        "outside",
        "outside CONTROL VALUE",
        "Enter that you turned a control yourselves, outside of the drill, where it runs for real.",
        "outside capacity 6",
        turning.outside,
        (arguments.controls, arguments.settings),
    ),
    Command(
        "post",
        "post TEMPLATE [STATUS]",
        "Send a message from a template; your words fill its status.",
        "post first-update We are looking into it",
        acting.post,
        (arguments.templates,),
    ),
    Command(
        "resolve",
        "resolve [now]",
        "Say that the incident is over; while a page fires it asks first, unless you say now.",
        "resolve",
        acting.resolve,
    ),
    bare("roles", "List the roles, and which are taken.", looking.roles, in_pause=True, by="both"),
    bare("runbooks", "List the runbooks.", looking.runbooks, in_pause=True, by="both"),
    Command(
        "set",
        "set CONTROL VALUE",
        "Turn a control; it takes the minutes that it states.",
        "set capacity 6",
        turning.turn,
        (arguments.controls, arguments.settings),
    ),
    bare("severities", "List the severities.", looking.severities, in_pause=True, by="both"),
    Command(
        "show",
        "show METRIC",
        "Draw a larger chart of a metric.",
        "show p99-ms",
        looking.show,
        (arguments.metrics,),
    ),
    bare("signals", "List all signals: value, threshold, state.", looking.signals, by="both"),
    Command(
        "skip",
        "skip STEP WHY",
        "Leave a step out, with the reason.",
        "skip save-snapshot Nobody has access",
        following.skip,
        (arguments.steps,),
    ),
    bare("status", "Show where things stand.", looking.status, by="both"),
    Command(
        "steps",
        "steps [PART]",
        "Show the steps of the open runbook as a checklist.",
        "steps roll-back-pipeline",
        following.steps,
        (arguments.parts,),
    ),
    bare(
        "symptoms",
        "List the symptoms that a declaration may name.",
        looking.symptoms,
        in_pause=True,
        by="both",
    ),
    Command(
        "tell",
        "tell AUDIENCE WORDS",
        "Send a message in your own words.",
        "tell support We are looking into it",
        acting.tell,
        (arguments.audiences,),
    ),
    bare("templates", "List the templates for messages.", looking.templates, in_pause=True, by="both"),
)
COMMANDS: Sequence[Command] = tuple(sorted((*TEAM, *LEADING), key=lambda command: command.name))
BY_NAME = {command.name: command for command in COMMANDS}


def understand(text: str, desk: Desk) -> Reply:
    """What a line asks for; CommandError, with what to type instead, when that is not clear."""
    name, _, rest = text.strip().partition(" ")
    if not name:
        return Reply()
    command = _command(name, desk)
    if desk.board.paused and not command.in_pause:
        again = "when the facilitator lets it go on" if desk.seat == "participant" else "after `resume`"
        raise CommandError(f"the drill is paused: `{command.name}` works again {again}")
    if desk.waiting and command.by != "both" and not command.in_pause:
        then = "once the facilitator has started it" if desk.seat == "participant" else "after `start`"
        raise CommandError(f"the drill has not started: `{command.name}` works {then}")
    return command.run(rest.strip(), desk)


def _command(name: str, desk: Desk) -> Command:
    """The command of that name, or the only one of theirs that begins with it."""
    word = name.lower()
    if word in BY_NAME:
        return _theirs(BY_NAME[word], desk)
    begun = [command for command in COMMANDS if command.name.startswith(word) and permitted(command, desk)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise CommandError(f"'{name}' may be {' or '.join(command.name for command in begun[:FEW])}")
    meant = MEANT.get(word, "")
    if meant == "end" and desk.seat == "participant":
        meant = "leave"
    hint = f" (did you mean '{meant}'?)" if meant else vocabulary.near(word, command_names(desk))
    raise CommandError(f"unknown command '{name}'{hint}; `help` lists them")


def _theirs(command: Command, desk: Desk) -> Command:
    if permitted(command, desk):
        return command
    if desk.seat == "participant":
        raise CommandError(f"`{command.name}` is the facilitator's")
    raise CommandError(f"`{command.name}` tells what only a facilitator may know; {facilitating.SEAT}")


__all__ = ["COMMANDS", "CommandError", "understand"]
