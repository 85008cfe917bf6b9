--[[ Records: an agent or a work item is one msgpack map (fields: core/records.py; what has its default is absent).

  Within a call each record is read once and written once, at the end; two parts of a transition see the same table.
  Beside the fields of core/records.py an agent has `filed`: names of the classes in whose pools it stands, and the
  `filed_idle` and `filed_used` that made its place there. ]]

local items, agents                     -- by id, as read in this call; false: there is none
local changed_items, changed_agents     -- ids to write, in order of change, and as a set

local function forget_records()
  items, agents, changed_items, changed_agents = {}, {}, {}, {}
end

local function read_record(cache, kind, id)
  local record = cache[id]
  if record == nil then
    local packed = call('GET', prefix .. kind .. id)
    record = packed and cmsgpack.unpack(packed)
    cache[id] = record
  end
  return record
end

local function item_of(id) return read_record(items, 'item:', id) end
local function agent_of(id) return read_record(agents, 'agent:', id) end

local function note_change(changes, id)
  if not changes[id] then
    changes[id] = true
    changes[#changes + 1] = id
  end
end

local function change_item(id) note_change(changed_items, id) end
local function change_agent(id) note_change(changed_agents, id) end

local function save_records()
  for i = 1, #changed_items do
    local id = changed_items[i]
    if items[id] then call('SET', prefix .. 'item:' .. id, cmsgpack.pack(items[id])) end
  end
  for i = 1, #changed_agents do
    local id = changed_agents[i]
    call('SET', prefix .. 'agent:' .. id, cmsgpack.pack(agents[id]))
  end
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

local function without(list, value)
  local rest = {}
  for i = 1, #list do
    if list[i] ~= value then rest[#rest + 1] = list[i] end
  end
  return filled(rest)
end

-- Take (sign 1) or give back (sign -1) an agent's room for one item of the lane.
local function take_room(agent, lane, sign)
  agent.used = (agent.used or 0) + sign * lane.weight
  local count = (agent.counts and agent.counts[lane.channel] or 0) + sign
  agent.counts = with_entry(agent.counts, lane.channel, count > 0 and count or nil)
end

-- The item ends here: forget it, but know for a while that it was, and whose.
local function erase_item(id, item)
  if item.excluded then
    for agent, till in pairs(item.excluded) do
      if till > 0 then remove_timer('exclusion', id, agent) end
    end
  end
  call('DEL', prefix .. 'item:' .. id, prefix .. 'brief:' .. id)
  call('SET', prefix .. 'closed:' .. id, item.agent or '', 'PX', CLOSED_MS)
  items[id] = false
end

-- Whose a lately closed item was ('' : nobody's); nil: it was not closed lately.
local function closed_by(id)
  return call('GET', prefix .. 'closed:' .. id) or nil
end
