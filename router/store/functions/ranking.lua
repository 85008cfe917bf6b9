--[[ Choice by what lane and profile say: an explicit order over attributes, the smallest surplus of skills. Both are static, so
  eligible profiles are kept in their order for each lane; agents of equal profiles are in the order of their pools.

  The best free agent is looked for in the first pools of that order; when these are empty or the non-empty pools are few,
  among all non-empty pools. ]]

local best_ranked
do -- what follows is known in this file only

local LOOKS = 64                        -- pools looked into in order
local KEPT = 1000000                    -- places of profiles kept, over all lanes of a shard

local function meets(skills, needs)
  for i = 1, #needs, 2 do
    if (skills[needs[i]] or 0) < needs[i + 1] then return false end
  end
  return true
end

-- Skills beyond those asked, and levels beyond what is asked of these.
local function surplus(needs, skills)
  local asked, beyond, levels = {}, 0, 0
  for i = 1, #needs, 2 do
    asked[needs[i]] = true
    levels = levels + (skills[needs[i]] or 0) - needs[i + 1]
  end
  for skill in pairs(skills) do
    if not asked[skill] then beyond = beyond + 1 end
  end
  return beyond, levels
end

-- Numbers, smallest first, that order profiles for the lane; missing ones are last both ways.      twin core/compiler.py:fit
local function fit(lane, profile)
  local key = {}
  for i = 1, #lane.order do
    local number = profile.attributes[lane.order[i][1]]
    local is_whole = type(number) == 'number' and number % 1 == 0
    key[i] = not is_whole and math.huge or lane.order[i][2] == 'desc' and -number or number
  end
  if lane.model ~= 'best_fit' then return key end
  local at = #key + 1
  for i = 1, #lane.needs do
    if meets(profile.skills, lane.needs[i]) then
      local beyond, levels = surplus(lane.needs[i], profile.skills)
      if not key[at] or beyond < key[at] or (beyond == key[at] and levels < key[at + 1]) then
        key[at], key[at + 1] = beyond, levels
      end
    end
  end
  return key
end

-- Below 0, 0 or above: whether key a is before b.
local function compare_keys(a, b)
  for i = 1, #a do
    if a[i] ~= b[i] then return a[i] < b[i] and -1 or 1 end
  end
  return 0
end

local function forget_ranks()
  for i = 1, #known.lane_list do known.lane_list[i].ranks = nil end
  known.kept = 0
end

-- The lane's eligible profiles: { keys by id, list of ids in order }. Each profile is looked at once.
local function ranks_of(lane)
  if (known.kept or 0) > KEPT then forget_ranks() end
  lane.ranks = lane.ranks or { seen = 0, keys = {}, list = {} }
  local ranks, profiles = lane.ranks, known.profile_list
  for i = ranks.seen + 1, #profiles do
    local profile = profiles[i]
    if eligible(lane, profile) then
      local key = fit(lane, profile)
      local low, high = 1, #ranks.list + 1
      while low < high do
        local middle = math.floor((low + high) / 2)
        if compare_keys(ranks.keys[ranks.list[middle]], key) <= 0 then low = middle + 1 else high = middle end
      end
      table.insert(ranks.list, low, profile.id)
      ranks.keys[profile.id] = key
      known.kept = (known.kept or 0) + 1
    end
  end
  ranks.seen = #profiles
  return ranks
end

-- The ids from a place in the list on that have equal keys.
local function tier_at(ranks, from)
  local tier = {}
  for i = from, #ranks.list do
    if compare_keys(ranks.keys[ranks.list[from]], ranks.keys[ranks.list[i]]) ~= 0 then break end
    tier[#tier + 1] = ranks.list[i]
  end
  return tier
end

local function best_of_all(lane, ranks, key_prefix, refuses)
  local heads = call('ZRANGE', lane.class.free, 0, -1, 'WITHSCORES')
  local key, score, member
  for i = 1, #heads, 2 do
    local line = heads[i]:sub(-LINE_LENGTH)
    local its_key = ranks.keys[line]
    local order = its_key and (key and compare_keys(its_key, key) or -1)
    if order and order <= 0 then
      local its_member, its_score = heads[i]:sub(1, -LINE_LENGTH - 2), tonumber(heads[i + 1])
      if refuses(its_member) then its_member, its_score = behind_head(key_prefix .. line, refuses) end
      if its_member and (order < 0 or precedes(its_score, its_member, score, member)) then
        key, score, member = its_key, its_score, its_member
      end
    end
  end
  return member
end

-- The best member of the lane's pools that is not refused, by rank of its profile, then by its place.
function best_ranked(lane, key_prefix, refuses)
  local ranks, from, looks = ranks_of(lane), 1, 0
  while from <= #ranks.list and call('ZCARD', lane.class.free) > LOOKS do
    local tier = tier_at(ranks, from)
    from, looks = from + #tier, looks + #tier
    if looks > LOOKS then break end
    local member = best_of(tier, key_prefix, refuses)
    if member then return member end
  end
  return best_of_all(lane, ranks, key_prefix, refuses)
end

end
