"""Words that make a claim, in the five languages of the house: `claim_words.toml` of this package."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from router.core.bot.faithful import ClaimWords, bare

WORDS = Path(__file__).with_name("claim_words.toml")


@cache
def claim_words() -> ClaimWords:
    """As `router.core.bot.faithful` compares them: small letters, no accents."""
    read = tomllib.loads(WORDS.read_text("utf-8"))
    return {
        language: {claim: tuple(bare(form) for form in forms) for claim, forms in claims.items()}
        for language, claims in read.items()
    }
