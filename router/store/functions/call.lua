--[[ The call in hand.

  Every function takes KEYS[1] = shard prefix "{shard}:" and ARGV[1] = now in ms ('' : the store's own clock), then its own
  arguments as its header says. A transition replies { outcome, now, fact, first seq, packed events … }.

  One function runs at a time, so these upvalues describe it. Order of work, as nothing rolls back: guards, then writes
  which cannot fail, then records, events and the counter, in `finish`. ]]

local call                              -- redis.call; does not exist while the library loads
local prefix, now
local seq                               -- number of the last event
local meta                              -- { state, epoch, stamp, stream_length }; empty: there is no shard
local written                           -- packed events of this call, in order

local BRIEF_BYTES = 4096
local CLOSED_MS = 300000                -- how long repeats of calls about a closed item are recognised
local LOOK_AGAIN_MS = 1000              -- at an item that rings for a customer who is not seen
local DEVICES = 16                      -- of one agent
local DEFINITIONS = 100000              -- of one shard and epoch
local FORMAT = 5                        -- of definitions and records; data of another one are rebuilt: count up with every change of theirs
local REFUSALS = 3                      -- of one item by one agent, then never again

local function store_time()
  local time = call('TIME')
  return tonumber(time[1]) * 1000 + math.floor(tonumber(time[2]) / 1000)
end

local metas = {}                        -- by prefix: the text last read, and what it says

local function read_meta()
  local found = call('MGET', prefix .. 'meta', prefix .. 'seq')
  seq = tonumber(found[2])
  local read = metas[prefix]
  if not read or read.text ~= found[1] then
    read = { text = found[1], says = found[1] and cmsgpack.unpack(found[1]) or {} }
    metas[prefix] = read
  end
  meta = read.says
end

local function change_meta(changes)
  local changed = {}
  for name, value in pairs(meta) do changed[name] = value end
  for name, value in pairs(changes) do changed[name] = value end
  meta = changed
  call('SET', prefix .. 'meta', cmsgpack.pack(changed))
end

local function is_id(text)
  return text ~= nil and #text >= 1 and #text <= 64 and not text:find('[^%w_.:-]')
end

-- A whole number of at least `least`, or nil.
local function whole(text, least)
  local number = tonumber(text)
  if number and number >= least and number < 2^53 and number % 1 == 0 then return number end
end

-- Byte order, as sorted sets have it; `<` would follow the server's locale.
local function text_precedes(a, b)
  for i = 1, math.min(#a, #b) do
    local x, y = a:byte(i), b:byte(i)
    if x ~= y then return x < y end
  end
  return #a < #b
end

local function precedes(score, member, other_score, other_member)
  if score ~= other_score then return score < other_score end
  return text_precedes(member, other_member)
end

local function write_event(kind, fields)
  fields.type, fields.at = kind, now
  written[#written + 1] = cmsgpack.pack(fields)
end

-- A packed map with the header of one that has a field more: 0x80 + n up to 15 fields, else 0xde and two bytes.
local function one_more(map)
  local first = map:byte(1)
  local count = (first == 0xde and map:byte(2) * 256 + map:byte(3) or first - 0x80) + 1
  local header = count < 16 and string.char(0x80 + count) or string.char(0xde, math.floor(count / 256), count % 256)
  return header .. map:sub(first == 0xde and 4 or 2)
end

-- cmsgpack knows no binary type, so the opaque brief is put behind the last written map as one more field by hand.
local function append_brief(brief)
  local size = #brief
  local header = size < 256 and string.char(0xc4, size) or string.char(0xc5, math.floor(size / 256), size % 256)
  written[#written] = one_more(written[#written]) .. '\165brief' .. header .. brief
end

local function add_timer(due, kind, id, device) -- member: "<kind> <id>[ <device>]"
  call('ZADD', prefix .. 'timers', due, kind .. ' ' .. id .. (device and ' ' .. device or ''))
end

local function remove_timer(kind, id, device)
  call('ZREM', prefix .. 'timers', kind .. ' ' .. id .. (device and ' ' .. device or ''))
end
