"""Mistakes in overflow and in who is signed in; as mutants.py."""

from __future__ import annotations

from tests.store.routing.mutant import Mutant

OVERFLOW_MUTANTS = (
    Mutant("a line as long as it may be is not too long", "overflow.lua", "fact >= move.least", "fact > move.least"),
    Mutant(
        "who waits already overflows by length",
        "overflow.lua",
        "if not expected_ms then return nil end",
        "expected_ms = expected_ms or -1",
    ),
    Mutant(
        "who was told that nobody is there is told again",
        "overflow.lua",
        "return not item.alone and attendance",
        "return attendance",
    ),
    Mutant(
        "an item takes the credit of its step to another queue",
        "overflow.lua",
        "item.score = item.score + credited_ms(item)\n",
        "\n",
    ),
    Mutant(
        "a customer who need not stay is given up",
        "plans.lua",
        "if not known.settings.visit_ms[known.lanes[item.lane].channel] then remove_timer('visit', id) end",
        "",
    ),
    Mutant("an overflow by age is not told", "plans.lua", "if steps[i].action then", "if false then"),
    Mutant(
        "a deserted queue overflows a ms late", "attendance.lua", "if now >= tonumber(due)", "if now > tonumber(due)"
    ),
    Mutant(
        "a queue stays deserted though somebody came", "attendance.lua", "if deserted then forget(line) end", "return"
    ),
    Mutant("whoever has a break is there", "attendance.lua", "and status and status[channel]\nend", "and status\nend"),
    Mutant(
        "helpers are not there",
        "attendance.lua",
        "(profile.queues[queue] or profile.backup[queue])",
        "profile.queues[queue]",
    ),
    Mutant("of a deserted line only the first moves", "deserted.lua", "  add_timer(now, 'deserted', line)\n", ""),
    Mutant(
        "of equal places in a deserted line only one is looked at",
        "deserted.lua",
        "precedes(score, id, its_score, found[i])",
        "its_score > score",
    ),
    Mutant(
        "queues that the new settings watch are not",
        "install.lua",
        "if settings ~= known.settings then attendance.touch_all() end",
        "",
    ),
    Mutant(
        "who left is there",
        "matching.lua",
        "function unstaff(id, profile_id)\n  attendance.note(agent_of(id))",
        "function unstaff(id, profile_id)",
    ),
)
