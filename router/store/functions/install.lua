--[[ Installing definitions while work goes on. New lanes are empty and new profiles have no agents, so only this can move anybody:
  a lane of a class that agents were not in yet, and a status that allows other channels than before. ]]

local install
do -- what follows is known in this file only

local function staffed_profiles()
  local ids = call('SMEMBERS', prefix .. 'staffed')
  for i = 1, #ids do ids[i] = known.profiles[ids[i]] end
  return ids
end

local function signed_in(profile)
  return call('SMEMBERS', prefix .. 'staff:' .. profile.id)
end

-- How many classes each staffed profile serves.
local function class_counts()
  local counts = {}
  for _, profile in ipairs(staffed_profiles()) do counts[profile] = #classes_of(profile) end
  return counts
end

-- File the free agents of profiles that serve more classes than before. Nothing waits in those classes yet.
local function file_in_new_classes(counts)
  for profile, count in pairs(counts) do
    if #classes_of(profile) > count then
      for _, id in ipairs(signed_in(profile)) do
        file(id, agent_of(id), open_classes(agent_of(id)))
        save_records()
        forget_records()
      end
    end
  end
end

local function equal_sets(a, b)
  a, b = a or {}, b or {}
  for name in pairs(a) do if not b[name] then return false end end
  for name in pairs(b) do if not a[name] then return false end end
  return true
end

local function equal_tables(a, b)
  for name in pairs(a) do if not (b[name] and equal_sets(a[name], b[name])) then return false end end
  for name in pairs(b) do if not a[name] then return false end end
  return true
end

-- Statuses in which agents may take other work than before: all of them, when others may ring or be held beside one another.
local function changed_statuses(old, new)
  local changed = {}
  if old.pacing ~= new.pacing or not equal_tables(old.beside, new.beside) then
    for status in pairs(old.statuses) do changed[status] = true end
    for status in pairs(new.statuses) do changed[status] = true end
  end
  for status, channels in pairs(new.statuses) do
    changed[status] = changed[status] or not equal_sets(old.statuses[status], channels) or nil
  end
  for status in pairs(old.statuses) do changed[status] = changed[status] or not new.statuses[status] or nil end
  return changed
end

-- Agents whose status, or next one, now allows other channels: all leave the pools, then look for work in order of their ids;
-- offers on channels no longer allowed go back last.
local function settle_statuses(changed)
  local ids = {}
  for _, profile in ipairs(next(changed) and staffed_profiles() or {}) do
    for _, id in ipairs(signed_in(profile)) do
      local agent = agent_of(id)
      if changed[agent.status] or changed[agent.next_status or ''] then ids[#ids + 1] = id end
    end
  end
  table.sort(ids, text_precedes)
  for _, id in ipairs(ids) do withdraw(id, agents[id]) end
  for _, id in ipairs(ids) do settle(id, agents[id]) end
  for _, id in ipairs(ids) do
    local agent = agents[id]
    return_offers(id, agent, 'status', function(item) return item.direct or is_allowed(item, agent) end)
    settle(id, agent)
  end
end

--[[ install, install_rebuilt: add lanes and profiles, change settings. What is known already is skipped: repeats change nothing,
  and nodes that install at once need no agreement.
  ARGV epoch of the rebuild ('' : none), definitions (msgpack maps) …      events offer.created, offer.rescinded …
  twin core/model.py:configure ]]
function install(_, ...)
  local counts, settings = class_counts(), known.settings
  for i = 1, select('#', ...) do
    local packed = select(i, ...)
    local definition = cmsgpack.unpack(packed)
    if definition.id and #definition.id ~= LINE_LENGTH then return OUTCOME.BAD_REQUEST end
    if not is_known(definition) then
      if known.count >= DEFINITIONS then return OUTCOME.TOO_MANY end
      append_definition(packed)
    end
  end
  file_in_new_classes(counts)
  if settings ~= known.settings then attendance.touch_all() end
  if settings and settings ~= known.settings then settle_statuses(changed_statuses(settings, known.settings)) end
  return OUTCOME.OK
end

end
