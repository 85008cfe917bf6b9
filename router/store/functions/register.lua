--[[ Every function is begun and finished here.

  Lua keeps the counter of each shard as it left it. Another one in the keyspace means that the data are not what this server
  last made of them: it was restarted, was a replica until now, or was given older data. Then transitions answer store_empty
  until a node that knows the journal calls `reopen`. ]]

do -- what follows is known in this file only

local left_at = {}                      -- counter by prefix
local AN_ENTRY = 1000                   -- events: a call takes fewer than 8,000 arguments, and a step may write more

-- Read what the call stands on. Reply: the shard's state and epoch; nil: there is none, or one of another format.
local function begin(keys, args)
  call = redis.call
  prefix = keys[1]
  now = tonumber(args[1]) or store_time()
  written = {}
  forget_records()
  attendance.begin()
  read_meta()
  if meta.format ~= FORMAT then return nil, meta.epoch end
  if meta.stamp then read_definitions(meta.stamp) end
  return meta.state, meta.epoch
end

-- What was written, in entries named by the number of their last event.
local function append_events()
  for from = 1, #written, AN_ENTRY do
    local entry, last = {}, math.min(from + AN_ENTRY - 1, #written)
    for i = from, last do entry[#entry + 1], entry[#entry + 2] = 'e', written[i] end
    call('XADD', prefix .. 'events', 'MAXLEN', '~', meta.stream_length, seq + last .. '-0', unpack(entry))
  end
  seq = seq + #written
end

local function finish(outcome, fact)
  local reply = { outcome, now, fact or 0, 0 }
  if #written == 0 then
    save_records()
  else
    reply[4] = seq + 1
    for i = 1, #written do reply[4 + i] = written[i] end
    append_events()
    save_records(seq)
    left_at[prefix] = seq
  end
  return reply
end

local function empty() return { OUTCOME.STORE_EMPTY, now, 0, 0 } end

local function is_ours() return left_at[prefix] == seq end

local function transition(name, run)
  redis.register_function('usher_' .. name, function(keys, args)
    if begin(keys, args) ~= 'open' or not is_ours() then return empty() end
    local outcome, fact = run(unpack(args, 2))
    drain.settle_left()
    attendance.watch()
    return finish(outcome, fact)
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

--[[ reopen: go on with what this server has, if it is of the journal's epoch and not older.
  Numbers are left out: nodes may have seen events that are lost here.
  ARGV epoch, seq of the journal's last event, numbers to leave out      events – | store.rebuilt ]]
redis.register_function('usher_reopen', function(keys, args)
  local state, epoch = begin(keys, args)
  if state ~= 'open' or epoch ~= args[2] or seq < tonumber(args[3]) then return empty() end
  if is_ours() then return finish(OUTCOME.OK) end
  seq = seq + tonumber(args[4])
  write_event('store.rebuilt', { epoch = epoch })
  return finish(OUTCOME.OK)
end)

--[[ standing: what is here, open or not.      reply { state, epoch, seq, 1 if transitions are carried out } ]]
redis.register_function{ function_name = 'usher_standing', flags = { 'no-writes' }, callback = function(keys, args)
  local state, epoch = begin(keys, args)
  return { state or '', epoch or '', seq or 0, state == 'open' and is_ours() and 1 or 0 }
end }

transition('put_agent', put_agent)
transition('lease', lease)
transition('unlease', unlease)
transition('sign_out', sign_out)
transition('set_status', set_status)
transition('set_next_status', set_next_status)
transition('enqueue', enqueue)
transition('accept', accept)
transition('decline', decline)
transition('wrap_up', wrap_up)
transition('complete', complete)
transition('cancel', cancel)
transition('expect', expect)
transition('relane', relane)
transition('transfer_to_queue', transfer_to_queue)
transition('transfer_to_agent', transfer_to_agent)
transition('assign', assign)
transition('pick', pick)
transition('pause', pause)
transition('resume', resume)
transition('set_alarm', set_alarm)
transition('tick', tick)
transition('install', install)

rebuild_step('clear', nil, rebuilding.clear)
rebuild_step('unlink', 'clearing', rebuilding.unlink)
rebuild_step('begin_rebuild', 'clearing', rebuilding.begin_rebuild)
rebuild_step('install_rebuilt', 'rebuilding', install)
rebuild_step('restore', 'rebuilding', rebuilding.restore)
rebuild_step('end_rebuild', 'rebuilding', rebuilding.end_rebuild)

reader('item', reading.item)
reader('agent', reading.agent)
reader('seq', reading.seq)
reader('positions', reading.positions)
reader('agents', reading.agents)
reader('waiting', reading.waiting)
reader('snapshot', reading.snapshot)
redis.register_function('usher_noop', function() return 1 end)

end
