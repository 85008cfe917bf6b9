--[[ Offers: pending → accepted, declined, expired, rescinded. An offer's id is "<item>:<attempt>". ]]

-- An offer rings no more; its item may still ring elsewhere. Reply: the agent's record, the attempt.
local function silence(item_id, item, agent_id, over_at)
  local agent, attempt = agent_of(agent_id), item.ringing[agent_id][1]
  agent.offers = without(agent.offers, item_id)
  item.ringing = with_entry(item.ringing, agent_id, nil)
  item.direct = nil
  item.over_at = math.max(item.over_at or 0, over_at)
  remove_timer('offer', item_id, agent_id)
  change_item(item_id)
  change_agent(agent_id)
  return agent, attempt
end

-- A pending offer ends without being accepted: its agent has the room back. The caller settles the agent.
local function end_offer(item_id, item, agent_id, kind, reason)
  local agent, attempt = silence(item_id, item, agent_id, math.min(item.ringing[agent_id][2], now))
  take_room(agent, known.lanes[item.lane], -1)
  local ringing = entries(item.ringing)
  write_event(kind, { offer = item_id .. ':' .. attempt, item = item_id, agent = agent_id, reason = reason,
                      ringing = ringing > 0 and ringing or nil })
  return agent
end

-- Take a ringing offer back without fault of the agent. The caller settles the agent.
local function rescind(item_id, item, agent_id, reason)
  return end_offer(item_id, item, agent_id, 'offer.rescinded', reason)
end

-- Take the ringing offers of an item back, oldest first; from whom. The caller settles them.
local function rescind_all(item_id, item, reason, but)
  local agent_ids, ringing = {}, item.ringing or {}
  for agent_id in pairs(ringing) do
    if agent_id ~= but then agent_ids[#agent_ids + 1] = agent_id end
  end
  if #agent_ids > 1 then table.sort(agent_ids, function(a, b) return ringing[a][1] < ringing[b][1] end) end
  for i = 1, #agent_ids do rescind(item_id, item, agent_ids[i], reason) end
  return agent_ids
end

local function settle_all(agent_ids)
  for i = 1, #agent_ids do settle(agent_ids[i], agent_of(agent_ids[i])) end
end

-- Ringing offers of an agent move on, oldest first, but those it keeps. The agent is in no pool, or in the right ones; the
-- caller settles it.
local function return_offers(agent_id, agent, reason, keeps)
  local ringing = agent.offers or {}
  for i = 1, #ringing do
    local item = item_of(ringing[i])
    if not (keeps and keeps(item)) then
      rescind(ringing[i], item, agent_id, reason)
      place(ringing[i], item)
    end
  end
end

local function is_allowed(item, agent)
  local allowed = known.settings.statuses[agent.status]
  return allowed and allowed[known.lanes[item.lane].channel]
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
  local refusals = 0
  for _, its_count in pairs(item.refusals) do refusals = refusals + its_count end
  if refusals == known.settings.alert_after then write_event('item.alert', { item = item_id, refusals = refusals }) end
  if item.excluded and item.excluded[agent_id] == 0 then return end
  exclude(item_id, item, agent_id, count >= REFUSALS and 0 or now + known.settings.cooldown_ms)
end

-- The agent whose offer by this attempt rings.
local function rung_by(item, attempt)
  for agent_id, offer in pairs(item.ringing or {}) do
    if offer[1] == attempt then return agent_id end
  end
end

local function presence_event(id, agent, reason, by)
  write_event('agent.presence', {
    agent = id, reachability = agent.reachability, status = agent.status, reason = reason, by = by,
    next_status = agent.next_status })
end

--[[ The guards of accept and decline. Reply: outcome, item id, item, fact; the item only when the offer is this agent's and
  pending (ok), or accepted by this very agent before (ok, ringing nowhere). ]]
local function find_offer(offer, agent_id)
  local item_id, attempt = offer:match('^(.+):(%d+)$')
  attempt = tonumber(attempt)
  local item = item_id and item_of(item_id)
  if not item then
    if item_id and closed[item_id] then return OUTCOME.OFFER_EXPIRED end
    return OUTCOME.UNKNOWN_OFFER
  end
  if attempt < 1 or attempt > (item.attempt or 0) then return OUTCOME.UNKNOWN_OFFER end
  local owner = item.taken == attempt and item.agent or rung_by(item, attempt)
  if not owner then return OUTCOME.OFFER_EXPIRED, nil, nil, math.max(0, now - item.over_at) end
  if owner ~= agent_id then return OUTCOME.NOT_YOURS end
  local ringing = item.ringing and item.ringing[agent_id]
  if ringing and now >= ringing[2] then return OUTCOME.OFFER_EXPIRED, nil, nil, now - ringing[2] end
  return OUTCOME.OK, item_id, item
end

-- The one offer that still rings is accepted. The caller settles the agent.
local function take(item_id, item, agent_id, picked)
  local agent, attempt = silence(item_id, item, agent_id, now)
  item.state, item.agent, item.taken = 'assigned', agent_id, attempt
  agent.items = with_last(agent.items, item_id)
  write_event('offer.accepted', { offer = item_id .. ':' .. attempt, item = item_id, agent = agent_id, picked = picked })
  return agent
end

--[[ accept: offered → assigned, once; where else it rings the offers are taken back.
  ARGV offer, agent       fact ms since the offer ended      events offer.rescinded …, offer.accepted | –, offer.created …
  twin core/model.py:accept ]]
local function accept(offer, agent_id)
  local outcome, item_id, item, late_ms = find_offer(offer, agent_id)
  if outcome ~= OUTCOME.OK or not item.ringing then return outcome, late_ms end
  local losers = rescind_all(item_id, item, 'taken', agent_id)
  local agent = take(item_id, item, agent_id)
  settle(agent_id, agent)
  settle_all(losers)
  return OUTCOME.OK
end

--[[ decline: offered → offered to others, or waiting at its old place.
  ARGV offer, agent, reason      fact ms since the offer ended      events offer.declined, offer.created …
  twin core/model.py:decline ]]
local function decline(offer, agent_id, reason)
  local outcome, item_id, item, late_ms = find_offer(offer, agent_id)
  if outcome ~= OUTCOME.OK then return outcome, late_ms end
  if not item.ringing then return OUTCOME.WRONG_STATE end
  local agent = end_offer(item_id, item, agent_id, 'offer.declined', reason)
  note_refusal(item_id, item, agent_id)
  place(item_id, item)
  settle(agent_id, agent)
  return OUTCOME.OK
end

-- The ring time is over: as declined, and the agent gets the status for missed offers.
local function expire_offer(item_id, agent_id)
  local item = item_of(item_id)
  local agent = end_offer(item_id, item, agent_id, 'offer.expired')
  withdraw(agent_id, agent)
  local missed = known.settings.missed_status
  if agent.status ~= missed then
    take_status(agent_id, agent, missed)
    presence_event(agent_id, agent, 'missed_offer')
  end
  note_refusal(item_id, item, agent_id)
  place(item_id, item)
  return_offers(agent_id, agent, 'status', function(other) return is_allowed(other, agent) end)
  settle(agent_id, agent)
end

-- A cool-down is over: only this agent may take the item now who could not before.
local function end_exclusion(item_id, agent_id)
  local item = item_of(item_id)
  item.excluded = with_entry(item.excluded, agent_id, nil)
  change_item(item_id)
  if item.state == 'waiting' then
    leave_lane(item_id, item)
    place(item_id, item)
  end
end
