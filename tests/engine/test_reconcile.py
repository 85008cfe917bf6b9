"""What a crash left is found, however long the line is, and no turn looks at all of it."""

from __future__ import annotations

import pytest

from router.engine import reconcile
from router.engine.centre import Centre
from router.store.postgres import work_items
from tests.engine.test_rebuild import waits

COUNT, PAGE = 9, 2


async def test_each_turn_looks_at_the_newest_and_at_the_next_page(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "PAGE", PAGE)
    lost = {await waits(centre, f"customer-{number}") for number in range(COUNT)}
    mended, behind = await reconcile.turn(centre, None)
    found = [mended]
    while behind is not None:
        mended, behind = await reconcile.turn(centre, behind)
        found.append(mended)
    assert found == [2 * PAGE, PAGE, PAGE, 1, 0]  # the newest are found first, and once
    assert (await centre.store.snapshot()).items.keys() == lost
    assert await reconcile.mend(centre) == 0


async def test_work_on_what_is_closed_is_ended_wherever_in_the_line_it_is(
    centre: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reconcile, "PAGE", 1)
    for number in range(COUNT):
        await waits(centre, f"customer-{number}")
    await reconcile.mend(centre)
    middle = (await work_items.open_items(centre.database))[COUNT // 2]
    closing = "UPDATE conversations SET state = 'closed', closed_at = started_at WHERE id = $1"
    await centre.database.execute(closing, middle.conversation_id)
    assert (await reconcile.turn(centre, None))[0] == 1
    assert middle.id not in (await centre.store.snapshot()).items
