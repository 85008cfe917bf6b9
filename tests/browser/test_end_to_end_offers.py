"""Offers that nobody takes, that are declined, that are taken back, and one agent at two tabs."""

from __future__ import annotations

import pytest
from playwright.async_api import expect

from tests.browser.people import Agent, Customer, Stage, together
from tests.browser.real_centre import Desk

pytestmark = pytest.mark.browser

ANCHORS = Desk(queue="anchors", agents=["Ida", "Jan"], supervisors=["Greta"], ring_s=10)
BUOYS = Desk(queue="buoys", agents=["Kim", "Lev"])
CHARTS = Desk(queue="charts", agents=["Mia"])
DECKS = Desk(queue="decks", agents=["Nils"])
DESKS = [ANCHORS, BUOYS, CHARTS, DECKS]
DECLINE_REASONS = ["Finishing another customer", "Not my subject"]


async def test_an_ignored_offer_keeps_its_place_and_goes_to_another_while_the_agent_is_set_away(stage: Stage) -> None:
    greta, ida, jan = await together(stage.agent("Greta", place="board"), stage.agent("Ida"), stage.agent("Jan"))
    await jan.choose_status("Busy")
    first, second = await together(stage.customer(), stage.customer())
    await together(  # it rings for seconds only
        expect(ida.offer("Odd Berg")).to_be_visible(), first.begin(ANCHORS, "I came first.", name="Odd Berg")
    )
    await second.begin(ANCHORS, "I came second.", name="Pia Lund")

    await expect(ida.offer("Odd Berg")).to_be_hidden()
    await expect(ida.status).to_contain_text("Away")
    await expect(ida.notices).to_contain_text("You missed an offer, so no more are sent to you.")
    await expect(greta.tile("Ida")).to_contain_text("Away")
    await expect(greta.queue(ANCHORS).locator(".waiting")).to_contain_text("2")
    await expect(first.widget.get_by_text("You are next.")).to_be_visible()
    await expect(second.widget.get_by_text("There is 1 person before you.")).to_be_visible()

    await jan.choose_status("Available")
    await jan.accept("Odd Berg")
    await jan.accept("Pia Lund")
    await ida.status.click()
    await expect(ida.page.get_by_role("menu")).to_contain_text("You missed an offer")
    await together(first.end(), second.end())


async def test_a_declined_offer_asks_why_and_rings_at_the_next_agent(stage: Stage) -> None:
    kim, lev, customer = await together(stage.agent("Kim"), stage.agent("Lev"), stage.customer())
    await customer.begin(BUOYS, "Which buoy is mine?", name="Rita Sand")
    one, other = await whom_it_rings_for(kim, lev, "Rita Sand")
    await one.page.keyboard.press("Alt+x")
    await one.page.keyboard.press("ArrowDown")
    await one.page.keyboard.press("Enter")
    await expect(one.offer("Rita Sand")).to_be_hidden()
    await expect(one.status).to_contain_text("Available")
    await expect(other.offer("Rita Sand")).to_contain_text("This is offer number 2.")
    await other.accept("Rita Sand")
    await other.sees("Which buoy is mine?")
    await expect(one.page.get_by_text("All quiet")).to_be_visible()
    await customer.end()


async def whom_it_rings_for(one: Agent, other: Agent, customer: str) -> tuple[Agent, Agent]:
    """The agent with the offer first."""
    for _ in range(300):
        for here, there in ((one, other), (other, one)):
            if await here.offer(customer).is_visible():
                return here, there
        await one.page.wait_for_timeout(100)
    raise AssertionError(f"{customer} rings for nobody")


async def test_the_offer_of_a_customer_who_leaves_is_taken_back_without_blame(stage: Stage) -> None:
    mia, customer = await together(stage.agent("Mia"), stage.customer())
    await customer.begin(CHARTS, "Oh, I see it now.", name="Stig Holm")
    await expect(mia.offer("Stig Holm")).to_be_visible()
    await customer.end()
    await expect(mia.offer("Stig Holm")).to_be_hidden()
    await expect(mia.notices).to_contain_text("An offer was taken back. It does not count as missed.")
    await expect(mia.status).to_contain_text("Available")


async def test_two_tabs_of_an_agent_are_one_agent(stage: Stage) -> None:
    nils, customer = await together(stage.agent("Nils"), stage.customer())
    other = Agent(centre_url=nils.centre_url, context=nils.context, page=await stage.tab(nils.context))
    await other.page.goto(f"{nils.centre_url}/agent/")
    await customer.begin(DECKS, "Teak or pine?", name="Tove Dahl")
    await expect(other.offer("Tove Dahl")).to_be_visible()
    await nils.accept("Tove Dahl")
    await expect(other.offer("Tove Dahl")).to_be_hidden()
    await other.row("Tove Dahl").click()
    await nils.write("Teak, if it may cost.")
    await other.sees("Teak or pine?", "Teak, if it may cost.")
    await other.write("Pine, if it may not.")
    said = ["Teak or pine?", "Teak, if it may cost.", "Pine, if it may not."]
    await everybody_sees([nils, other], customer, *said)

    await other.page.close()
    await customer.write("Then pine.")
    await nils.sees(*said, "Then pine.")
    await expect(nils.status).to_contain_text("Available")
    await nils.page.close()
    await customer.write("For the whole deck.")
    nils.page = await stage.tab(nils.context)
    await nils.page.goto(f"{nils.centre_url}/agent/")
    await expect(nils.status).to_contain_text("Available")
    await everybody_sees([nils], customer, *said, "Then pine.", "For the whole deck.")
    await expect(customer.widget.get_by_role("heading", name="Nils")).to_be_visible()
    await nils.complete()


async def everybody_sees(agents: list[Agent], customer: Customer, *texts: str) -> None:
    await together(customer.sees(*texts), *(agent.sees(*texts) for agent in agents))
