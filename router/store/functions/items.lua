--[[ Work items: waiting → offered → assigned → wrap_up → closed; assigned ⇄ paused. ]]

--[[ enqueue: a new item is offered at once or waits.
  ARGV item, plan or lane, enqueued_at ('' : now), credit in ms, brief, preferred agent ('' : none), how long in ms,
    '1' : whatever their skills and queues, how long the half of all would wait in ms (-1 : unknown), excluded agents …
  events item.queued, item.relaxed …, item.overflow …, offer.created                          twin core/model.py:enqueue ]]
local function enqueue(id, plan_id, enqueued_at, credit, brief, preferred, wait_ms, regardless, expected_ms, ...)
  local since = enqueued_at == '' and now or whole(enqueued_at, 0)
  credit, wait_ms, expected_ms = whole(credit, -2^53), whole(wait_ms, 0), whole(expected_ms, -1)
  if not (is_id(id) and since and credit and wait_ms and expected_ms and #brief <= BRIEF_BYTES) then
    return OUTCOME.BAD_REQUEST
  end
  if not is_plan(plan_id) then return OUTCOME.UNKNOWN_LANE end
  if item_of(id) then return OUTCOME.EXISTS end
  if closed[id] then return OUTCOME.ITEM_CLOSED end
  local excluded = {}
  for i = 1, select('#', ...) do excluded[select(i, ...)] = 0 end
  local item = { score = since - credit, enqueued_at = since, excluded = filled(excluded) }
  begin_plan(item, plan_id)
  items[id] = item
  keep_brief(id, item, brief)
  preference.begin(item, preferred, wait_ms, regardless)
  queued_event(id, item, 'new')
  place(id, item, expected_ms)
  return OUTCOME.OK
end

-- The guards of all that an agent does with an item they hold. Reply: outcome, item; the item only when they hold it.
local function find_held(id, agent_id)
  local item = item_of(id)
  if not item then return closed[id] and OUTCOME.ITEM_CLOSED or OUTCOME.UNKNOWN_ITEM end
  if item.state == 'waiting' or item.state == 'offered' then return OUTCOME.WRONG_STATE end
  if item.agent ~= agent_id then return OUTCOME.NOT_YOURS end
  return OUTCOME.OK, item
end

-- The item leaves its agent's hands, who is idle from now on if it was handled to its end. The caller calls `freed`.
local function release(id, item)
  local agent_id = item.agent
  local agent = agent_of(agent_id)
  give_room_back(item, agent)
  agent.items, agent.paused = without(agent.items, id), without(agent.paused, id)
  item.taken, item.paused_units = nil, nil
  preference.forget(item)
  remove_timer('visit', id)             -- of the time before it was taken
  if item.state == 'wrap_up' then
    agent.wrapping = agent.wrapping > 1 and agent.wrapping - 1 or nil
    remove_timer('wrap_up', id)
    item['until'] = nil
  end
  change_agent(agent_id)
  return agent_id, agent
end

-- An item was taken out of the agent's hands: after the last one the next status; then work that fits.
local function freed(id, agent)
  if agent.next_status and not agent.items then
    take_status(id, agent, agent.next_status)
    agent.next_status = nil
    change_agent(id)
    presence_event(id, agent, 'next')
    withdraw(id, agent)
    return_offers(id, agent, 'status', function(item) return is_allowed(item, agent) end)
  end
  settle(id, agent)
end

-- Close a held item. The caller calls `freed`.
local function close_held(id, item, outcome, disposition, reason)
  local agent_id, agent = release(id, item)
  agent.idle_since = now
  write_event('item.closed', {
    item = id, outcome = outcome, state = item.state, agent = agent_id, disposition = disposition, reason = reason })
  erase_item(id, item)
  return agent_id, agent
end

--[[ complete: assigned, paused or wrap_up → closed.
  ARGV item, agent, disposition      events item.closed, offer.created      twin core/model.py:complete ]]
local function complete(id, agent_id, disposition)
  local outcome, item = find_held(id, agent_id)
  if outcome == OUTCOME.ITEM_CLOSED and closed[id] == agent_id then return OUTCOME.OK end
  if outcome ~= OUTCOME.OK then return outcome end
  freed(close_held(id, item, 'completed', disposition))
  return OUTCOME.OK
end

-- A paused item is among those its agent works on again; the units it holds stay as they are.
local function to_hand(id, agent)
  agent.items, agent.paused = with_last(agent.items, id), without(agent.paused, id)
end

--[[ wrap_up: assigned or paused → wrap_up, or closed where the queue has no wrap-up.
  ARGV item, agent      events item.wrap_up | item.closed, offer.created      twin core/model.py:wrap_up ]]
local function wrap_up(id, agent_id)
  local outcome, item = find_held(id, agent_id)
  if outcome ~= OUTCOME.OK or item.state == 'wrap_up' then return outcome end
  local longest_ms = wrap_up_ms(known.lanes[item.lane])
  if longest_ms == 0 then
    freed(close_held(id, item, 'completed'))
    return OUTCOME.OK
  end
  local agent = agent_of(agent_id)
  if item.state == 'paused' then to_hand(id, agent) end
  item.state, item['until'] = 'wrap_up', now + longest_ms
  agent.wrapping = (agent.wrapping or 0) + 1
  change_item(id)
  change_agent(agent_id)
  add_timer(item['until'], 'wrap_up', id)
  write_event('item.wrap_up',
    { item = id, agent = agent_id, ['until'] = item['until'], offer = id .. ':' .. item.taken })
  settle(agent_id, agent)
  return OUTCOME.OK
end

local function end_wrap_up(id)
  freed(close_held(id, item_of(id), 'completed'))
end

--[[ cancel: any state → closed; the customer left.
  ARGV item, reason, '1' : only while it is in nobody's hands
  events offer.rescinded | –, item.closed, offer.created      twin core/model.py:cancel ]]
local function cancel(id, reason, unheld)
  local item = item_of(id)
  if not item then return closed[id] and OUTCOME.OK or OUTCOME.UNKNOWN_ITEM end
  if item.agent then
    if unheld == '1' then return OUTCOME.WRONG_STATE end
    freed(close_held(id, item, 'cancelled', nil, reason))
    return OUTCOME.OK
  end
  remove_timer('visit', id)
  if item.state == 'waiting' then leave_lane(id, item) end
  local rung = rescind_all(id, item, 'cancelled')
  write_event('item.closed', { item = id, outcome = 'cancelled', state = item.state, reason = reason })
  erase_item(id, item)
  settle_all(rung)
  return OUTCOME.OK
end

-- Back to its lane out of an agent's hands, who is not asked again for the cool-down when they gave it away themselves.
local function requeue(id, item, agent_id, reason, by, expected_ms)
  item.agent = nil
  queued_event(id, item, reason, by, agent_id)
  place(id, item, expected_ms)
end

-- An item that waits has come to the age of its next step, or waited for its preferred agent long enough.
local function relax(id)
  local item = item_of(id)
  leave_lane(id, item)
  place(id, item)
end

--[[ relane: waiting or offered → in line for something else, at its old place.
  ARGV item, plan or lane, credit in ms beside what it has
  events offer.rescinded …, item.queued, item.relaxed, offer.created …      twin core/model.py:relane ]]
local function relane(id, plan_id, more_credit)
  more_credit = whole(more_credit, -2^53)
  if not more_credit then return OUTCOME.BAD_REQUEST end
  if not is_plan(plan_id) then return OUTCOME.UNKNOWN_LANE end
  local item = item_of(id)
  if not item then return closed[id] and OUTCOME.ITEM_CLOSED or OUTCOME.UNKNOWN_ITEM end
  if item.state ~= 'waiting' and item.state ~= 'offered' then return OUTCOME.WRONG_STATE end
  if (item.plan or item.lane) == plan_id and more_credit == 0 then return OUTCOME.OK end
  if item.state == 'waiting' then leave_lane(id, item) end
  local rung = rescind_all(id, item, 'moved')
  item.score = item.score + credited_ms(item) - more_credit
  begin_plan(item, plan_id)
  overflow.let_go(id, item)
  queued_event(id, item, 'rerouted')
  for i = 1, #rung do                   -- they may have it again
    local agent = agent_of(rung[i])
    file(rung[i], agent, open_classes(agent))
  end
  place(id, item)
  settle_all(rung)
  return OUTCOME.OK
end

--[[ expect: the customers of these waiting items were seen.
  ARGV channel, items …      twin core/model.py:expect ]]
local function expect(channel, ...)
  local visit_ms, ids = known.settings.visit_ms[channel], { ... }
  for i = 1, visit_ms and #ids or 0 do
    call('ZADD', prefix .. 'timers', 'XX', now + visit_ms, 'visit ' .. ids[i])
  end
  return OUTCOME.OK
end

-- The customer was not seen for long: an item that waits is given up; one that rings is looked at again later.
local function end_visit(id)
  local item = item_of(id)
  if item.state == 'waiting' then
    cancel(id, 'silent')
  elseif item.state == 'offered' then
    add_timer(now + LOOK_AGAIN_MS, 'visit', id)
  end
end

--[[ transfer_to_queue: assigned or paused → in another lane, its age kept.
  ARGV item, agent, plan or lane, preferred agent, how long in ms, '1' : whatever their skills and queues,
    how long the half of all would wait in ms (-1 : unknown)
      events item.queued, offer.created …      twin core/model.py:transfer_to_queue ]]
local function transfer_to_queue(id, agent_id, plan_id, preferred, wait_ms, regardless, expected_ms)
  wait_ms, expected_ms = whole(wait_ms, 0), whole(expected_ms, -1)
  if not (wait_ms and expected_ms) then return OUTCOME.BAD_REQUEST end
  if not is_plan(plan_id) then return OUTCOME.UNKNOWN_LANE end
  local outcome, item = find_held(id, agent_id)
  if outcome ~= OUTCOME.OK then return outcome end
  if item.state == 'wrap_up' then return OUTCOME.WRONG_STATE end
  local _, agent = release(id, item)
  agent.idle_since = now
  begin_plan(item, plan_id)
  if not (item.excluded and item.excluded[agent_id] == 0) then
    exclude(id, item, agent_id, now + known.settings.cooldown_ms)
  end
  preference.begin(item, preferred, wait_ms, regardless)
  requeue(id, item, agent_id, 'transfer', agent_id, expected_ms)
  freed(agent_id, agent)
  return OUTCOME.OK
end
