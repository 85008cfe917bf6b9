--[[ Reading: no writes. Records are answered as they are packed, each behind its id. ]]

local reading = {}
do -- what follows is known in this file only

local function append_records(reply, kind, ids)
  for from = 1, #ids, 500 do
    local keys = {}
    for i = from, math.min(from + 499, #ids) do keys[#keys + 1] = prefix .. kind .. ids[i] end
    local packed = call('MGET', unpack(keys))
    for i = 1, #packed do
      if packed[i] then
        reply[#reply + 1] = ids[from + i - 1]
        reply[#reply + 1] = packed[i]
      end
    end
  end
  return reply
end

--[[ item, agent: one record.      ARGV id      reply { packed | nil } ]]
function reading.item(id) return { item_of(id) and call('GET', prefix .. 'item:' .. id) } end
function reading.agent(id) return { call('GET', prefix .. 'agent:' .. id) } end

--[[ seq: of the last event.      reply { seq } ]]
function reading.seq() return { seq } end

--[[ positions: of items in their queues.      ARGV items …
  reply { { item, queue, state, rank from 0 | -1, length of the queue, enqueued_at, channel, last overflow | '' } … },
  open items only ]]
function reading.positions(...)
  local reply = {}
  for i = 1, select('#', ...) do
    local id = select(i, ...)
    local item = item_of(id)
    if item then
      local lane = known.lanes[item.lane]
      local queue = lane.queue
      local rank = call('ZRANK', prefix .. 'queue:' .. queue, id) or -1
      reply[#reply + 1] = { id, queue, item.state, rank, call('ZCARD', prefix .. 'queue:' .. queue), item.enqueued_at,
                            lane.channel, item.overflow or '' }
    end
  end
  return reply
end

--[[ agents: a page in id order.      ARGV after ('' : from the start), limit      reply { seq, { id, packed … } } ]]
function reading.agents(after, limit)
  local from = after == '' and '-' or '(' .. after
  local ids = call('ZRANGE', prefix .. 'agents', from, '+', 'BYLEX', 'LIMIT', 0, limit)
  return { seq, append_records({}, 'agent:', ids) }
end

--[[ waiting: a page of a queue in order.      ARGV queue, offset, limit      reply { seq, { id, packed … } } ]]
function reading.waiting(queue, offset, limit)
  local ids = call('ZRANGE', prefix .. 'queue:' .. queue, offset, offset + limit - 1)
  return { seq, append_records({}, 'item:', ids) }
end

local function ids_in_hands(agent_ids)
  local ids, rings = {}, {}
  for i = 1, #agent_ids do
    local agent = agent_of(agent_ids[i])
    for _, id in ipairs(agent.items or {}) do ids[#ids + 1] = id end
    for _, id in ipairs(agent.paused or {}) do ids[#ids + 1] = id end
    for _, id in ipairs(agent.offers or {}) do
      if not rings[id] then ids[#ids + 1] = id end
      rings[id] = true
    end
  end
  return ids
end

--[[ snapshot: everything at one moment, at most `limit` agents and waiting items.      ARGV limit
  reply { seq, now, epoch, { agent, packed … }, { item, packed … }, { queue, length, enqueued_at of the first … }, 1 if whole } ]]
function reading.snapshot(limit)
  limit = tonumber(limit)
  local agent_ids = call('ZRANGE', prefix .. 'agents', 0, limit - 1)
  local item_ids = ids_in_hands(agent_ids)
  local whole_shard = call('ZCARD', prefix .. 'agents') <= limit
  local queues, room = {}, limit
  for _, queue in ipairs(known.queue_list) do
    local ids = call('ZRANGE', prefix .. 'queue:' .. queue, 0, room - 1)
    local length = call('ZCARD', prefix .. 'queue:' .. queue)
    local first = length > 0 and call('ZRANGE', prefix .. 'queue:' .. queue, 0, 0)[1]
    queues[#queues + 1], queues[#queues + 2], queues[#queues + 3] = queue, length, first and item_of(first).enqueued_at or 0
    for i = 1, room > 0 and #ids or 0 do item_ids[#item_ids + 1] = ids[i] end
    whole_shard = whole_shard and length <= room
    room = math.max(0, room - length)
  end
  return { seq, now, meta.epoch, append_records({}, 'agent:', agent_ids),
           append_records({}, 'item:', item_ids), queues, whole_shard and 1 or 0 }
end

end
