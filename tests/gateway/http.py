"""HTTP as a browser speaks it, in few words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from tests.patience import PATIENCE_S


async def request(
    url: str, method: str, path: str, *, headers: Mapping[str, str] | None = None, **options: Any
) -> httpx.Response:
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S, trust_env=False, verify=False) as client:
        return await client.request(method, path, headers=dict(headers or {}), **options)


async def post(url: str, path: str, body: object, *, headers: Mapping[str, str] | None = None) -> Any:
    """The answer's JSON; it must be a 2xx."""
    response = await request(url, "POST", path, headers=headers, json=body)
    assert response.is_success, response.text
    return response.json()
