--[[ Timers: one sorted set of "<kind> <id>[ <device or agent>]" by due time, carried out by whoever ticks. ]]

local tick
do -- what follows is known in this file only

local on_timer = {
  exclusion = end_exclusion,
  offer = expire_offer,
  drain = drain.mark_overdue,
  ramp = end_pause,
  visit = end_visit,
  prefer = relax,
  relax = relax,
  wrap_up = end_wrap_up,
  grace = function(id) leave(id, agent_of(id), 'gone') end,
  lease = function(id, device) drop_device(id, agent_of(id), device) end,
}

local function first_timer()
  local first = call('ZRANGE', prefix .. 'timers', 0, 0, 'WITHSCORES')
  return first[1], tonumber(first[2])
end

--[[ tick: carry out due timers, at most `limit`, in order of due time, kind and id.
  ARGV limit      fact when the next one is due (0 : none left)      events of what was due      twin core/model.py:tick ]]
function tick(limit)
  limit = whole(limit, 1)
  if not limit then return OUTCOME.BAD_REQUEST end
  local timer, due = first_timer()
  while timer and due <= now and limit > 0 do
    call('ZREM', prefix .. 'timers', timer)
    local kind, id, other = timer:match('^(%S+) (%S+) ?(%S*)$')
    on_timer[kind](id, other)
    drain.settle_left()
    limit = limit - 1
    timer, due = first_timer()
  end
  return OUTCOME.OK, due
end

end
