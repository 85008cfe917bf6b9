--[[ Lanes, plans, profiles and settings, as the policy compiler made them.

  The keyspace has them as one append-only list: stamp (40 hex digits) .. msgpack map. A stamp is the hash of the stamp
  before it and its own entry, so it names the whole history up to there; `meta` has the last one. The Lua state keeps what it
  has read: it is used only while its stamp is the one in `meta`. After a failover, a restart or a wipe the stamp differs and
  what is missing, or everything, is read again. ]]

local FEW = 256                         -- lines looked into one by one where a walk over all is longer

local caches = {}                       -- by prefix
local known                             -- the cache of this call's shard

local function set_of(list)
  local set = {}
  for i = 1, #list do set[list[i]] = true end
  return set
end

-- { { skill, level } … } as { skill, level, … }
local function flat(needs)
  local all = {}
  for i = 1, #needs do all[2 * i - 1], all[2 * i] = needs[i][1], needs[i][2] end
  return all
end

local function each_flat(alternatives)
  for i = 1, #alternatives do alternatives[i] = flat(alternatives[i]) end
  return alternatives
end

local learn = {}

function learn.lane(definition)
  local lane = definition.lane
  lane.id = definition.id
  local name = definition.class
  local class = known.classes[name]
  if not class then
    class = { name = name, channel = lane.channel, weight = lane.weight, order = definition.pool_order,
              interruptible = lane.interruptible, lanes = {},
              beside = lane.beside[1] ~= 'true' and lane.beside or nil,
              waiting = prefix .. 'waiting:' .. name, free = prefix .. 'free:' .. name }
    known.classes[name] = class
  end
  lane.class, lane.few_profiles = class, { seen = 0 }
  class.lanes[#class.lanes + 1] = lane
  lane.needs = each_flat(lane.needs)
  lane.where = lane.where[1] ~= 'true' and lane.where or nil
  if not known.queues[lane.queue] then
    known.queues[lane.queue] = true
    known.queue_list[#known.queue_list + 1] = lane.queue
  end
  known.lanes[lane.id] = lane
  known.lane_list[#known.lane_list + 1] = lane
end

function learn.plan(definition) known.plans[definition.id] = definition.plan end

function learn.profile(definition)
  local profile = definition.profile
  profile.id = definition.id
  profile.queues, profile.backup = set_of(profile.queues), set_of(profile.backup)
  profile.classes, profile.lanes_seen, profile.few_lanes = {}, 0, {}
  known.profiles[profile.id] = profile
  known.profile_list[#known.profile_list + 1] = profile
end

function learn.settings(definition)
  local settings = definition.settings
  for status, channels in pairs(settings.statuses) do settings.statuses[status] = set_of(channels) end
  for channel, others in pairs(settings.beside) do settings.beside[channel] = set_of(others) end
  settings.drains, settings.deserts = false, false
  for _, queue in pairs(settings.queues) do
    settings.drains = settings.drains or queue.drain_after_ms > 0
    settings.deserts = settings.deserts or next(queue.deserted_after_ms) ~= nil
  end
  known.settings = settings
end

local function learn_entries(from)
  local entries = call('LRANGE', prefix .. 'definitions', from, -1)
  for i = 1, #entries do
    local definition = cmsgpack.unpack(entries[i]:sub(41))
    learn[definition.kind](definition)
    known.stamp = entries[i]:sub(1, 40)
  end
  known.count = known.count + #entries
end

local function read_definitions(stamp)
  known = caches[prefix]
  if known and known.stamp == stamp then return end
  local last = known and known.count > 0 and call('LINDEX', prefix .. 'definitions', known.count - 1)
  if not (last and last:sub(1, 40) == known.stamp) then
    known = { count = 0, stamp = '', lanes = {}, lane_list = {}, plans = {}, profiles = {}, profile_list = {}, classes = {},
              queues = {}, queue_list = {}, witnesses = {} }
    caches[prefix] = known
  end
  learn_entries(known.count)
end

-- twin core/compiler.py:eligible
local function eligible(lane, profile)
  if not (profile.queues[lane.queue] or (lane.backup and profile.backup[lane.queue])) then return false end
  if not profile.channels[lane.channel] then return false end
  local sets, skills = lane.needs, profile.skills
  for i = 1, #sets do                   -- without a call: a walk asks this of every line it passes
    local needs, meets_all = sets[i], true
    for j = 1, #needs, 2 do
      if (skills[needs[j]] or 0) < needs[j + 1] then
        meets_all = false
        break
      end
    end
    if meets_all then return not lane.where or holds(lane.where, profile.attributes, {}, {}) end
  end
  return false
end

-- The classes in which the profile may serve any lane; lanes are only ever added, so each is looked at once.
local function classes_of(profile)
  local classes, lanes = profile.classes, known.lane_list
  for i = profile.lanes_seen + 1, #lanes do
    local class = lanes[i].class
    if not classes[class] and eligible(lanes[i], profile) then
      classes[class] = true
      classes[#classes + 1] = class
    end
  end
  profile.lanes_seen = #lanes
  return classes
end

-- Ids of those in a growing list of definitions that fit, if they are at most FEW; nil: more. Each is looked at once.
local function few_of(found, list, fits)
  for i = found.seen + 1, #list do
    if #found > FEW then return nil end
    if fits(list[i]) then found[#found + 1] = list[i].id end
    found.seen = i
  end
  return #found <= FEW and found or nil
end

local function few_lanes(profile, class)
  profile.few_lanes[class] = profile.few_lanes[class] or { seen = 0 }
  return few_of(profile.few_lanes[class], class.lanes, function(lane) return eligible(lane, profile) end)
end

local function few_profiles(lane)
  return few_of(lane.few_profiles, known.profile_list, function(profile) return eligible(lane, profile) end)
end

local function is_known(definition)
  return (definition.kind == 'lane' and known.lanes[definition.id])
      or (definition.kind == 'plan' and known.plans[definition.id])
      or (definition.kind == 'profile' and known.profiles[definition.id])
end

local function append_definition(packed)
  local stamp = redis.sha1hex(known.stamp .. packed)
  call('RPUSH', prefix .. 'definitions', stamp .. packed)
  change_meta{ stamp = stamp }
  learn_entries(known.count)
end

local function ring_ms(lane)
  local queue = known.settings.queues[lane.queue]
  return queue and queue.ring_ms[lane.channel] or known.settings.ring_ms
end

local function ring_agents(lane)
  local queue = known.settings.queues[lane.queue]
  return queue and queue.ring_agents or 1
end

-- true, or nil: absent from events.
local function auto_accept(lane)
  local queue = known.settings.queues[lane.queue]
  return queue and queue.auto_accept or nil
end

local function paused_units(lane)
  local queue = known.settings.queues[lane.queue]
  return math.min(lane.weight, queue and queue.paused_units[lane.channel] or 0)
end

local function wrap_up_ms(lane)
  local queue = known.settings.queues[lane.queue]
  return queue and queue.wrap_up_ms or known.settings.wrap_up_ms
end
