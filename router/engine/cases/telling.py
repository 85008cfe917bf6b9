"""After a case was kept: those who watch it are told, on every node, and its alarm is set."""

from __future__ import annotations

from router.core.cases.matter import Turn
from router.core.cases.policy import Action
from router.core.words import AgentId
from router.engine import talk
from router.engine.cases import shown
from router.engine.centre import Centre
from router.protocol.base import ServerEvent
from router.protocol.case_records import Case
from router.protocol.cases import CaseChanged, CaseWarned
from router.protocol.frames import Encoded
from router.store.postgres import steps
from router.store.postgres.cases import lists


async def tell(centre: Centre, turn: Turn) -> Case:
    """The case as it is now, told to everybody it concerns."""
    conversations = await lists.conversations_of(centre.database, turn.matter.id)
    case = await shown.case(centre, turn.matter.id)  # read last: another node may tell of what came after
    said: list[talk.AnySaid] = [talk.CaseSaid(case=case, conversations=[*conversations, case.conversation_id])]
    said += [
        talk.CaseWarnedSaid(case=case, milestone=why.milestone.kind, missed=why.word == "missed")
        for why, action in turn.outward
        if action.do == "notify" and why.word in ("warned", "missed")
    ]
    await centre.say(*said)
    return case


def posts(centre: Centre, turn: Turn) -> list[steps.Post]:
    """What supervisors are told in Slack, kept in the commit of what it is about."""
    alerts = centre.departments.alerts
    if alerts is None:
        return []
    return [
        steps.Post(
            key=f"alert:case:{turn.matter.id}:{why.milestone.kind}:{why.milestone.number}:{why.word}",
            step_id=None,
            account=alerts.account,
            place=alerts.place,
            kind="alert",
            text=_words(turn, why.milestone.kind, why.word, action),
        )
        for why, action in turn.outward
        if action.do == "alert"
    ]


def _words(turn: Turn, milestone: str, word: str, action: Action) -> str:
    matter = turn.matter
    what = {"warned": "is due soon", "missed": "was missed", "met": "was met", "met_late": "was met late"}[word]
    return (
        f"Case {matter.number} ({matter.queue or 'no queue'}, {matter.priority}): {milestone.replace('_', ' ')} {what}."
    )


# ---------------------------------------------------------------- what nodes hear


def said(centre: Centre, heard: talk.CaseSaid) -> None:
    """Watchers soon; those who work on its conversations at once. What is said there is looked at from now on."""
    centre.cases.belongs(heard.conversations)
    centre.cases.watching.changed(heard.case)
    event = Encoded(CaseChanged(case=heard.case, server_time=centre.now()))
    centre.live.tell_agents(heard.conversations, event)


def warned(centre: Centre, heard: talk.CaseWarnedSaid) -> None:
    """Its owner's tabs and supervisors'."""
    event: ServerEvent = CaseWarned(
        case=heard.case, milestone=heard.milestone, missed=heard.missed, server_time=centre.now()
    )
    encoded = Encoded(event)
    for agent_id, here in tuple(centre.live.agents.items()):
        colleague = centre.staff.get(AgentId(agent_id))
        supervises = colleague is not None and colleague.role != "agent"
        if agent_id == heard.case.owner_id or supervises:
            for outbox in tuple(here.outboxes):
                outbox.put(encoded)
