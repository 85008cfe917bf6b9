"""Steps of other departments, by nodes that know of one another's doings late."""

from __future__ import annotations

from router.engine import departments, talk
from router.engine.centre import Centre
from router.store.postgres import conversations, customers, steps
from tests.postgres.conftest import CUSTOMER, a_start


async def test_what_is_told_last_is_how_the_step_is(centre: Centre) -> None:
    await customers.add(centre.database, customers.Customer(id=CUSTOMER, created_at=1))
    begun = await conversations.start(centre.writer, a_start())
    assert isinstance(begun, conversations.Started)
    asked = steps.Step(
        id="step_1",
        conversation_id=begun.conversation_id,
        department="warehouse",
        subject="A pane",
        excerpt="",
        opened_by="anna",
        opened_at=1,
        due_at=2,
        changed_at=1,
        next_at=None,
    )
    post = steps.Post(key="step_1:open", step_id=asked.id, account="slack", place="C1", kind="open", text="")
    opened = await steps.open_(centre.database, asked, post)
    await steps.posted(centre.database, post, "1750000000.1")  # by a node that told so
    await centre.talk.start()
    await departments.tell(centre, opened)
    (said,) = [talk.decode(each) for each in await anext(centre.talk.listen())]
    assert isinstance(said, talk.StepSaid)
    assert said.step.posted
