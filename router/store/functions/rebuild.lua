--[[ Rebuilding: cleared → rebuilding → open. `meta` has the state and the epoch; while it is not open every transition answers
  store_empty. A rebuild begun later has another epoch: what is left of an earlier one answers store_empty too. ]]

local rebuilding = {}
do -- what follows is known in this file only

--[[ clear: hold transitions off; the shard is to be emptied.      ARGV epoch ]]
function rebuilding.clear(epoch)
  meta = {}
  change_meta{ state = 'clearing', epoch = epoch, format = FORMAT }
  return OUTCOME.OK
end

--[[ unlink: drop keys of the old state.      ARGV epoch, keys … ]]
function rebuilding.unlink(_, ...)
  call('UNLINK', ...)
  return OUTCOME.OK
end

--[[ begin_rebuild: the shard is empty; restore may begin.      ARGV epoch, seq of the last event, length of the stream ]]
function rebuilding.begin_rebuild(epoch, last_seq, length)
  last_seq, length = whole(last_seq, 0), whole(length, 1)
  if not (last_seq and length) then return OUTCOME.BAD_REQUEST end
  change_meta{ state = 'rebuilding', stamp = redis.sha1hex(epoch), stream_length = length }
  call('SET', prefix .. 'seq', last_seq)
  return OUTCOME.OK
end

local function restore_agent(entry)
  local agent = entry.record
  local status, next_status = agent.status, agent.next_status
  agent.used = 0
  agent.reachability, agent.status, agent.next_status = 'gone', 'offline', nil
  agents[entry.id] = agent
  change_agent(entry.id)
  call('ZADD', prefix .. 'agents', 0, entry.id)
  if not entry.signed_in then return end
  agent.reachability, agent.status, agent.next_status = 'grace', status, next_status
  staff(entry.id, agent.profile)
  add_timer(now + known.settings.grace_ms, 'grace', entry.id)
  agent.ramping = entry.ramping and known.settings.ramp_ms > 0 or nil
  if agent.ramping and entry.ramp_until > now then
    agent.ramp_until = entry.ramp_until
    add_timer(agent.ramp_until, 'ramp', entry.id)
  end
end

local function restore_held(id, item, agent)
  change_agent(item.agent)
  if item.state == 'paused' then
    item.paused_units = paused_units(known.lanes[item.lane])
    take_units(agent, known.lanes[item.lane], item.paused_units)
    agent.paused = with_last(agent.paused, id)
    return
  end
  take_room(agent, known.lanes[item.lane], 1)
  if agent.ramping and 2 * agent.used >= agent.limit then end_ramp(item.agent, agent) end
  agent.items = with_last(agent.items, id)
  if item.state == 'wrap_up' then
    agent.wrapping = (agent.wrapping or 0) + 1
    add_timer(item['until'], 'wrap_up', id)
  end
end

local function restore_item(entry, brief)
  local id, item = entry.id, entry.record
  item.excluded, item.refusals = filled(item.excluded), filled(item.refusals)
  item.ringing, item.direct, item.overdue, item.drain_at = nil, nil, nil, nil
  item.overflow, item.alone = item.overflow ~= '' and item.overflow or nil, item.alone or nil
  if not item.preferred then preference.forget(item) end
  item.over_at = item.attempt and now or nil
  for agent, till in pairs(item.excluded or {}) do
    if till > 0 then add_timer(till, 'exclusion', id, agent) end
  end
  items[id] = item
  change_item(id)
  keep_brief(id, item, brief)
  local agent = item.agent and agent_of(item.agent)
  if agent and (item.state == 'paused' or agent.reachability ~= 'gone') then return restore_held(id, item, agent) end
  item.state, item.agent, item.taken, item['until'] = 'waiting', nil, nil, nil
  if item.preferred and not preference.has_hope(item) then preference.forget(item) end
  await_visit(id, item)
  wait_in_lane(id, item)
end

--[[ restore: put agents, items and alarms in their places; nothing is matched, as no agent is connected.
  ARGV epoch, pairs of { kind, id, record, … } (msgpack map) and brief (cmsgpack reads no binary); agents before items ]]
function rebuilding.restore(_, ...)
  for i = 1, select('#', ...), 2 do
    local packed, brief = select(i, ...)
    local entry = cmsgpack.unpack(packed)
    if entry.kind == 'agent' then restore_agent(entry)
    elseif entry.kind == 'alarm' then add_timer(entry.due, 'alarm', entry.id)
    else restore_item(entry, brief) end
  end
  return OUTCOME.OK
end

--[[ end_rebuild: open.      ARGV epoch      events store.rebuilt ]]
function rebuilding.end_rebuild(epoch)
  if not known.settings then return OUTCOME.BAD_REQUEST end
  change_meta{ state = 'open' }
  attendance.touch_all()
  attendance.watch()
  write_event('store.rebuilt', { epoch = epoch })
  return OUTCOME.OK
end

end
