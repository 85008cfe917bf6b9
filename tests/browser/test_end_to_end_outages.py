"""Lines are cut and the server is killed in mid conversation: what was said is there, once and in order, for both."""

from __future__ import annotations

import asyncio

import pytest
from playwright.async_api import expect

from tests.browser.cut_line import line
from tests.browser.people import Agent, Customer, Stage, together
from tests.browser.real_centre import Desk
from tests.servers import free_port

pytestmark = pytest.mark.browser

ROPES = Desk(queue="ropes", agents=["Dan"])
SAILS = Desk(queue="sails", agents=["Ewa"])
TIDES = Desk(queue="tides", agents=["Filip"])
DESKS = [ROPES, SAILS, TIDES]
LINE_PORTS = (free_port(), free_port())


async def talking(agent: Agent, customer: Customer, desk: Desk) -> list[str]:
    """They have said something to each other: what."""
    await customer.begin(desk, "Is anybody there?", name="Gus Hale")
    await agent.accept("Gus Hale")
    await agent.write("Here I am.")
    said = ["Is anybody there?", "Here I am."]
    await both_see(agent, customer, *said)
    return said


async def both_see(agent: Agent, customer: Customer, *texts: str) -> None:
    await together(agent.sees(*texts), customer.sees(*texts))


async def test_what_both_say_while_the_agents_line_is_cut_arrives_once_and_in_order(stage: Stage) -> None:
    async with line(LINE_PORTS[0], stage.centre.port) as wire:
        dan, gus = await together(stage.agent("Dan", wire.url), stage.customer())
        said = await talking(dan, gus, ROPES)
        await wire.cut()
        offline = dan.page.get_by_text("You are offline.")
        await expect(offline).to_be_visible()
        await gus.write("Are you still there?", "I only have a minute.")
        await dan.write("Sorry, my line is bad.")
        await expect(dan.page.get_by_text("1 message waits and is sent when the line is back.")).to_be_visible()
        await expect(dan.log.locator("[data-outgoing=sending]")).to_have_count(1)
        await gus.sees(*said, "Are you still there?", "I only have a minute.")

        await wire.mend()
        await expect(offline).to_be_hidden()
        said += ["Are you still there?", "I only have a minute.", "Sorry, my line is bad."]
        await both_see(dan, gus, *said)
        await expect(dan.row("Gus Hale")).to_be_visible()
        await gus.write("Never mind.")
        await both_see(dan, gus, *said, "Never mind.")
        await gus.end()


async def test_what_both_say_while_the_customers_line_is_dead_arrives_once_and_in_order(stage: Stage) -> None:
    """Dead is worse than cut: what was written into the silence comes through late, and is sent again as well."""
    async with line(LINE_PORTS[1], stage.centre.port) as wire:
        ewa, gus = await together(stage.agent("Ewa"), stage.customer(wire.url))
        said = await talking(ewa, gus, SAILS)
        wire.stall()
        await gus.write("It came this morning.", "But it is torn.")
        await ewa.write("Has it arrived?")
        await expect(gus.widget.get_by_text("No connection. We keep trying")).to_be_visible()
        await expect(gus.log.get_by_text("Not sent yet; will be when you are online").last).to_be_visible()
        await ewa.sees(*said, "Has it arrived?")

        await wire.mend()
        await expect(gus.widget.get_by_text("No connection. We keep trying")).to_be_hidden()
        await both_see(ewa, gus, *said, "Has it arrived?", "It came this morning.", "But it is torn.")
        await wire.cut()
        await gus.write("Hello?")
        await wire.mend()
        said += ["Has it arrived?", "It came this morning.", "But it is torn.", "Hello?"]
        await both_see(ewa, gus, *said)
        await gus.end()


async def test_a_killed_server_comes_back_to_the_same_conversation(stage: Stage) -> None:
    filip, gus = await together(stage.agent("Filip"), stage.customer())
    said = await talking(filip, gus, TIDES)
    stage.centre.kill()
    await gus.write("When is high tide?")
    await filip.write("One moment, please.")
    await expect(filip.page.get_by_text("1 message waits and is sent when the line is back.")).to_be_visible()
    await gus.write("At the old pier.")
    await asyncio.to_thread(stage.centre.start)

    await expect(filip.page.get_by_text("You are offline.")).to_be_hidden()
    await expect(filip.log.locator("[data-outgoing]")).to_have_count(0)
    for log in (filip.log, gus.log):
        await expect(log.locator(".bubble")).to_have_count(5)
    heard = await filip.log.locator(".bubble").all_inner_texts()
    assert sorted(heard) == sorted([*said, "When is high tide?", "One moment, please.", "At the old pier."])
    assert heard.index("When is high tide?") < heard.index("At the old pier.")
    await gus.sees(*heard)

    await filip.write("At six.")
    await both_see(filip, gus, *heard, "At six.")
    await gus.write("Thank you.")
    await both_see(filip, gus, *heard, "At six.", "Thank you.")
    await together(filip.page.reload(), gus.page.reload())
    await both_see(filip, gus, *heard, "At six.", "Thank you.")
    await filip.complete()
    await expect(gus.widget.get_by_text("How was it?")).to_be_visible()

    late = await stage.customer()
    await late.begin(TIDES, "And tomorrow?", name="Hana Moor")
    await filip.accept("Hana Moor")
    await filip.sees("And tomorrow?")
    await late.end()
