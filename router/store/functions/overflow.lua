--[[ Overflow that does not go by age: an item that would have to wait asks for something else, or is offered some.

  A plan has the rules as `moves`: { when, least, action, plan }, the first that holds counts.
  twin core/model/overflow.py ]]

do -- what follows is known in this file only

-- What counts, if the rule holds; else nil. expected_ms: how long the half of all would wait (-1: unknown), if it comes now.
local function fact_of(item, lane, move, expected_ms)
  if move.when == 'nobody_signed_in' then return not item.alone and attendance.deserted_ms(lane.queue, lane.channel) or nil end
  if not expected_ms then return nil end
  local fact = move.when == 'expected_wait' and expected_ms or call('ZCARD', prefix .. 'queue:' .. lane.queue)
  return fact >= move.least and fact or nil
end

local function carry_out(id, item, move, fact)
  overflow.tell(id, item, move.when, move.action, fact)
  if move.plan then
    item.score = item.score + credited_ms(item)
    begin_plan(item, move.plan)
    overflow.let_go(id, item)
    queued_event(id, item, 'overflow')
  end
  item.overflow, item.alone = move.action, move.when == 'nobody_signed_in' or nil
end

-- Carry out the first rule that holds for an item that would have to wait. Reply: whether it is to be placed anew.
function overflow.try(id, item, expected_ms)
  local moves = item.plan and known.plans[item.plan].moves or {}
  for i = 1, #moves do
    local fact = fact_of(item, known.lanes[item.lane], moves[i], expected_ms)
    if fact then
      carry_out(id, item, moves[i], fact)
      return moves[i].plan ~= nil
    end
  end
end

-- Whether a rule for when nobody is signed in is left for the item.
function overflow.may_be_alone(item)
  local moves = item.plan and not item.alone and known.plans[item.plan].moves or {}
  for i = 1, #moves do
    if moves[i].when == 'nobody_signed_in' then return true end
  end
  return false
end

end
