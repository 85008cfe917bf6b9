"""Imported TaskRouter policies on the running store: whom `explain` names best is whom the item rings at."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.policy import load
from config.taskrouter.writing import import_file
from router.core.policy import Policy, Supply
from router.core.rules import compile_rules, route
from router.core.taskrouter.demand import supply_in, task_of
from router.core.taskrouter.evaluate import Known
from router.core.taskrouter.explain import Worker, explain
from router.core.taskrouter.expression import Constant, Expression, Joined, Reference, parse
from router.core.taskrouter.workflow import Workflow
from router.core.words import AgentId, OfferId, WorkItemId
from tests.store.routing.centre import Centre

DATA = (
    Path(os.environ.get("USHER_DATA", Path(__file__).parents[4] / "shared" / "data")) / "twilio" / "taskrouter_policies"
)
REAL = sorted(DATA.glob("[a-z]*.json"))
MOST_TASKS = 12
CHANNELS = {"voice": 1, "webchat": 2}


def constants(expression: Expression) -> Iterator[tuple[str, object]]:
    """What the expression compares references with: a task made of it has a chance to match."""
    if isinstance(expression, Joined):
        for part in expression.parts:
            yield from constants(part)
    elif isinstance(expression.left, Reference) and isinstance(expression.right, Constant):
        value = expression.right.value
        if expression.operator in ("==", "in", "contains", "has"):
            yield expression.left.path, value[0] if isinstance(value, tuple) and value else value


def tasks(workflow: Workflow) -> Iterator[dict[str, object]]:
    for filter_ in workflow.filters:
        if not filter_.unreadable:
            yield {path: value for path, value in constants(parse(filter_.expression).expression) if "." not in path}


def crew(policy: Policy) -> list[Worker]:
    """Somebody for every skill the queues ask for, a beginner and a supervisor, in the order they sign in."""
    skills = [
        str(value)
        for queue in policy.queues.values()
        if queue.workers
        for _, value in constants(parse(queue.workers).expression)
        if isinstance(value, str)
    ]
    found = []
    for number, skill in enumerate(["none", *dict.fromkeys(skills)][:12]):
        attributes = {
            "routing": {"skills": [skill, "Calls", "Chat"], "levels": {skill: 3 + number % 4}},
            "roles": ["agent", "supervisor"] if number % 2 else ["agent"],
            "waitingOfflineContact": number == 3,
            "contact_uri": f"client:{number}",
        }
        found.append(
            Worker(
                id=f"WK{number}",
                attributes=attributes,
                available=True,
                capacities={"chat": 2, "voice": 1},
                assigned={"chat": 0, "voice": 0},
                idle_s=100 - number,
            )
        )
    return found


async def sign_in(centre: Centre, policy: Policy, workers: list[Worker]) -> None:
    for worker in workers:
        supply = Supply(agent_id=AgentId(worker.id), skills={}, queues=frozenset(), limit=1_000, at_most=CHANNELS)
        await centre.store.put_agent(supply_in(policy, supply, worker.attributes))
        centre.clock[0] += 1
        await centre.sign_in(AgentId(worker.id))


async def routed_as_explained(
    centre: Centre, policy: Policy, workflow: Workflow, task: dict[str, object], workers: list[Worker], name: str
) -> int:
    """Let an item of the task wait through its targets until it rings; how many targets were compared."""
    channel = "voice" if task.get("channelType") == "voice" else "webchat"
    attributes = {"channel": channel, "details": {**task, "workflow": workflow.name}}
    demand = route(compile_rules(policy), attributes, centre.clock[0]).demand
    facts = Known(task=task_of(attributes, channel))
    begun = centre.clock[0] = centre.clock[0] + 1
    await centre.did(await centre.store.enqueue(WorkItemId(name), demand))
    compared = 0
    for age_ms in [0, *(later.at_ms for later in demand.later)]:
        if age_ms:
            await centre.wait(begun + age_ms - centre.clock[0])
        best = explain(workflow, policy.queues, facts, workers, age_ms / 1000).now_eligible[:1]
        assert centre.offered_to(name) == (best[0] if best else None), (workflow.name, task, age_ms)
        compared += 1
        if best:
            break
    await centre.did(await centre.store.cancel(WorkItemId(name)))
    return compared


WORKSPACE = {
    "task_queues": [{"key": "line", "friendly_name": "Line", "target_workers": "routing.skills HAS 'tea'"}],
    "workflows": [
        {
            "friendly_name": "Main",
            "configuration": {
                "task_routing": {
                    "filters": [
                        {
                            "filter_friendly_name": "calls",
                            "expression": "channelType == 'voice'",
                            "targets": [{"queue": "line", "known_worker_sid": "task.to"}],
                        },
                        {
                            "filter_friendly_name": "chats",
                            "expression": "channelType == 'web'",
                            "targets": [
                                {
                                    "queue": "line",
                                    "expression": "worker.channel.voice.assigned_tasks == 0 AND worker.level > 4",
                                    "order_by": "worker.level DESC",
                                    "timeout": 30,
                                },
                                {"queue": "line", "expression": "worker.level > 1", "timeout": 30, "priority": 5},
                            ],
                        },
                    ]
                }
            },
        }
    ],
}


@pytest.fixture
async def tea_room(centre: Centre, tmp_path: Path) -> tuple[Centre, Policy]:
    """Ada of level 9, Bob of level 5, Cyd of level 2, Dee who knows no tea."""
    (tmp_path / "tea.json").write_text(json.dumps(WORKSPACE), "utf-8")
    import_file(tmp_path / "tea.json", tmp_path / "tea")
    policy = load(tmp_path / "tea")
    workers = [
        Worker(
            id=name,
            attributes={"routing": {"skills": ["tea"] if level else []}, "level": level},
            available=True,
            capacities={},
            assigned={},
        )
        for name, level in (("cyd", 2), ("bob", 5), ("ada", 9), ("dee", 0))
    ]
    await sign_in(centre, policy, workers)
    return centre, policy


async def comes(room: tuple[Centre, Policy], name: str, channel: str, **details: object) -> str | None:
    """A new item; at whom it rings."""
    centre, policy = room
    demand = route(compile_rules(policy), {"channel": channel, "details": details}, centre.clock[0]).demand
    await centre.did(await centre.store.enqueue(WorkItemId(name), demand))
    return centre.offered_to(name)


async def test_order_by_chooses_before_idleness(tea_room: tuple[Centre, Policy]) -> None:
    assert await comes(tea_room, "chat", "webchat") == "ada"


async def test_a_known_worker_alone_is_asked_and_the_task_waits_for_them(tea_room: tuple[Centre, Policy]) -> None:
    assert await comes(tea_room, "call", "voice", to="bob") == "bob"
    assert await comes(tea_room, "second", "voice", to="bob") is None
    assert await comes(tea_room, "lost", "voice") is None
    assert await comes(tea_room, "stranger", "voice", to="dee") is None


async def test_who_is_on_the_phone_gets_no_chat_until_the_call_is_over(tea_room: tuple[Centre, Policy]) -> None:
    centre, _ = tea_room
    for agent in ("ada", "bob"):
        assert await comes(tea_room, f"call_{agent}", "voice", to=agent) == agent
    assert await comes(tea_room, "chat", "webchat") is None
    await centre.did(await centre.store.cancel(WorkItemId("call_bob")))
    assert centre.offered_to("chat") == "bob"


async def test_a_target_ends_with_its_timeout_and_after_the_last_nobody_is_asked(
    tea_room: tuple[Centre, Policy],
) -> None:
    centre, _ = tea_room
    for agent in ("ada", "bob"):
        assert await comes(tea_room, f"call_{agent}", "voice", to=agent) == agent
        assert await centre.did(await centre.store.accept(OfferId(f"call_{agent}:1"), AgentId(agent))) == "ok"
    assert await comes(tea_room, "chat", "webchat") is None
    await centre.wait(30_000)
    assert centre.offered_to("chat") == "cyd"
    assert await centre.did(await centre.store.decline(OfferId("chat:1"), AgentId("cyd"))) == "ok"
    await centre.wait(30_000)
    item = await centre.store.item(WorkItemId("chat"))
    assert item is not None
    assert item.state == "waiting"
    await centre.wait(10_000_000)
    assert centre.offered_to("chat") is None


@pytest.mark.skipif(not REAL, reason="the TaskRouter policies of the shared data are not here (USHER_DATA)")
@pytest.mark.parametrize("file", REAL, ids=lambda file: file.stem)
async def test_tasks_of_a_real_policy_ring_where_explain_says(file: Path, centre: Centre, tmp_path: Path) -> None:
    import_file(file, tmp_path / "policy")
    policy = load(tmp_path / "policy")
    workers = crew(policy)
    await sign_in(centre, policy, workers)
    given = [(workflow, task) for workflow in policy.workflows for task in tasks(workflow)]
    for number, (workflow, task) in enumerate(given[:: max(1, len(given) // MOST_TASKS)]):
        assert await routed_as_explained(centre, policy, workflow, task, workers, f"i{number}")
