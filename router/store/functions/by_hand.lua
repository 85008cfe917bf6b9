--[[ What people decide in place of the router. It may exceed units and maxima, and asks for no skills. ]]

local transfer_to_agent, assign, pick
do -- what follows is known in this file only

local function is_here(agent)
  return agent.reachability == 'connected' and agent.status ~= 'offline'
end

local function may_be_given(id, agent)
  local others = without(agent.offers, id) or {}
  return is_here(agent) and #others < known.settings.pacing
end

-- Offer an item to this very agent, out of all other hands; who gives it to themselves has it at once.
local function give(id, item, agent_id, by, reason)
  local rung, holder_id = rescind_all(id, item, reason), item.agent
  local agent, holder = agent_of(agent_id), holder_id and agent_of(holder_id)
  if item.state == 'waiting' then leave_lane(id, item) end
  if holder then
    release(id, item)
    holder.idle_since, item.agent = now, nil
  end
  make_offer(id, item, agent_id, agent, by, holder_id)
  if by == agent_id then take(id, item, agent_id, true) end
  settle_all(rung)
  settle(agent_id, agent)
  if holder then freed(holder_id, holder) end
end

--[[ transfer_to_agent: assigned or paused → offered to the target.
  ARGV item, agent, target      events offer.created …      twin core/model/by_hand.py:transfer_to_agent ]]
function transfer_to_agent(id, agent_id, target_id)
  local outcome, item = find_held(id, agent_id)
  if outcome ~= OUTCOME.OK then return outcome end
  if item.state == 'wrap_up' then return OUTCOME.WRONG_STATE end
  local target = agent_of(target_id)
  if not target then return OUTCOME.UNKNOWN_AGENT end
  if target_id == agent_id or not may_be_given(id, target) then return OUTCOME.AGENT_UNAVAILABLE end
  give(id, item, target_id, agent_id, 'moved')
  return OUTCOME.OK
end

-- The item and the agent it is to go to. Reply: outcome, item, agent.
local function find_both(id, agent_id)
  local item = item_of(id)
  if not item then return closed[id] and OUTCOME.ITEM_CLOSED or OUTCOME.UNKNOWN_ITEM end
  local agent = agent_of(agent_id)
  if not agent then return OUTCOME.UNKNOWN_AGENT end
  return OUTCOME.OK, item, agent
end

--[[ assign: any state but wrap_up → offered to the target.
  ARGV item, target, by      events offer.rescinded …, offer.created …      twin core/model/by_hand.py:assign ]]
function assign(id, target_id, by)
  local outcome, item, target = find_both(id, target_id)
  if outcome ~= OUTCOME.OK then return outcome end
  if item.agent == target_id or (item.direct and item.ringing[target_id]) then return OUTCOME.OK end
  if item.state == 'wrap_up' then return OUTCOME.WRONG_STATE end
  if not may_be_given(id, target) then return OUTCOME.AGENT_UNAVAILABLE end
  give(id, item, target_id, by, 'moved')
  return OUTCOME.OK
end

--[[ pick: waiting or offered → assigned.
  ARGV item, agent      events offer.rescinded …, offer.created, offer.accepted …      twin core/model/by_hand.py:pick ]]
function pick(id, agent_id)
  local outcome, item, agent = find_both(id, agent_id)
  if outcome ~= OUTCOME.OK or item.agent == agent_id then return outcome end
  if item.agent or (item.direct and not item.ringing[agent_id]) then return OUTCOME.NOT_YOURS end
  if not is_here(agent) then return OUTCOME.AGENT_UNAVAILABLE end
  give(id, item, agent_id, agent_id, 'taken')
  return OUTCOME.OK
end

end
