--[[ Agents: what they bring, whether they are reachable (connected, grace, gone), what status they chose. ]]

local function new_agent(profile_id)
  return { profile = profile_id, reachability = 'gone', status = 'offline', idle_since = 0, used = 0 }
end

local function set_profile(id, agent, profile_id)
  if agent.profile == profile_id then return end
  withdraw(id, agent)
  local old = agent.profile
  agent.profile = profile_id
  if agent.reachability ~= 'gone' then
    staff(id, profile_id)
    unstaff(id, old)
  end
end

--[[ put_agent: a new agent, or new skills, queues and limits of a known one.
  ARGV agent, profile, limit
  events agent.profile, offer.rescinded …, offer.created                     twin core/model.py:put_agent ]]
local function put_agent(id, profile_id, limit)
  limit = whole(limit, 1)
  if not (is_id(id) and limit) then return OUTCOME.BAD_REQUEST end
  if not known.profiles[profile_id] then return OUTCOME.UNKNOWN_PROFILE end
  local agent = agent_of(id)
  if not agent then
    agent = new_agent(profile_id)
    agents[id] = agent
    call('ZADD', prefix .. 'agents', 0, id)
  elseif agent.profile == profile_id and agent.limit == limit then
    return OUTCOME.OK
  end
  withdraw(id, agent)                   -- its place in a pool may hang on the limit
  set_profile(id, agent, profile_id)
  agent.limit = limit
  change_agent(id)
  write_event('agent.profile', { agent = id, profile = profile_id, limit = limit })
  local profile = known.profiles[profile_id]
  return_offers(id, agent, 'profile', function(item)
    return item.direct or item.regardless or eligible(known.lanes[item.lane], profile)
  end)
  revise_wanted(id, agent)
  settle(id, agent)
  return OUTCOME.OK
end

