"""Which language a text is in, by the package py3langid (bytes seen in 100 languages; Lui & Baldwin 2012)."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from router.understanding.text import worded

LANGUAGES = [
    *("bg", "cs", "da", "de", "el", "en", "es", "et", "fi", "fr", "hr", "hu", "it", "lt", "lv", "nl", "no", "pl", "pt"),
    *("ro", "ru", "sk", "sl", "sr", "sv", "tr", "uk", "ar", "he", "hi", "ja", "ko", "zh", "vi", "th", "id"),
]
"""Asked about. Fewer would make a guess of every text in another one."""

SURE = 0.5


def language_of(text: str) -> str:
    """ISO 639-1, or "" when the text is too short or too mixed to tell."""
    if not worded(text):
        return ""
    found, confidence = _identifier().classify(text)
    return str(found) if confidence >= SURE else ""


@lru_cache(maxsize=1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(LANGUAGES)
    return identifier
