--[[ Every function is begun and finished here. ]]

-- Read what the call stands on. Reply: the shard's state and epoch; nil: there is none.
local function begin(keys, args)
  call = redis.call
  prefix = keys[1]
  now = tonumber(args[1]) or store_time()
  written = {}
  forget_records()
  local meta = call('HMGET', prefix .. 'meta', 'state', 'epoch', 'stamp', 'seq', 'stream_length')
  first_seq, seq, stream_length = 0, tonumber(meta[4]), meta[5]
  if meta[3] then read_definitions(meta[3]) end
  return meta[1], meta[2]
end

local function finish(outcome, fact)
  save_records()
  local reply = { outcome, now, fact or 0, 0 }
  if #written > 0 then
    reply[4] = seq + 1
    for i = 1, #written do
      seq = seq + 1
      reply[4 + i] = written[i]
      call('XADD', prefix .. 'events', 'MAXLEN', '~', stream_length, seq .. '-0', 'e', written[i])
    end
    call('HSET', prefix .. 'meta', 'seq', seq)
  end
  return reply
end

local function empty() return { OUTCOME.STORE_EMPTY, now, 0, 0 } end

local function transition(name, run)
  redis.register_function('usher_' .. name, function(keys, args)
    if begin(keys, args) ~= 'open' then return empty() end
    return finish(run(unpack(args, 2)))
  end)
end

-- A step of the rebuild with this epoch; `state` is the one it belongs to, nil: any.
local function rebuild_step(name, state, run)
  redis.register_function('usher_' .. name, function(keys, args)
    local found, epoch = begin(keys, args)
    if state and not (found == state and epoch == args[2]) then return empty() end
    return finish(run(unpack(args, 2)))
  end)
end

local function reader(name, run)
  redis.register_function{ function_name = 'usher_' .. name, flags = { 'no-writes' }, callback = function(keys, args)
    if begin(keys, args) ~= 'open' then return empty() end
    return run(unpack(args, 2))
  end }
end

transition('put_agent', put_agent)
transition('lease', lease)
transition('unlease', unlease)
transition('sign_out', sign_out)
transition('set_status', set_status)
transition('enqueue', enqueue)
transition('accept', accept)
transition('decline', decline)
transition('wrap_up', wrap_up)
transition('complete', complete)
transition('cancel', cancel)
transition('transfer_to_queue', transfer_to_queue)
transition('transfer_to_agent', transfer_to_agent)
transition('tick', tick)
transition('install', install)

rebuild_step('clear', nil, clear)
rebuild_step('unlink', 'clearing', unlink)
rebuild_step('begin_rebuild', 'clearing', begin_rebuild)
rebuild_step('install_rebuilt', 'rebuilding', install)
rebuild_step('restore', 'rebuilding', restore)
rebuild_step('end_rebuild', 'rebuilding', end_rebuild)

reader('item', read_item)
reader('agent', read_agent)
reader('seq', read_seq)
reader('positions', positions)
reader('agents', read_agents)
reader('waiting', read_waiting)
reader('snapshot', snapshot)
redis.register_function('usher_noop', function() return 1 end)
