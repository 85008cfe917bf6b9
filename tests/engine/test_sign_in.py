"""Passwords."""

from __future__ import annotations

from router.engine.sign_in import Door, hash_password


async def test_a_password_is_somebodys_or_it_is_not() -> None:
    door, anna = Door(), hash_password("quiet harbour")
    assert await door.matches(anna, "quiet harbour")
    assert not await door.matches(anna, "loud harbour")
    assert not await door.matches(None, "quiet harbour")
