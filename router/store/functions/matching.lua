--[[ Matching, both ways: `place` finds an agent for an item, `settle` finds an item for an agent. Between calls no item waits
  while an eligible agent is free: each transition places the items and settles the agents it touched.

  A lane that no agent who is signed in (connected or in grace) could ever serve sleeps: it is in the set `asleep` instead of its
  class's index, where it would be walked over again and again. ]]

local staff, unstaff, wait_in_lane, await_visit, leave_lane, withdraw, file, may_ring, open_classes, make_offer,
  place, earlier, revise_wanted, settle, end_pause, units_for
do -- what follows is known in this file only

-- Staffing ----------------------------------------------------------------------------------------------------------

-- lane.witness is a hint from an earlier call; the keyspace confirms it.
local function is_staffed(lane)
  if lane.witness and call('SISMEMBER', prefix .. 'staffed', lane.witness) == 1 then return true end
  local staffed = call('SMEMBERS', prefix .. 'staffed')
  for i = 1, #staffed do
    if eligible(lane, known.profiles[staffed[i]]) then
      lane.witness = staffed[i]
      return true
    end
  end
  return false
end

local function wake_lanes(profile)
  local asleep = call('SMEMBERS', prefix .. 'asleep')
  for i = 1, #asleep do
    local lane = known.lanes[asleep[i]]
    if eligible(lane, profile) then
      call('SREM', prefix .. 'asleep', lane.id)
      local first = call('ZRANGE', prefix .. 'lane:' .. lane.id, 0, 0, 'WITHSCORES')
      call('ZADD', lane.class.waiting, first[2], first[1] .. ' ' .. lane.id)
    end
  end
end

local function rest_lanes(profile)
  local classes = classes_of(profile)
  for i = 1, #classes do
    local heads = call('ZRANGE', classes[i].waiting, 0, -1)
    for j = 1, #heads do
      local lane = known.lanes[heads[j]:sub(-LINE_LENGTH)]
      if eligible(lane, profile) and not is_staffed(lane) then
        call('ZREM', classes[i].waiting, heads[j])
        call('SADD', prefix .. 'asleep', lane.id)
      end
    end
  end
end

-- An agent signs in, or changes to this profile.
function staff(id, profile_id)
  attendance.note(agent_of(id))
  call('SADD', prefix .. 'staff:' .. profile_id, id)
  if call('SADD', prefix .. 'staffed', profile_id) == 1 then wake_lanes(known.profiles[profile_id]) end
end

-- An agent is gone, or leaves this profile.
function unstaff(id, profile_id)
  attendance.note(agent_of(id))
  call('SREM', prefix .. 'staff:' .. profile_id, id)
  if call('EXISTS', prefix .. 'staff:' .. profile_id) == 1 then return end
  if call('SREM', prefix .. 'staffed', profile_id) == 1 then rest_lanes(known.profiles[profile_id]) end
end

-- Waiting items -----------------------------------------------------------------------------------------------------

local function join_lane(id, item, lane)
  join_line(lane.class.waiting, prefix .. 'lane:' .. lane.id, lane.id, item.score, id, function()
    local staffed = is_staffed(lane)
    if not staffed then call('SADD', prefix .. 'asleep', lane.id) end
    return staffed
  end)
end

-- In its lane, or in the line of the agent it waits for.
function wait_in_lane(id, item)
  local lane = known.lanes[item.lane]
  if item.preferred then
    preference.join(id, item)
  else
    join_lane(id, item, lane)
    drain.await(id, item, lane)
  end
  call('ZADD', prefix .. 'queue:' .. lane.queue, item.score, id)
  await_step(id, item)
end

-- An item that begins to wait does so for as long as its customer is seen, or was lately.
function await_visit(id, item)
  local visit_ms = known.settings.visit_ms[known.lanes[item.lane].channel]
  if visit_ms then call('ZADD', prefix .. 'timers', 'NX', now + visit_ms, 'visit ' .. id) end
end

function leave_lane(id, item)
  local lane = known.lanes[item.lane]
  if item.preferred then
    preference.leave(id, item)
  elseif leave_line(lane.class.waiting, prefix .. 'lane:' .. lane.id, lane.id, id) then
    call('SREM', prefix .. 'asleep', lane.id)
  end
  local drained_by = drain.leave(id, item)
  if drained_by then                    -- free from now on, for what is placed in this step too
    file(drained_by, agent_of(drained_by), open_classes(agent_of(drained_by)))
  end
  call('ZREM', prefix .. 'queue:' .. lane.queue, id)
  if item.plan then remove_timer('relax', id) end
end

-- Free agents -------------------------------------------------------------------------------------------------------

-- Place in a pool: score and member, smallest first; the agent's id is the last word of the member.
local function pool_member(id, class, idle)
  return class.order == 'longest_idle' and id or string.format('%014.0f ', idle) .. id
end

-- Units used and limit of the pool that items of the class fill.
function units_for(agent, class)
  if not class.interruptible then return agent.used, agent.limit end
  return agent.used_interruptible or 0, known.profiles[agent.profile].interruptible_limit
end

local function pool_score(agent, class)
  if class.order == 'longest_idle' then return agent.idle_since end
  if class.order == 'round_robin' then return agent.offered_at or 0 end
  local used, limit = units_for(agent, class)
  return class.order == 'least_loaded' and used / limit or used - limit
end


function withdraw(id, agent)
  if not agent.filed then return end
  for i = 1, #agent.filed do
    local class = known.classes[agent.filed[i]]
    local member = pool_member(id, class, agent.filed_idle)
    leave_line(class.free, prefix .. 'pool:' .. class.name .. ':' .. agent.profile, agent.profile, member)
  end
  agent.filed, agent.filed_idle, agent.filed_used, agent.filed_second, agent.filed_offered = nil, nil, nil, nil, nil
  change_agent(id)
end

local function always() return true end

local function is_filed_so(agent, classes)
  local filed = agent.filed or {}
  if #filed ~= #classes or #filed == 0 then return #filed == #classes end
  for i = 1, #filed do
    if filed[i] ~= classes[i].name then return false end
  end
  return agent.filed_idle == agent.idle_since and agent.filed_used == agent.used
     and agent.filed_second == agent.used_interruptible
     and (not agent.filed_offered or agent.filed_offered == (agent.offered_at or 0))
end

function file(id, agent, classes)
  if is_filed_so(agent, classes) then return end
  withdraw(id, agent)
  change_agent(id)
  if #classes == 0 then return end
  agent.filed, agent.filed_idle, agent.filed_used = {}, agent.idle_since, agent.used
  agent.filed_second = agent.used_interruptible
  for i = 1, #classes do
    local class = classes[i]
    local score, member = pool_score(agent, class), pool_member(id, class, agent.idle_since)
    join_line(class.free, prefix .. 'pool:' .. class.name .. ':' .. agent.profile, agent.profile, score, member, always)
    agent.filed[i] = class.name
    if class.order == 'round_robin' then agent.filed_offered = agent.offered_at or 0 end
  end
end

-- Whether one more offer may ring at the agent.
function may_ring(agent)
  return not agent.offers or #agent.offers < known.settings.pacing
end

-- Whether all channels of which items are held allow one more of the channel beside them.
local function is_beside(counts, channel)
  for held in pairs(counts) do
    local others = known.settings.beside[held]
    if others and held ~= channel and not others[channel] then return false end
  end
  return true
end

-- Says of a class whether the agent has room for an item of it now. nil: the agent takes nothing.
local function room_of(agent)
  if agent.reachability ~= 'connected' or (agent.wrapping or 0) > 0 or agent.ramp_until or not may_ring(agent) then return end
  local allowed = known.settings.statuses[agent.status] or {}
  local allowed_next = agent.next_status and (known.settings.statuses[agent.next_status] or {}) or allowed
  local counts, profile = agent.counts or {}, known.profiles[agent.profile]
  return function(class)
    local channel = class.channel
    local used, limit = units_for(agent, class)
    return allowed[channel] and allowed_next[channel] and used + class.weight <= limit
       and (counts[channel] or 0) < (profile.channels[channel] or 0) and is_beside(counts, channel)
       and (not class.beside or holds(class.beside, profile.attributes, counts, profile.channels))
  end
end

-- The classes of which the agent can take an item now.
function open_classes(agent)
  local open, has_room = {}, not agent.draining and room_of(agent)
  local classes = has_room and classes_of(known.profiles[agent.profile]) or open
  for i = 1, #classes do
    if has_room(classes[i]) then open[#open + 1] = classes[i] end
  end
  return open
end

-- The match ---------------------------------------------------------------------------------------------------------

-- What decides the match, as it is before the offer takes its units.
local function match_facts(item, agent, lane)
  local used, limit = units_for(agent, lane)
  return { model = lane.model, step = first_step(item, known.profiles[agent.profile]), idle_since = agent.idle_since,
           used = used, limit = limit }
end

-- An offer to an agent who came back: the next one waits a while, unless they are half full now.
local function slow_down(id, agent, by)
  if not agent.ramping then return end
  if 2 * agent.used >= agent.limit or known.settings.ramp_ms == 0 then
    end_ramp(id, agent)
  elseif not by then
    agent.ramp_until = now + known.settings.ramp_ms
    add_timer(agent.ramp_until, 'ramp', id)
  end
end

-- The agent stays in the pools of what fits beside the new offer.
-- by: who wants it to go to this very agent. from_agent: who held it until now.
function make_offer(item_id, item, agent_id, agent, by, from_agent)
  local lane = known.lanes[item.lane]
  local attempt, expires_at = (item.attempt or 0) + 1, now + ring_ms(lane)
  local why = match_facts(item, agent, lane)
  item.state, item.attempt = 'offered', attempt
  item.ringing = with_entry(item.ringing, agent_id, { attempt, expires_at })
  item.direct = by and true or nil
  change_item(item_id)
  take_room(agent, lane, 1)
  agent.offers, agent.offered_at = with_last(agent.offers, item_id), now
  change_agent(agent_id)
  slow_down(agent_id, agent, by)
  file(agent_id, agent, open_classes(agent))
  add_timer(expires_at, 'offer', item_id, agent_id)
  write_event('offer.created', {
    offer = item_id .. ':' .. attempt, item = item_id, agent = agent_id, queue = lane.queue, lane = lane.id,
    channel = lane.channel, weight = lane.weight, expires_at = expires_at, enqueued_at = item.enqueued_at,
    attempt = attempt, direct = item.direct, by = by, from_agent = from_agent, auto = auto_accept(lane), why = why })
  if item.has_brief then append_brief(call('GET', prefix .. 'brief:' .. item_id)) end
end

-- The best free agent for an item at a lane of its plan; nil: there is none.
local function best_agent(item, lane)
  local excluded, ringing = item.excluded or {}, item.ringing or {}
  local function refuses(place)
    local agent_id = place:match('[^ ]*$')
    return excluded[agent_id] or ringing[agent_id]
  end
  local pools = prefix .. 'pool:' .. lane.class.name .. ':'
  local member
  if lane.model == 'best_fit' or #lane.order > 0 then
    member = best_ranked(lane, pools, refuses)
  else
    member = best(lane.class.free, pools, function(profile) return eligible(lane, known.profiles[profile]) end, refuses,
      function() return few_profiles(lane) end)
  end
  return member and member:match('[^ ]*$')
end

local function next_agent(item)
  if not item.preferred then return by_preference(item, best_agent) end
  local agent = agent_of(item.preferred)
  local has_room = not agent.draining and room_of(agent)
  return has_room and has_room(known.lanes[item.lane].class) and item.preferred
end

-- Ring an item that is in no line at as many agents as its queue wants; if it rings nowhere, it waits.
-- expected_ms: of an item that comes to its queue, which may overflow: how long the half of all would wait (-1: unknown).
function place(id, item, expected_ms)
  if not item.ringing then
    advance(id, item)
    preference.give_up(id, item)
  end
  local lane = known.lanes[item.lane]
  change_item(id)
  for _ = entries(item.ringing) + 1, item.preferred and 1 or ring_agents(lane) do
    local agent_id = next_agent(item)
    if not agent_id then break end
    make_offer(id, item, agent_id, agent_of(agent_id))
  end
  if item.ringing then return end
  if overflow.try(id, item, expected_ms) then return place(id, item) end
  if item.state ~= 'waiting' then await_visit(id, item) end
  item.state = 'waiting'
  wait_in_lane(id, item)
end

-- The best waiting item of any of the classes; nil: there is none for this agent.
local function best_item(agent_id, agent, classes)
  local profile = known.profiles[agent.profile]
  local function serves(lane) return eligible(known.lanes[lane], profile) end
  local function refuses(id)
    local excluded = item_of(id).excluded
    return excluded and excluded[agent_id]
  end
  local found
  for i = 1, #classes do
    local class = classes[i]
    local id = best(class.waiting, prefix .. 'lane:', serves, refuses, function() return few_lanes(profile, class) end)
    if id and not (found and precedes(items[found].score, found, items[id].score, id)) then found = id end
  end
  return found
end

-- The first of the items that wait for this agent alone for which there is room; nil: there is none.
local function best_wanted(agent_id, agent)
  local has_room = not agent.draining and room_of(agent)
  local ids = has_room and call('ZRANGE', prefix .. 'wanted:' .. agent_id, 0, -1) or {}
  for i = 1, #ids do
    if has_room(known.lanes[item_of(ids[i]).lane].class) then return ids[i] end
  end
end

function earlier(id, other)
  if not (id and other) then return id or other end
  return precedes(items[other].score, other, items[id].score, id) and other or id
end

-- What waits for an agent of whom there is no hope now waits for all, in order.
function revise_wanted(id, agent)
  local ids = agent.wanted and call('ZRANGE', prefix .. 'wanted:' .. id, 0, -1) or {}
  for i = 1, #ids do
    local item = item_of(ids[i])
    if not preference.has_hope(item) then
      leave_lane(ids[i], item)
      place(ids[i], item)
    end
  end
end

-- The item the agent drains for, if there is room for it now.
local function drained_item(agent)
  local has_room = room_of(agent)
  return has_room and has_room(known.lanes[item_of(agent.draining).lane].class) and agent.draining
end

-- Find work for an agent whose state has changed: offers, and its places in the pools.
function settle(id, agent)
  if agent.draining then drain.end_vain(id, agent) end
  local classes = open_classes(agent)
  local item_id = #classes > 0 and best_item(id, agent, classes)
  if agent.wanted then item_id = earlier(item_id or nil, best_wanted(id, agent)) end
  if agent.draining then item_id = drained_item(agent) end
  if not item_id then
    drain.begin(id, agent)
    return file(id, agent, agent.draining and {} or classes)
  end
  local item = items[item_id]
  leave_lane(item_id, item)
  make_offer(item_id, item, id, agent)
  if may_ring(agent) then return settle(id, agent) end
  drain.begin(id, agent)
end

-- The end of every step.
function drain.settle_left()
  while #drain.left > 0 do
    local id = table.remove(drain.left, 1)
    settle(id, agent_of(id))
  end
end

-- It has waited too long: the next agent who could take it with less in hand drains for it.
function drain.mark_overdue(id)
  local item = item_of(id)
  item.drain_at, item.overdue = nil, true
  change_item(id)
  call('ZADD', prefix .. 'overdue', item.score, id)
end

-- An agent who ramps up may have something new again.
function end_pause(id)
  local agent = agent_of(id)
  agent.ramp_until = nil
  change_agent(id)
  settle(id, agent)
end

end
