"""Both days as one page: a few numbers, waits and service level by hour, load by agent. No script, nothing fetched."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import floor, log10
from typing import Any

WIDTH, HEIGHT, LEFT, BOTTOM = 720, 220, 44, 24
REAL, OTHER = "real", "what-if"
STYLE = """
:root { color-scheme: light dark; --real: #6b7280; --what-if: #2563eb; --line: #8884; }
body { font: 14px/1.5 system-ui, sans-serif; margin: 24px auto; max-width: 760px; padding: 0 16px; }
h1 { font-size: 20px; } h2 { font-size: 15px; margin: 28px 0 4px; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: 4px 16px 4px 0; text-align: right; } td:first-child, th:first-child { text-align: left; }
.chart { overflow-x: auto; } svg { display: block; width: 100%; min-width: 560px; height: auto; }
svg text { font-size: 11px; fill: currentColor; } .under { text-anchor: middle; }
.real { fill: var(--real); } .what-if { fill: var(--what-if); } .grid { stroke: var(--line); }
.key { display: inline-block; width: 10px; height: 10px; margin-right: 4px; } .key ~ .key { margin-left: 16px; }
.key.real { background: var(--real); } .key.what-if { background: var(--what-if); }
"""


def page(title: str, real: dict[str, Any], other: dict[str, Any], labels: Sequence[str]) -> str:
    """labels: one an hour. Colours always come with words; bars carry their number as a title."""
    hours = list(zip(real["hours"], other["hours"], strict=True))
    agents = sorted(real["agents"].keys() | other["agents"].keys())
    charts = (
        ("Mean wait by hour, seconds", labels, [tuple(h["wait_s"]["mean"] for h in pair) for pair in hours]),
        ("Service level by hour, %", labels, [tuple(_percent(h["service_level"]) for h in pair) for pair in hours]),
        ("Abandoned by hour, customers", labels, [tuple(h["abandoned"] for h in pair) for pair in hours]),
        ("Occupancy by agent, %", agents, [tuple(_occupancy(side, a) for side in (real, other)) for a in agents]),
    )
    body = "".join(f"<h2>{escape(name)}</h2>{_bars(names, pairs)}" for name, names, pairs in charts)
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>"
        f"<h1>{escape(title)}</h1>{_table(real, other)}"
        f'<p><span class="key real"></span>{REAL}<span class="key what-if"></span>{OTHER}</p>{body}</html>\n'
    )


def _table(real: dict[str, Any], other: dict[str, Any]) -> str:
    days = (real, other)
    rows: tuple[tuple[str, list[float | None]], ...] = (
        ("Customers who came", [day["arrived"] for day in days]),
        ("Answered", [day["answered"] for day in days]),
        ("Abandoned", [day["abandoned"] for day in days]),
        ("Mean wait, s", [day["wait_s"]["mean"] for day in days]),
        ("Nine in ten waited at most, s", [day["wait_s"]["p90"] for day in days]),
        (f"Service level ({real['threshold_s']} s), %", [_percent(day["service_level"]) for day in days]),
        ("Mean handle time, s", [day["aht_s"] for day in days]),
        ("Occupancy, %", [_percent(day["occupancy"]) for day in days]),
    )
    cells = "".join(f"<tr><td>{escape(name)}<td>{'<td>'.join(_alike(values))}" for name, values in rows)
    return f"<table><tr><th><th>{REAL}<th>{OTHER}{cells}</table>"


def _bars(names: Sequence[str], pairs: Sequence[tuple[float | None, ...]]) -> str:
    """Two bars a name, the real day's first."""
    highest = _round_up(max((value for pair in pairs for value in pair if value), default=1.0))
    step = (WIDTH - LEFT) / max(1, len(names))
    tall = HEIGHT - BOTTOM - 12
    parts = [_line(highest, share, tall) for share in (0, 0.5, 1)]
    every = max(1, len(names) // 12)
    for place, (name, pair) in enumerate(zip(names, pairs, strict=True)):
        left = LEFT + place * step
        for side, value in enumerate(pair):
            height = tall * (value or 0) / highest
            parts.append(
                f'<rect class="{(REAL, OTHER)[side]}" x="{left + step * (0.1 + 0.4 * side):.1f}" '
                f'y="{HEIGHT - BOTTOM - height:.1f}" width="{step * 0.38:.1f}" height="{height:.1f}">'
                f"<title>{escape(name)}, {(REAL, OTHER)[side]}: {_told(value)}</title></rect>"
            )
        if place % every == 0:
            parts.append(f'<text class="under" x="{left + step / 2:.1f}" y="{HEIGHT - 8}">{escape(name)}</text>')
    return f'<div class="chart"><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img">{"".join(parts)}</svg></div>'


def _round_up(value: float) -> float:
    """To the next number whose half is as easily read: 1, 2, 4, 6, 10 and their tenfolds."""
    size = 10.0 ** floor(log10(value))
    return next(size * step for step in (1, 2, 4, 6, 10) if size * step >= value * 0.999)


def _line(highest: float, share: float, tall: float) -> str:
    y = HEIGHT - BOTTOM - tall * share
    return (
        f'<line class="grid" x1="{LEFT}" x2="{WIDTH}" y1="{y:.1f}" y2="{y:.1f}"/>'
        f'<text x="0" y="{y + 4:.1f}">{_told(highest * share)}</text>'
    )


def _occupancy(side: dict[str, Any], agent: str) -> float | None:
    load = side["agents"].get(agent)
    return _percent(load["occupancy"]) if load else None


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _alike(values: Sequence[float | None]) -> list[str]:
    """A row's numbers, all as whole ones or all with a tenth."""
    whole = all(value is None or value == round(value) or value >= 1_000 for value in values)
    return ["–" if value is None else f"{value:,.0f}" if whole else f"{value:,.1f}" for value in values]


def _told(value: float | None) -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}" if value == round(value) or value >= 1_000 else f"{value:,.1f}"
