--[[ Pauses: an item whose customer is to write again stays its agent's and holds less until then. ]]

local pause, resume
do -- what follows is known in this file only

--[[ pause: assigned → paused.
  ARGV item, agent      events item.paused, offer.created …      twin core/model/pauses.py:pause ]]
function pause(id, agent_id)
  local outcome, item = find_held(id, agent_id)
  if outcome ~= OUTCOME.OK or item.state == 'paused' then return outcome end
  if item.state == 'wrap_up' then return OUTCOME.WRONG_STATE end
  local agent, units = agent_of(agent_id), paused_units(known.lanes[item.lane])
  give_room_back(item, agent)
  take_units(agent, known.lanes[item.lane], units)
  agent.items, agent.paused = without(agent.items, id), with_last(agent.paused, id)
  item.state, item.paused_units = 'paused', units
  change_item(id)
  change_agent(agent_id)
  write_event('item.paused', { item = id, agent = agent_id, units = units, offer = id .. ':' .. item.taken })
  freed(agent_id, agent)
  return OUTCOME.OK
end

-- Whether the agent is there for the channel and the item's whole weight fits beside what they have.
local function fits(item, agent)
  local lane = known.lanes[item.lane]
  local held, at_most = agent.counts and agent.counts[lane.channel] or 0, known.profiles[agent.profile].channels[lane.channel]
  local used, limit = units_for(agent, lane.class)
  return agent.reachability == 'connected' and is_allowed(item, agent)
    and used - item.paused_units + lane.weight <= limit and held < (at_most or 0)
end

--[[ resume: paused → assigned; or waiting, when the customer wrote and the agent has no room now.
  ARGV item, agent ('' : the customer wrote; else by hand, over the limit if need be), how long in ms it waits for its agent
      alone when it does not fit there at once
  events item.resumed | item.queued, offer.created …      twin core/model/pauses.py:resume ]]
function resume(id, by, prefer_ms)
  prefer_ms = whole(prefer_ms, 0)
  if not prefer_ms then return OUTCOME.BAD_REQUEST end
  local item = item_of(id)
  if not item then return closed[id] and OUTCOME.ITEM_CLOSED or OUTCOME.UNKNOWN_ITEM end
  if by ~= '' and by ~= item.agent then return OUTCOME.NOT_YOURS end
  if item.state ~= 'paused' then return OUTCOME.OK end
  local agent_id, agent = item.agent, agent_of(item.agent)
  if by == '' and not fits(item, agent) then
    release(id, item)
    preference.begin(item, agent_id, prefer_ms)
    requeue(id, item, agent_id, 'resumed')
    freed(agent_id, agent)
    return OUTCOME.OK
  end
  to_hand(id, agent)
  give_room_back(item, agent)
  take_room(agent, known.lanes[item.lane], 1)
  item.state, item.paused_units = 'assigned', nil
  change_item(id)
  change_agent(agent_id)
  write_event('item.resumed', { item = id, agent = agent_id, offer = id .. ':' .. item.taken })
  settle(agent_id, agent)
  return OUTCOME.OK
end

end
