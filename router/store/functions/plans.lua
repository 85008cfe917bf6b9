--[[ Plans: what an item asks for changes with its age, never with what happens to it.

  A plan is { steps = { { at_ms, lane, first, credit_ms } … } }; item.step counts from 0, as in the events. An item without `plan`
  asks for the same for ever and pays nothing for plans.      twin core/model/plans.py ]]

local function is_plan(id) return known.plans[id] or known.lanes[id] end

-- The item is to follow the plan from its first step on.
local function begin_plan(item, plan_id)
  local plan = known.plans[plan_id]
  item.plan, item.step, item.overflow, item.alone = plan and plan_id, nil, nil, nil
  item.lane = plan and plan.steps[1].lane or plan_id
end

local function plan_steps(item) return known.plans[item.plan].steps end

-- Waiting credited by the step of its plan at which the item is.
local function credited_ms(item)
  return item.plan and plan_steps(item)[(item.step or 0) + 1].credit_ms or 0
end

local overflow = {}                     -- overflow.lua has the rest

function overflow.tell(id, item, when, action, fact)
  local queue = known.lanes[item.lane].queue
  write_event('item.overflow', { item = id, queue = queue, when = when, action = action, fact = fact ~= 0 and fact or nil })
end

-- A customer who need not stay is not waited for.
function overflow.let_go(id, item)
  if not known.settings.visit_ms[known.lanes[item.lane].channel] then remove_timer('visit', id) end
end

-- Bring an item that is to wait to the step of its age.
local function advance(id, item)
  if not item.plan then return end
  local steps, old = plan_steps(item), (item.step or 0) + 1
  local new = old
  while steps[new + 1] and item.enqueued_at + steps[new + 1].at_ms <= now do new = new + 1 end
  if new == old then return end
  for i = old + 1, new do
    if steps[i].action then
      overflow.tell(id, item, 'age', steps[i].action, now - item.enqueued_at)
      item.overflow = steps[i].action
    end
  end
  item.step, item.lane = new - 1, steps[new].lane
  overflow.let_go(id, item)
  item.score = item.score - steps[new].credit_ms + steps[old].credit_ms
  local lane = known.lanes[item.lane]
  write_event('item.relaxed', {
    item = id, plan = item.plan, step = item.step, queue = lane.queue, lane = lane.id, channel = lane.channel,
    weight = lane.weight, score = item.score, enqueued_at = item.enqueued_at })
end

-- The item waits: set the timer for its next step, if there is one.
local function await_step(id, item)
  local next_step = item.plan and plan_steps(item)[(item.step or 0) + 2]
  if next_step then add_timer(item.enqueued_at + next_step.at_ms, 'relax', id) end
end

-- The first answer that is not nil of `try`, given the item and the lane of each step whose agents may take it now, best first.
local function by_preference(item, try)
  local last = known.lanes[item.lane]
  if item.plan then
    local steps = plan_steps(item)
    for i = steps[item.step and item.step + 1 or 1].first + 1, item.step or 0 do
      local found = try(item, known.lanes[steps[i].lane])
      if found then return found end
    end
  end
  return try(item, last)
end

-- Number of the first step whose agents may take the item now at which the profile is eligible; the present one for others.
local function first_step(item, profile)
  if not item.plan then return nil end
  local steps, present = plan_steps(item), item.step or 0
  for i = steps[present + 1].first, present do
    if eligible(known.lanes[steps[i + 1].lane], profile) then return i end
  end
  return present
end
