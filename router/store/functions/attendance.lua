--[[ Attendance: who is signed in, and which queues and channels nobody serves though their items overflow then.

  The hash `attending` counts agents who are not gone by "<profile> <status>"; an agent's record says in `attends` where they are
  counted. The hash `deserted` has for "<queue> <channel>" since when nobody serves it, when that is too long and, behind both,
  score and id of the last item looked at since.      twin core/model/desertion.py ]]

local attendance = {}
do -- what follows is known in this file only

local touched, all                      -- lines to look at, at the end of the step; all of them

function attendance.begin() touched, all = {}, false end

function attendance.touch_all() all = true end

local function attends(place, queue, channel)
  local profile, status = known.profiles[place:sub(1, 16)], known.settings.statuses[place:sub(18)]
  return (profile.queues[queue] or profile.backup[queue]) and profile.channels[channel] and status and status[channel]
end

-- The lines of a place that somebody has taken as the first, or left as the last.
local function touch(place)
  local profile, status = known.profiles[place:sub(1, 16)], known.settings.statuses[place:sub(18)]
  for _, queues in ipairs(known.settings.deserts and { profile.queues, profile.backup } or {}) do
    for queue in pairs(queues) do
      local settings = known.settings.queues[queue]
      for channel in pairs(settings and settings.deserted_after_ms or {}) do
        if status and status[channel] then touched[queue .. ' ' .. channel] = true end
      end
    end
  end
end

-- Reachability, status or profile of an agent are others now.
function attendance.note(agent)
  local place = agent.reachability ~= 'gone' and agent.profile .. ' ' .. agent.status or nil
  local before = agent.attends
  if place == before then return end
  agent.attends = place
  if before and call('HINCRBY', prefix .. 'attending', before, -1) == 0 then
    call('HDEL', prefix .. 'attending', before)
    touch(before)
  end
  if place and call('HINCRBY', prefix .. 'attending', place, 1) == 1 then touch(place) end
end

-- known.witnesses: hints from earlier calls; the keyspace confirms them.
local function is_attended(line, queue, channel)
  local witness = known.witnesses[line]
  if witness and attends(witness, queue, channel) and call('HEXISTS', prefix .. 'attending', witness) == 1 then return true end
  local places = call('HKEYS', prefix .. 'attending')
  for i = 1, #places do
    if attends(places[i], queue, channel) then
      known.witnesses[line] = places[i]
      return true
    end
  end
  return false
end

local function forget(line)
  call('HDEL', prefix .. 'deserted', line)
  remove_timer('deserted', line)
end

local function look_at(line)
  local queue, channel = line:match('^(%S+) (%S+)$')
  local settings = known.settings.queues[queue]
  local after_ms = settings and settings.deserted_after_ms[channel]
  local deserted = call('HEXISTS', prefix .. 'deserted', line) == 1
  if not after_ms or is_attended(line, queue, channel) then
    if deserted then forget(line) end
  elseif not deserted then
    call('HSET', prefix .. 'deserted', line, string.format('%d %d', now, now + after_ms))
    add_timer(now + after_ms, 'deserted', line)
  end
end

-- The end of every step: note which queues and channels are deserted from now on, and which are not any more.
function attendance.watch()
  if all then
    for _, line in ipairs(call('HKEYS', prefix .. 'deserted')) do touched[line] = true end
    for queue, settings in pairs(known.settings.queues) do
      for channel in pairs(settings.deserted_after_ms) do touched[queue .. ' ' .. channel] = true end
    end
  end
  for line in pairs(touched) do look_at(line) end
  touched, all = {}, false
end

-- For how long nobody serves the queue and channel, if for too long; else nil.
function attendance.deserted_ms(queue, channel)
  local told = call('HGET', prefix .. 'deserted', queue .. ' ' .. channel)
  if not told then return nil end
  local since, due = told:match('^(%d+) (%d+)')
  if now >= tonumber(due) then return now - since end
end

-- Score and id of the item looked at last since the queue and channel are deserted, if any.
function attendance.seen(line)
  local score, id = call('HGET', prefix .. 'deserted', line):match('^%d+ %d+ (%S+) (%S+)$')
  return tonumber(score), id
end

function attendance.note_seen(line, score, id)
  local times = call('HGET', prefix .. 'deserted', line):match('^%d+ %d+')
  call('HSET', prefix .. 'deserted', line, string.format('%s %.0f %s', times, score, id))
end

end
