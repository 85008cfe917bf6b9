"""Mistakes somebody could make in the store functions, each as one replacement that fits exactly once.

The differential test must catch every one (test_mutants.py); docs/benchmarks/mutants.md lists how soon it does.
"""

from __future__ import annotations

from typing import NamedTuple


class Mutant(NamedTuple):
    mistake: str
    file: str
    old: str
    new: str


MUTANTS = (
    Mutant(
        "units that fit exactly do not fit",
        "matching.lua",
        "used + class.weight <= limit",
        "used + class.weight < limit",
    ),
    Mutant(
        "one item too many of a channel",
        "matching.lua",
        "< (profile.channels[channel] or 0)",
        "<= (profile.channels[channel] or 0)",
    ),
    Mutant(
        "an offer can be accepted in the ms it ends",
        "offers.lua",
        "if ringing and now >= ringing[2] then",
        "if ringing and now > ringing[2] then",
    ),
    Mutant("a timer fires a ms late", "timers.lua", "due <= now", "due < now"),
    Mutant("a fourth refusal is allowed", "offers.lua", "count >= REFUSALS", "count > REFUSALS"),
    Mutant(
        "who refused the first in line gets nothing of the line",
        "lines.lua",
        "local next_member, next_score = behind_head(key_prefix .. its_line, refuses)",
        "local next_member, next_score",
    ),
    Mutant(
        "the one behind a refused head wins over better heads",
        "lines.lua",
        "if member and not precedes(tonumber(call('ZSCORE', index, heads[i])), head, score, member) then",
        "if member then",
    ),
    Mutant(
        "a walk skips a line between looks",
        "lines.lua",
        "from, look = from + look,",
        "from, look = from + look + 1,",
    ),
    Mutant(
        "the second in line never becomes the head",
        "lines.lua",
        "== 1 and first[3] then",
        "== 1 and first[5] then",
    ),
    Mutant(
        "a new head leaves the old one in the index",
        "lines.lua",
        "indexed = call('ZREM', index, first[2] .. ' ' .. line) == 1",
        "indexed = call('ZSCORE', index, first[2] .. ' ' .. line) ~= false",
    ),
    Mutant(
        "of two equally loaded agents the one with the smaller id wins",
        "matching.lua",
        "and id or string.format('%014.0f ', idle) .. id",
        "and id or string.format('%014.0f ', 0) .. id",
    ),
    Mutant("load is units, not a share of the limit", "matching.lua", "and used / limit or used", "and used or used"),
    Mutant("who has most room is who has most in use", "matching.lua", "or used - limit", "or limit - used"),
    Mutant(
        "turns go by idleness",
        "matching.lua",
        "if class.order == 'round_robin' then return agent.offered_at or 0 end",
        "if class.order == 'round_robin' then return agent.idle_since end",
    ),
    Mutant(
        "experts are not kept for what needs them", "ranking.lua", "if lane.model ~= 'best_fit' then", "if true then"
    ),
    Mutant(
        "an order is always ascending",
        "ranking.lua",
        "== 'desc' and -number or number",
        "== 'desc' and number or number",
    ),
    Mutant(
        "who lacks the attribute comes first",
        "ranking.lua",
        "not is_whole and math.huge",
        "not is_whole and -math.huge",
    ),
    Mutant("half a number orders too", "ranking.lua", "and number % 1 == 0", "and true"),
    Mutant(
        "a better rank does not win over an earlier place",
        "ranking.lua",
        "(order < 0 or precedes(",
        "(not score or precedes(",
    ),
    Mutant(
        "interruptible work takes the room of other work",
        "matching.lua",
        "if not class.interruptible then",
        "if true then",
    ),
    Mutant(
        "a channel that may not stand beside another is offered",
        "matching.lua",
        "if others and held ~= channel and not others[channel] then",
        "if false then",
    ),
    Mutant(
        "a channel may not stand beside itself",
        "matching.lua",
        "if others and held ~= channel and not others[channel] then",
        "if others and not others[channel] then",
    ),
    Mutant(
        "another blend of channels reaches nobody",
        "install.lua",
        "or not equal_tables(old.beside, new.beside) then",
        "then",
    ),
    Mutant("what an agent is doing does not matter", "matching.lua", "(not class.beside or", "(true or"),
    Mutant("attributes do not matter", "definitions.lua", "return not lane.where or", "return true or"),
    Mutant(
        "an offer tells the load with itself in it",
        "matching.lua",
        "used = used, limit = limit }",
        "used = used + lane.weight, limit = limit }",
    ),
    Mutant(
        "an offer tells the step the item is at, not the one its agent meets",
        "plans.lua",
        "if eligible(known.lanes[steps[i + 1].lane], profile) then return i end",
        "if false then return i end",
    ),
    Mutant(
        "the best of several classes is the last one",
        "matching.lua",
        "if id and not (found and precedes(items[found].score, found, items[id].score, id)) then",
        "if id then",
    ),
    Mutant(
        "a sleeping lane is not woken",
        "matching.lua",
        "if call('SADD', prefix .. 'staffed', profile_id) == 1 then wake_lanes(known.profiles[profile_id]) end",
        "call('SADD', prefix .. 'staffed', profile_id)",
    ),
    Mutant(
        "a lane stays awake when its last agent is gone",
        "matching.lua",
        "if call('SREM', prefix .. 'staffed', profile_id) == 1 then rest_lanes(known.profiles[profile_id]) end",
        "call('SREM', prefix .. 'staffed', profile_id)",
    ),
    Mutant(
        "a level just reached does not count",
        "definitions.lua",
        "< needs[j + 1] then",
        "<= needs[j + 1] then",
    ),
    Mutant(
        "handling an item does not restart the idle clock",
        "items.lua",
        "local agent_id, agent = release(id, item)\n  agent.idle_since = now\n  write_event('item.closed'",
        "local agent_id, agent = release(id, item)\n  write_event('item.closed'",
    ),
    Mutant(
        "every sign-in restarts the idle clock",
        "presence.lua",
        "if agent.idle_since == 0 then agent.idle_since = now end",
        "agent.idle_since = now",
    ),
    Mutant(
        "an item of a gone agent goes to the end of the line",
        "presence.lua",
        "item.score = item.score - known.settings.gone_boost_ms",
        "item.score = item.score + known.settings.gone_boost_ms",
    ),
    Mutant(
        "a reconnect does not stop the grace",
        "presence.lua",
        "else\n    remove_timer('grace', id)\n  end",
        "end",
    ),
    Mutant(
        "the offer of an agent who disconnects keeps ringing",
        "presence.lua",
        "return_offers(id, agent, 'disconnected')\n  settle(id, agent)\nend",
        "settle(id, agent)\nend",
    ),
    Mutant(
        "after accepting an agent looks for no more work",
        "offers.lua",
        "local agent = take(item_id, item, agent_id)\n  settle(agent_id, agent)",
        "local agent = take(item_id, item, agent_id)",
    ),
    Mutant(
        "an item rings at one agent too many", "matching.lua", "entries(item.ringing) + 1,", "entries(item.ringing),"
    ),
    Mutant(
        "an item rings twice at one agent",
        "matching.lua",
        "return excluded[agent_id] or ringing[agent_id]",
        "return excluded[agent_id]",
    ),
    Mutant("who lost an offer to another looks for no work", "offers.lua", "  settle_all(losers)\n", ""),
    Mutant(
        "where else an item rings it rings on when it is taken",
        "offers.lua",
        "rescind_all(item_id, item, 'taken', agent_id)",
        "{}",
    ),
    Mutant("an agent gets one offer too many", "matching.lua", "#agent.offers < known", "#agent.offers <= known"),
    Mutant(
        "an agent who may have two offers is given one",
        "matching.lua",
        "  if may_ring(agent) then return settle(id, agent) end\n",
        "",
    ),
    Mutant(
        "an agent who missed one offer keeps the others on channels the new status does not allow",
        "offers.lua",
        "  return_offers(agent_id, agent, 'status', function(other) return is_allowed(other, agent) end)\n",
        "",
    ),
    Mutant(
        "when more offers may ring at once nobody gets them",
        "install.lua",
        "if old.pacing ~= new.pacing or",
        "if",
    ),
    Mutant(
        "the end of a cool-down offers nothing",
        "offers.lua",
        "if item.state == 'waiting' then\n    leave_lane(item_id, item)",
        "if false then\n    leave_lane(item_id, item)",
    ),
    Mutant(
        "a closed item leaves its cool-down timers behind",
        "records.lua",
        "if till > 0 then remove_timer('exclusion', id, agent) end",
        "",
    ),
    Mutant(
        "who transfers an item gets it back",
        "items.lua",
        "exclude(id, item, agent_id, now + known.settings.cooldown_ms)\n  end\n  preference.begin",
        "end\n  preference.begin",
    ),
    Mutant(
        "an agent in wrap-up stays in the pools",
        "items.lua",
        "offer = id .. ':' .. item.taken })\n  settle(agent_id, agent)",
        "offer = id .. ':' .. item.taken })",
    ),
    Mutant(
        "a new class of work does not reach agents who are free already",
        "install.lua",
        "if #classes_of(profile) > count then",
        "if false then",
    ),
    Mutant(
        "an item relaxes a ms late",
        "plans.lua",
        "item.enqueued_at + steps[new + 1].at_ms <= now do",
        "item.enqueued_at + steps[new + 1].at_ms < now do",
    ),
    Mutant(
        "agents of an earlier step are not asked before those of a later one",
        "plans.lua",
        "for i = steps[item.step and item.step + 1 or 1].first + 1, item.step or 0 do",
        "for i = 1, 0 do",
    ),
    Mutant(
        "agents of a plan's first step are always asked first",
        "plans.lua",
        "for i = steps[item.step and item.step + 1 or 1].first + 1, item.step or 0 do",
        "for i = 1, item.step or 0 do",
    ),
    Mutant(
        "credit of an earlier step stays",
        "plans.lua",
        "item.score - steps[new].credit_ms + steps[old].credit_ms",
        "item.score - steps[new].credit_ms",
    ),
    Mutant("a waiting item has no timer for its next step", "plans.lua", "if next_step then", "if false then"),
    Mutant("an offered item keeps the timer of its next step", "matching.lua", "if item.plan then", "if false then"),
    Mutant(
        "agents for whom a queue is a backup are asked at once",
        "definitions.lua",
        "(lane.backup and profile.backup[lane.queue])",
        "profile.backup[lane.queue]",
    ),
    Mutant(
        "only the first of several sets of skills counts",
        "definitions.lua",
        "for i = 1, #sets do",
        "for i = 1, 1 do",
    ),
    Mutant(
        "a status that allows more brings no work",
        "install.lua",
        "if settings and settings ~= known.settings then",
        "if false then",
    ),
    Mutant(
        "a next status never comes",
        "items.lua",
        "if agent.next_status and not agent.items then",
        "if false then",
    ),
    Mutant(
        "a next status comes with the end of any item",
        "items.lua",
        "if agent.next_status and not agent.items then",
        "if agent.next_status then",
    ),
    Mutant(
        "who plans a break is given new work",
        "matching.lua",
        "allowed[channel] and allowed_next[channel] and",
        "allowed[channel] and",
    ),
    Mutant(
        "choosing a status keeps the plan for the next",
        "presence.lua",
        "take_status(id, agent, status, by)\n  agent.next_status = nil",
        "take_status(id, agent, status, by)",
    ),
    Mutant(
        "a next status keeps the offer it does not allow",
        "items.lua",
        "    return_offers(id, agent, 'status', function(item) return is_allowed(item, agent) end)\n",
        "",
    ),
    Mutant(
        "a lost customer waits for ever",
        "items.lua",
        "if item.state == 'waiting' then\n    cancel(id, 'silent')",
        "if false then",
    ),
    Mutant(
        "a customer is given up while an offer rings for them",
        "items.lua",
        "add_timer(now + LOOK_AGAIN_MS, 'visit', id)",
        "cancel(id, 'silent')",
    ),
    Mutant(
        "a customer who is seen is given up all the same",
        "items.lua",
        "call('ZADD', prefix .. 'timers', 'XX', now + visit_ms,",
        "call('ZADD', prefix .. 'timers', 'XX', 'LT', now + visit_ms,",
    ),
    Mutant(
        "who returns to the line has only what was left of the old patience",
        "items.lua",
        "remove_timer('visit', id)             -- of the time before it was taken",
        "",
    ),
    Mutant(
        "who comes back is filled up at once",
        "matching.lua",
        "agent.ramp_until = now + known.settings.ramp_ms",
        "agent.ramp_until = nil",
    ),
    Mutant(
        "who comes back is slowed down though half full",
        "matching.lua",
        "if 2 * agent.used >= agent.limit",
        "if 2 * agent.used > agent.limit",
    ),
    Mutant(
        "who comes back from a break is not spared",
        "records.lua",
        "agent.ramping = known.settings.ramp_ms > 0 or nil",
        "agent.ramping = nil",
    ),
    Mutant(
        "the pause of an agent who ramps up brings no work when it ends",
        "matching.lua",
        "agent.ramp_until = nil\n  change_agent(id)\n  settle(id, agent)",
        "agent.ramp_until = nil\n  change_agent(id)",
    ),
    Mutant(
        "an item waits for its preferred agent for ever",
        "preference.lua",
        "or now >= item.preferred_until then return false end",
        "then return false end",
    ),
    Mutant(
        "what waits for an agent is passed over by them",
        "matching.lua",
        "if agent.wanted then item_id = earlier(item_id or nil, best_wanted(id, agent)) end",
        "",
    ),
    Mutant(
        "what waits for an agent goes before all else",
        "matching.lua",
        "return precedes(items[other].score, other, items[id].score, id) and other or id",
        "return other",
    ),
    Mutant(
        "what waits for an agent who leaves waits on",
        "presence.lua",
        "unstaff(id, agent.profile)\n  revise_wanted(id, agent)",
        "unstaff(id, agent.profile)",
    ),
    Mutant(
        "an item is for an agent regardless of their skills though it was not to be",
        "preference.lua",
        "(item.regardless or eligible(lane, profile))",
        "true",
    ),
    Mutant(
        "an item that is to ask for something else keeps the credit of its old plan",
        "items.lua",
        "item.score = item.score + by_step - more_credit",
        "item.score = item.score - more_credit",
    ),
    Mutant(
        "an item that is to ask for something else stays in its old line",
        "items.lua",
        "if item.state == 'waiting' then leave_lane(id, item) end\n  local rung = rescind_all(id, item, 'moved')",
        "local rung = rescind_all(id, item, 'moved')",
    ),
    Mutant(
        "nobody drains for a call that waits too long",
        "drain.lua",
        "if drain.could(agent_id, agent, item) then\n      agent.draining",
        "if false then\n      agent.draining",
    ),
    Mutant(
        "two agents drain for one call",
        "drain.lua",
        "change_item(ids[i])\n      call('ZREM', prefix .. 'overdue', ids[i])",
        "change_item(ids[i])",
    ),
    Mutant(
        "who drains takes chats all the same",
        "matching.lua",
        "local open, has_room = {}, not agent.draining and room_of(agent)",
        "local open, has_room = {}, room_of(agent)",
    ),
    Mutant(
        "who drained for a call that is gone gets nothing until something else happens",
        "matching.lua",
        "while #drain.left > 0 do",
        "while false do",
    ),
    Mutant(
        "what takes just half of an agent drains nobody",
        "drain.lua",
        "agent.limit <= 2 * lane.weight",
        "agent.limit < 2 * lane.weight",
    ),
    Mutant(
        "what was given to somebody by hand can be picked away",
        "by_hand.lua",
        "if item.agent or (item.direct and not item.ringing[agent_id]) then",
        "if item.agent then",
    ),
    Mutant(
        "an item in wrap-up can be assigned",
        "by_hand.lua",
        "  if item.state == 'wrap_up' then return OUTCOME.WRONG_STATE end\n  if not may_be_given",
        "  if not may_be_given",
    ),
    Mutant(
        "whose work was taken away by hand looks for no other",
        "by_hand.lua",
        "if holder then freed(holder_id, holder) end",
        "",
    ),
    Mutant(
        "a paused item keeps its place among its channel's",
        "pauses.lua",
        "  give_room_back(item, agent)\n  take_units(agent, known.lanes[item.lane], units)\n",
        "  take_units(agent, known.lanes[item.lane], units - known.lanes[item.lane].weight)\n",
    ),
    Mutant(
        "a customer who writes again pushes the agent over",
        "pauses.lua",
        "if by == '' and not fits(item, agent) then",
        "if false then",
    ),
    Mutant(
        "what a paused item holds counts against its own return",
        "pauses.lua",
        "used - item.paused_units + lane.weight <= limit",
        "used + lane.weight <= limit",
    ),
    Mutant(
        "supervisors are alerted at every refusal after the last one allowed",
        "offers.lua",
        "if refusals == known.settings.alert_after then",
        "if refusals >= known.settings.alert_after then",
    ),
)
