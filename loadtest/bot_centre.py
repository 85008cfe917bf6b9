"""The push bench's centre with a bot beside: a second account it answers first, and a few things it knows."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from loadtest import push_centre
from loadtest.toml import section

ACCOUNT = "asked"
BOT = "clerk"
TAUGHT_S = 300.0
LOADED_S = 5.0
"""For the engine to read what was taught, once it is there."""

KNOWN: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "parking": (
        ("where can I park", "is there a car park", "do you have parking spaces", "is parking free of charge"),
        ("can I leave my car somewhere near you", "how much does the car park cost"),
    ),
    "dogs": (
        ("may I bring my dog", "are pets allowed", "can I come with a dog", "do you let animals in"),
        ("is my small dog welcome with you", "do you allow pets inside the house"),
    ),
    "hours": (
        ("when do you open", "what are your opening hours", "are you open on sunday", "until when are you open today"),
        ("at what time do you close this evening", "is somebody there on saturday afternoon"),
    ),
    "invoice": (
        ("I need an invoice", "can you send me a receipt", "where do I find my bill", "please send the invoice again"),
        ("I have not got the invoice for my last stay", "could I have a receipt for the company"),
    ),
    "wifi": (
        ("what is the wifi password", "do you have internet", "is there free wifi", "how do I get online"),
        ("the wireless network asks me for a password", "can I use the internet in my room"),
    ),
    "breakfast": (
        ("is breakfast included", "when is breakfast served", "what do you have for breakfast", "breakfast price"),
        ("how early can we have breakfast tomorrow", "do I pay extra for breakfast"),
    ),
    "luggage": (
        ("can I leave my luggage", "do you store suitcases", "where can I put my bags", "luggage storage"),
        ("may we leave our suitcases after we check out", "is there a room for bags until the evening"),
    ),
    "key": (
        ("I lost my key", "my key card does not work", "I need a new room key", "I am locked out of my room"),
        ("the door does not open with my card any more", "I cannot find the key of my room"),
    ),
}
"""What it answers: examples it is taught, and other words for the same that it is asked with."""


class NotTaught(Exception):
    """The bot learnt nothing in time."""


def answer(name: str) -> str:
    """What only this answer says."""
    return f"Our page about {name} says it all."


def write(agents: int, folder: Path) -> None:
    """The centre as configuration in `folder`."""
    push_centre.write(agents, folder)
    account = section(
        "[[accounts]]",
        key=ACCOUNT,
        allowed_origins=["http://127.0.0.1:*"],
        languages=["en"],
        departments=[push_centre.QUEUE],
        bot=BOT,
    )
    texts = section("[accounts.texts.en]", title="Asked", welcome="Hello.")
    labels = section("[accounts.texts.en.departments]", **{push_centre.QUEUE: "Push"})
    accounts = folder / "accounts.toml"
    accounts.write_text("\n".join((accounts.read_text(encoding="utf-8"), account, texts, labels)), encoding="utf-8")
    parts = [section("[bot]", name=BOT, face="Clerk", languages=["en"])]
    for name, (examples, _) in KNOWN.items():
        parts += [
            section("[[replies]]", name=name),
            section("[replies.title]", en=name.title()),
            section("[replies.examples]", en=list(examples)),
            section("[replies.text]", en=answer(name)),
        ]
    (folder / "bot").mkdir()
    (folder / "bot" / "clerk.toml").write_text("\n".join(parts), encoding="utf-8")


async def taught(data: Path) -> None:
    """Return when the server has made its model of these and had time to read it. Raises NotTaught."""
    try:
        async with asyncio.timeout(TAUGHT_S):
            while not await asyncio.to_thread((data / "understanding.of").exists):  # noqa: ASYNC110 - another process
                await asyncio.sleep(0.5)
    except TimeoutError:
        raise NotTaught(f"the bot was taught nothing within {TAUGHT_S:g} s") from None
    await asyncio.sleep(LOADED_S)