--[[ lease: one device of an agent is open until now + ttl. The first of a gone agent signs in; one in grace is back.
  ARGV agent, device, node, ttl in ms, sign-in status ('' : the settings')
  events agent.presence, offer.created | –                                   twin core/model.py:lease ]]
local function lease(id, device, node, ttl, status)
  ttl = whole(ttl, 1)
  if not (is_id(device) and is_id(node) and ttl) then return OUTCOME.BAD_REQUEST end
  local agent = agent_of(id)
  if not agent then return OUTCOME.UNKNOWN_AGENT end
  if status == '' then status = known.settings.sign_in_status end
  if not known.settings.statuses[status] then return OUTCOME.UNKNOWN_STATUS end
  local devices = agent.devices or {}
  if not devices[device] then
    if entries(devices) >= DEVICES then return OUTCOME.TOO_MANY end
  end
  add_timer(now + ttl, 'lease', id, device)
  if devices[device] ~= node then
    agent.devices = with_entry(devices, device, node)
    change_agent(id)
  end
  if agent.reachability == 'connected' then return OUTCOME.OK end
  local was_gone = agent.reachability == 'gone'
  agent.reachability = 'connected'
  if was_gone then
    take_status(id, agent, status)
    if agent.idle_since == 0 then agent.idle_since = now end
    staff(id, agent.profile)
  else
    remove_timer('grace', id)
  end
  presence_event(id, agent, was_gone and 'sign_in' or 'reconnected')
  freed(id, agent)
  return OUTCOME.OK
end

-- After the last device the grace begins: nothing new, the ringing offer moves on, what is held stays.
local function drop_device(id, agent, device)
  agent.devices = with_entry(agent.devices, device, nil)
  change_agent(id)
  if agent.devices or agent.reachability ~= 'connected' then return end
  agent.reachability = 'grace'
  add_timer(now + known.settings.grace_ms, 'grace', id)
  presence_event(id, agent, 'disconnected')
  withdraw(id, agent)
  return_offers(id, agent, 'disconnected')
  settle(id, agent)
end

--[[ unlease: a device is closed, as the node says that had it; not if another has it now.
  ARGV agent, device, node (none or '' : whichever)
  events – | agent.presence, offer.rescinded, offer.created                  twin core/model.py:unlease ]]
local function unlease(id, device, node)
  local agent = agent_of(id)
  if not agent then return OUTCOME.UNKNOWN_AGENT end
  local had = agent.devices and agent.devices[device]
  if not had or (node and node ~= '' and node ~= had) then return OUTCOME.OK end
  remove_timer('lease', id, device)
  drop_device(id, agent, device)
  return OUTCOME.OK
end

-- The agent will not be back: wrap-ups end, assigned items return to their queues in order, ahead of their age.
local function leave(id, agent, reason)
  take_status(id, agent, 'offline')
  agent.reachability, agent.next_status = 'gone', nil
  change_agent(id)
  presence_event(id, agent, reason)
  withdraw(id, agent)
  return_offers(id, agent, 'disconnected')
  settle(id, agent)
  unstaff(id, agent.profile)
  revise_wanted(id, agent)
  local assigned = {}
  for _, item_id in ipairs(agent.items or {}) do
    local item = item_of(item_id)
    if item.state == 'wrap_up' then
      close_held(item_id, item, 'completed')
    else
      assigned[#assigned + 1] = item_id
    end
  end
  table.sort(assigned, function(a, b) return precedes(items[a].score, a, items[b].score, b) end)
  for _, item_id in ipairs(assigned) do
    local item = items[item_id]
    release(item_id, item)
    item.score = item.score - known.settings.gone_boost_ms
    requeue(item_id, item, id, 'agent_gone')
  end
end

--[[ sign_out: all devices end at once, without grace.
  ARGV agent      events agent.presence, offer.rescinded, item.queued …      twin core/model.py:sign_out ]]
local function sign_out(id)
  local agent = agent_of(id)
  if not agent then return OUTCOME.UNKNOWN_AGENT end
  if agent.reachability == 'gone' then return OUTCOME.OK end
  for device in pairs(agent.devices or {}) do remove_timer('lease', id, device) end
  remove_timer('grace', id)
  agent.devices = nil
  leave(id, agent, 'signed_out')
  return OUTCOME.OK
end

--[[ set_status: the agent's wish, or a supervisor's.
  ARGV agent, status, reason (chosen, supervisor), by ('' : the agent)
  events agent.presence, offer.rescinded | offer.created                     twin core/model.py:set_status ]]
local function set_status(id, status, reason, by)
  local agent = agent_of(id)
  if not agent then return OUTCOME.UNKNOWN_AGENT end
  if not known.settings.statuses[status] then return OUTCOME.UNKNOWN_STATUS end
  if agent.reachability == 'gone' then return OUTCOME.AGENT_GONE end
  if agent.status == status and not agent.next_status then return OUTCOME.OK end
  by = by ~= '' and by or nil
  take_status(id, agent, status, by)
  agent.next_status = nil
  change_agent(id)
  presence_event(id, agent, reason, by)
  withdraw(id, agent)
  return_offers(id, agent, 'status', function(item) return is_allowed(item, agent) end)
  settle(id, agent)
  return OUTCOME.OK
end

--[[ set_next_status: what the agent takes when the last item in hand ends; at once when there is none.
  ARGV agent, status ('' : none any more)
  events agent.presence, offer.created | offer.rescinded                     twin core/model.py:set_next_status ]]
local function set_next_status(id, status)
  local agent = agent_of(id)
  if not agent then return OUTCOME.UNKNOWN_AGENT end
  if status ~= '' and not known.settings.statuses[status] then return OUTCOME.UNKNOWN_STATUS end
  if agent.reachability == 'gone' then return OUTCOME.AGENT_GONE end
  if status ~= '' and not agent.items then return set_status(id, status, 'chosen', '') end
  if (agent.next_status or '') == status then return OUTCOME.OK end
  agent.next_status = status ~= '' and status or nil
  change_agent(id)
  presence_event(id, agent, 'planned')
  settle(id, agent)
  return OUTCOME.OK
end
