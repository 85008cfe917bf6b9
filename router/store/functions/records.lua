--[[ Records: an agent or a work item is one msgpack map (fields: core/records.py; what has its default is absent).

  Within a call each record is read once and written once, at the end; two parts of a transition see the same table.
  Beside the fields of core/records.py an agent has `filed`: names of the classes in whose pools it stands, and the
  `filed_idle`, `filed_used`, `filed_second` and `filed_offered` that made its places there; and `attends`
  (attendance.lua). ]]

local items, agents                     -- by id, as read in this call; false: there is none
local closed                            -- by id: whose a lately closed item was ('' : nobody's)
local changed_items, changed_agents     -- ids to write, in order of change, and as a set

local function forget_records()
  items, agents, closed, changed_items, changed_agents = {}, {}, {}, {}, {}
end

-- An item that was closed lately is "=<agent>" for a while; a packed map begins with another byte.
local function item_of(id)
  local item = items[id]
  if item == nil then
    local packed = call('GET', prefix .. 'item:' .. id)
    if packed and packed:byte(1) == 61 then
      closed[id] = packed:sub(2)
      packed = false
    end
    item = packed and cmsgpack.unpack(packed)
    items[id] = item
  end
  return item
end

local function agent_of(id)
  local agent = agents[id]
  if agent == nil then
    local packed = call('GET', prefix .. 'agent:' .. id)
    agent = packed and cmsgpack.unpack(packed)
    agents[id] = agent
  end
  return agent
end

local function note_change(changes, id)
  if not changes[id] then
    changes[id] = true
    changes[#changes + 1] = id
  end
end

local function change_item(id) note_change(changed_items, id) end
local function change_agent(id) note_change(changed_agents, id) end

-- Write what changed in this call, and `last_seq` if it is given, in one command: 500 keys of one at most.
local function save_records(last_seq)
  local pairs_to_set, count = {}, 0
  for i = 1, #changed_items do
    local id = changed_items[i]
    if items[id] then
      pairs_to_set[count + 1], pairs_to_set[count + 2] = prefix .. 'item:' .. id, cmsgpack.pack(items[id])
      count = count + 2
    end
  end
  for i = 1, #changed_agents do
    local id = changed_agents[i]
    pairs_to_set[count + 1], pairs_to_set[count + 2] = prefix .. 'agent:' .. id, cmsgpack.pack(agents[id])
    count = count + 2
  end
  if last_seq then
    pairs_to_set[count + 1], pairs_to_set[count + 2] = prefix .. 'seq', last_seq
    count = count + 2
  end
  for from = 1, count, 1000 do call('MSET', unpack(pairs_to_set, from, math.min(from + 999, count))) end
end

-- An empty Lua table is packed as a list: maps and lists that would be empty are left out instead.
local function filled(container)
  if container and next(container) ~= nil then return container end
end

local function with_entry(map, name, value)
  map = map or {}
  map[name] = value
  return filled(map)
end

local function entries(map)
  local count = 0
  for _ in pairs(map or {}) do count = count + 1 end
  return count
end

local function with_last(list, value)
  list = list or {}
  list[#list + 1] = value
  return list
end

local function without(list, value)
  if not list then return nil end
  local rest = {}
  for i = 1, #list do
    if list[i] ~= value then rest[#rest + 1] = list[i] end
  end
  return filled(rest)
end

local function end_ramp(id, agent)
  if agent.ramp_until then remove_timer('ramp', id) end
  agent.ramping, agent.ramp_until = nil, nil
end

-- Who set the status changes with it only. From one that allowed nothing the agent comes back.
local function take_status(id, agent, status, by)
  local old, statuses = agent.status, known.settings.statuses
  if old == status then return end
  agent.status, agent.status_by = status, by
  attendance.note(agent)
  if not next(statuses[status] or {}) then
    end_ramp(id, agent)
  elseif not next(statuses[old] or {}) then
    agent.ramping = known.settings.ramp_ms > 0 or nil
  end
end

-- Take units, or give them back, of the pool that items of the lane fill.
local function take_units(agent, lane, units)
  if lane.interruptible then
    local used = (agent.used_interruptible or 0) + units
    agent.used_interruptible = used > 0 and used or nil
  else
    agent.used = (agent.used or 0) + units
  end
end

-- Take (sign 1) or give back (sign -1) an agent's room for one item of the lane.
local function take_room(agent, lane, sign)
  take_units(agent, lane, sign * lane.weight)
  local count = (agent.counts and agent.counts[lane.channel] or 0) + sign
  agent.counts = with_entry(agent.counts, lane.channel, count > 0 and count or nil)
end

-- The agent who holds an item has the room it took again.
local function give_room_back(item, agent)
  if item.paused_units then
    take_units(agent, known.lanes[item.lane], -item.paused_units)
  else
    take_room(agent, known.lanes[item.lane], -1)
  end
end

-- The item ends here: forget it, but know for a while that it was, and whose.
local function erase_item(id, item)
  if item.excluded then
    for agent, till in pairs(item.excluded) do
      if till > 0 then remove_timer('exclusion', id, agent) end
    end
  end
  if item.has_brief then call('DEL', prefix .. 'brief:' .. id) end
  call('SET', prefix .. 'item:' .. id, '=' .. (item.agent or ''), 'PX', CLOSED_MS)
  items[id] = false
end

-- What the intake put beside the item has a key of its own, so that it is not packed anew with every change.
local function keep_brief(id, item, brief)
  if brief == '' then return end
  call('SET', prefix .. 'brief:' .. id, brief)
  item.has_brief = true
end
