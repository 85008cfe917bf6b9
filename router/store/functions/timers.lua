--[[ Timers: one sorted set of "<kind> <id>[ <device or agent>]" by due time, carried out by whoever ticks. ]]

local tick, set_alarm
do -- what follows is known in this file only

local RINGS_AGAIN_MS = 10000            -- an alarm nobody has set anew or off: who heard it may be gone

-- Rings, and again, until whoever it is for is done with it.
local function ring(id)
  add_timer(now + RINGS_AGAIN_MS, 'alarm', id)
  write_event('alarm.rang', { alarm = id })
end

local on_timer = {
  alarm = ring,
  exclusion = end_exclusion,
  offer = expire_offer,
  deserted = function(queue, channel) look_at_next(queue, channel) end,
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
    attendance.watch()
    limit = limit - 1
    timer, due = first_timer()
  end
  return OUTCOME.OK, due
end

--[[ set_alarm: ring at this time, whatever it was set to; '' : never.
  ARGV alarm, due      twin core/model/timers.py:set_alarm ]]
function set_alarm(id, due)
  local at = whole(due, 0)
  if not (is_id(id) and (at or due == '')) then return OUTCOME.BAD_REQUEST end
  if at then add_timer(at, 'alarm', id) else remove_timer('alarm', id) end
  return OUTCOME.OK
end

end
