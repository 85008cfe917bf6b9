--[[ Offers: pending → accepted, declined, expired, rescinded. An offer's id is "<item>:<attempt>". ]]

-- The pending offer of an item ends: its agent has the room back; the item is in no line and no hands.
local function end_offer(item_id, item)
  local agent_id = item.agent
  local agent = agent_of(agent_id)
  take_room(agent, known.lanes[item.lane], -1)
  agent.offer = nil
  item.expires_at = math.min(item.expires_at, now)
  item.agent, item.direct = nil, nil
  remove_timer('offer', item_id)
  change_item(item_id)
  change_agent(agent_id)
  return agent_id, agent
end

local function offer_event(kind, item_id, item, agent_id, reason)
  write_event(kind, { offer = item_id .. ':' .. item.attempt, item = item_id, agent = agent_id, reason = reason })
end

local function exclude(item_id, item, agent_id, till)
  item.excluded = with_entry(item.excluded, agent_id, till)
  if till > 0 then
    add_timer(till, 'exclusion', item_id, agent_id)
  else
    remove_timer('exclusion', item_id, agent_id)
  end
end

-- The agent let the item go: not again before the cool-down ends, nor after the last of the refusals allowed.
local function note_refusal(item_id, item, agent_id)
  local count = (item.refusals and item.refusals[agent_id] or 0) + 1
  item.refusals = with_entry(item.refusals, agent_id, count)
  if item.excluded and item.excluded[agent_id] == 0 then return end
  exclude(item_id, item, agent_id, count >= REFUSALS and 0 or now + known.settings.cooldown_ms)
end

-- Take a ringing offer back without fault of the agent. The caller settles the agent.
local function rescind(agent, reason)
  local item_id = agent.offer
  local item = item_of(item_id)
  local agent_id = end_offer(item_id, item)
  offer_event('offer.rescinded', item_id, item, agent_id, reason)
  return item_id, item
end

-- A ringing offer moves on to somebody else; the agent is not settled yet.
local function return_offer(agent, reason)
  if agent.offer then place(rescind(agent, reason)) end
end

local function presence_event(id, agent, reason, by)
  write_event('agent.presence', {
    agent = id, reachability = agent.reachability, status = agent.status, reason = reason, by = by,
    next_status = agent.next_status })
end

--[[ The guards of accept and decline. Reply: outcome, item id, item, fact; the item only when the offer is this agent's and
  pending (ok), or accepted by this very agent before (ok, state not 'offered'). ]]
local function find_offer(offer, agent_id)
  local item_id, attempt = offer:match('^(.+):(%d+)$')
  attempt = tonumber(attempt)
  local item = item_id and item_of(item_id)
  if not item then
    if item_id and closed[item_id] then return OUTCOME.OFFER_EXPIRED end
    return OUTCOME.UNKNOWN_OFFER
  end
  if attempt < 1 or attempt > (item.attempt or 0) then return OUTCOME.UNKNOWN_OFFER end
  if attempt < item.attempt or item.state == 'waiting' then
    return OUTCOME.OFFER_EXPIRED, nil, nil, math.max(0, now - item.expires_at)
  end
  if item.agent ~= agent_id then return OUTCOME.NOT_YOURS end
  if item.state == 'offered' and now >= item.expires_at then
    return OUTCOME.OFFER_EXPIRED, nil, nil, now - item.expires_at
  end
  return OUTCOME.OK, item_id, item
end

--[[ accept: offered → assigned, once.
  ARGV offer, agent       fact ms since the offer ended      events offer.accepted | –, offer.created
  twin core/model.py:accept ]]
local function accept(offer, agent_id)
  local outcome, item_id, item, late_ms = find_offer(offer, agent_id)
  if outcome ~= OUTCOME.OK or item.state ~= 'offered' then return outcome, late_ms end
  local agent = agent_of(agent_id)
  item.state, item.direct = 'assigned', nil
  agent.offer = nil
  agent.items = agent.items or {}
  agent.items[#agent.items + 1] = item_id
  remove_timer('offer', item_id)
  change_item(item_id)
  change_agent(agent_id)
  offer_event('offer.accepted', item_id, item, agent_id)
  settle(agent_id, agent)
  return OUTCOME.OK
end

--[[ decline: offered → offered to another, or waiting at its old place.
  ARGV offer, agent, reason      fact ms since the offer ended      events offer.declined, offer.created …
  twin core/model.py:decline ]]
local function decline(offer, agent_id, reason)
  local outcome, item_id, item, late_ms = find_offer(offer, agent_id)
  if outcome ~= OUTCOME.OK then return outcome, late_ms end
  if item.state ~= 'offered' then return OUTCOME.WRONG_STATE end
  local _, agent = end_offer(item_id, item)
  offer_event('offer.declined', item_id, item, agent_id, reason)
  note_refusal(item_id, item, agent_id)
  place(item_id, item)
  settle(agent_id, agent)
  return OUTCOME.OK
end

-- The ring time is over: as declined, and the agent gets the status for missed offers.
local function expire_offer(item_id)
  local item = item_of(item_id)
  local agent_id, agent = end_offer(item_id, item)
  offer_event('offer.expired', item_id, item, agent_id)
  local missed = known.settings.missed_status
  if agent.status ~= missed then
    take_status(agent, missed)
    presence_event(agent_id, agent, 'missed_offer')
  end
  note_refusal(item_id, item, agent_id)
  place(item_id, item)
  settle(agent_id, agent)
end

-- A cool-down is over. Only this agent may take the item now who could not before; if free, they get it.
local function end_exclusion(item_id, agent_id)
  local item = item_of(item_id)
  item.excluded = with_entry(item.excluded, agent_id, nil)
  change_item(item_id)
  if item.state == 'waiting' and agent_of(agent_id).filed then
    leave_lane(item_id, item)
    place(item_id, item)
  end
end
