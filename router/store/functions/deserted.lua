--[[ A queue and channel were deserted for too long: who waits is looked at, one item a timer, in order. ]]

local look_at_next
do -- what follows is known in this file only

local PAGE = 16

-- The first place in line behind this one; the first of all when `score` is nil.
local function first_behind(queue, score, id)
  local from = 0
  while true do
    local found = call('ZRANGE', prefix .. 'queue:' .. queue, score or '-inf', '+inf', 'BYSCORE', 'LIMIT', from, PAGE, 'WITHSCORES')
    for i = 1, #found, 2 do
      local its_score = tonumber(found[i + 1])
      if not score or precedes(score, id, its_score, found[i]) then return its_score, found[i] end
    end
    if #found < 2 * PAGE then return nil end
    from = from + PAGE
  end
end

-- twin core/model/desertion.py:look_at_next
function look_at_next(queue, channel)
  local line = queue .. ' ' .. channel
  local score, id = first_behind(queue, attendance.seen(line))
  if not id then return end
  attendance.note_seen(line, score, id)
  add_timer(now, 'deserted', line)
  local item = item_of(id)
  if known.lanes[item.lane].channel == channel and overflow.may_be_alone(item) then
    leave_lane(id, item)
    place(id, item)
  end
end

end
