--[[ Lines: sorted sets whose first members are kept in one index, so that the best of many lines is found by a short walk.

  Both sides of the match are lines: the waiting items of a lane, indexed by class in `waiting:<class>`; the free agents of a
  profile and class, indexed in `free:<class>`. An index entry is "<first member> <line>" with the member's score: entries of
  equal score are in order of their members, as within a line. A space sorts before every character of an id. ]]

local LINE_LENGTH = 16                  -- of the ids of lanes and profiles, so that an entry is cut in two at once
local FIRST_LOOK, SECOND_LOOK, LATER_LOOK = 4, 28, 512
local SHORTER = 4                       -- a look into a line costs about as much as this many steps of a walk

-- Put a member into its line. shown: asked when the line was empty, whether it belongs in the index.
local function join_line(index, key, line, score, member, shown)
  call('ZADD', key, score, member)
  local first = call('ZRANGE', key, 0, 1)
  if first[1] ~= member then return end
  local indexed
  if first[2] then
    indexed = call('ZREM', index, first[2] .. ' ' .. line) == 1
  else
    indexed = shown()
  end
  if indexed then call('ZADD', index, score, member .. ' ' .. line) end
end

-- Take a member out of its line. Reply: whether the line is empty now.
local function leave_line(index, key, line, member)
  local first = call('ZRANGE', key, 0, 1, 'WITHSCORES')
  call('ZREM', key, member)
  if first[1] ~= member then return false end
  if call('ZREM', index, member .. ' ' .. line) == 1 and first[3] then
    call('ZADD', index, first[4], first[3] .. ' ' .. line)
  end
  return first[3] == nil
end

-- The first member of a line, behind its head, that is not refused; with its score. nil: all are.
local function behind_head(key, refuses)
  local from = 1
  while true do
    local members = call('ZRANGE', key, from, from + 15, 'WITHSCORES')
    for i = 1, #members, 2 do
      if not refuses(members[i]) then return members[i], tonumber(members[i + 1]) end
    end
    if #members < 32 then return nil end
    from = from + 16
  end
end

-- As `best`, by a look into each of the lines that serve.
local function best_of(lines, key_prefix, refuses)
  local score, member, line
  for i = 1, #lines do
    local key = key_prefix .. lines[i]
    local first = call('ZRANGE', key, 0, 0, 'WITHSCORES')
    local its_member, its_score = first[1], tonumber(first[2])
    if its_member and refuses(its_member) then its_member, its_score = behind_head(key, refuses) end
    if its_member and not (member and precedes(score, member, its_score, its_member)) then
      score, member, line = its_score, its_member, lines[i]
    end
  end
  return member, line
end

--[[ The first member, over all lines of an index, whose line serves and that is not refused; with its line. Exact: when the
  head of a line is refused, the one behind it competes with the heads still to come.
  few: the lines that serve, or nil when they are many; asked when the walk gets long, as it may be over strangers only. ]]
local function best(index, key_prefix, serves, refuses, few)
  local score, member, line             -- the best one found behind a refused head
  local from, look = 0, FIRST_LOOK
  while true do
    local heads = call('ZRANGE', index, from, from + look - 1)
    for i = 1, #heads do
      local its_line = heads[i]:sub(-LINE_LENGTH)
      if serves(its_line) then
        local head = heads[i]:sub(1, -LINE_LENGTH - 2)
        if member and not precedes(tonumber(call('ZSCORE', index, heads[i])), head, score, member) then
          return member, line
        end
        if not refuses(head) then return head, its_line end
        local next_member, next_score = behind_head(key_prefix .. its_line, refuses)
        if next_member and not (member and precedes(score, member, next_score, next_member)) then
          score, member, line = next_score, next_member, its_line
        end
      end
    end
    if #heads < look then return member, line end
    from, look = from + look, look == FIRST_LOOK and SECOND_LOOK or LATER_LOOK
    local lines = from == FIRST_LOOK + SECOND_LOOK and few()
    if lines and SHORTER * #lines <= call('ZCARD', index) then return best_of(lines, key_prefix, refuses) end
  end
end
