--[[ Preferred agents: an item that waits for one agent alone, for a while, and then for all who may take it.

  While it does, it stands in no lane but in the line "wanted:<agent>"; the agent's record counts those in `wanted`.
  twin core/model/preference.py ]]

local preference = {}

local function queued_event(id, item, reason, by, from_agent)
  local lane = known.lanes[item.lane]
  write_event('item.queued', {
    item = id, queue = lane.queue, lane = lane.id, channel = lane.channel, weight = lane.weight, score = item.score,
    enqueued_at = item.enqueued_at, reason = reason, by = by, from_agent = from_agent, plan = item.plan, step = item.step,
    preferred = item.preferred, preferred_until = item.preferred_until, regardless = item.regardless })
end

function preference.forget(item)
  item.preferred, item.preferred_until, item.regardless = nil, nil, nil
end

-- Whether the preferred agent may take the item yet; at once or not.
function preference.has_hope(item)
  local agent, lane = agent_of(item.preferred), known.lanes[item.lane]
  if not agent or agent.reachability == 'gone' or now >= item.preferred_until then return false end
  local profile = known.profiles[agent.profile]
  return (item.regardless or eligible(lane, profile)) and profile.channels[lane.channel] and lane.weight <= agent.limit
     and not (item.excluded and item.excluded[item.preferred])
end

-- An item that is to be placed waits for this agent first, if there is hope of them. agent_id '' : for nobody.
function preference.begin(item, agent_id, wait_ms, regardless)
  preference.forget(item)
  if agent_id == '' then return end
  item.preferred, item.preferred_until, item.regardless = agent_id, now + wait_ms, regardless == '1' or nil
  if not preference.has_hope(item) then preference.forget(item) end
end

-- If there is no hope of the preferred agent any more, the item is for all, at its old place.
function preference.give_up(id, item)
  if not item.preferred or preference.has_hope(item) then return end
  preference.forget(item)
  queued_event(id, item, 'preferred_over')
end

function preference.join(id, item)
  local agent = agent_of(item.preferred)
  call('ZADD', prefix .. 'wanted:' .. item.preferred, item.score, id)
  agent.wanted = (agent.wanted or 0) + 1
  change_agent(item.preferred)
  add_timer(item.preferred_until, 'prefer', id)
end

function preference.leave(id, item)
  local agent = agent_of(item.preferred)
  call('ZREM', prefix .. 'wanted:' .. item.preferred, id)
  agent.wanted = agent.wanted > 1 and agent.wanted - 1 or nil
  change_agent(item.preferred)
  remove_timer('prefer', id)
end
