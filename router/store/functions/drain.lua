--[[ Drain: an item that takes half of an agent or more and has waited too long gets one agent who takes nothing else.

  While nobody drains for it, it is in the sorted set `overdue` beside its lane. When it leaves the lane, its agent is settled
  at the end of the step.      twin core/model/drain.py ]]

local drain = { left = {} }             -- left: agents to settle

function drain.after(lane)
  local queue = known.settings.queues[lane.queue]
  return queue and queue.drain_after_ms or 0
end

-- The item waits for all: note when it has waited too long.
function drain.await(id, item, lane)
  if item.overdue then
    call('ZADD', prefix .. 'overdue', item.score, id)
  elseif drain.after(lane) > 0 then
    item.drain_at = item.enqueued_at + drain.after(lane)
    add_timer(item.drain_at, 'drain', id)
  end
end

-- agent.draining and item.drained_by are of one another.
function drain.finish(agent_id, agent, item)
  agent.draining, item.drained_by = nil, nil
  change_agent(agent_id)
  write_event('agent.draining', { agent = agent_id })
end

-- The item leaves its lane. Reply: who drained for it, if anybody.
function drain.leave(id, item)
  if item.drain_at then
    item.drain_at = nil
    remove_timer('drain', id)
  end
  if item.drained_by then
    local agent_id = item.drained_by
    drain.left[#drain.left + 1] = agent_id
    drain.finish(agent_id, agent_of(agent_id), item)
    return agent_id
  elseif item.overdue then
    call('ZREM', prefix .. 'overdue', id)
  end
end

-- Whether the agent could be offered the item with nothing in hand, and it takes half of them or more.
function drain.could(agent_id, agent, item)
  local lane, statuses = known.lanes[item.lane], known.settings.statuses
  local allowed = statuses[agent.status] or {}
  local allowed_next = agent.next_status and (statuses[agent.next_status] or {}) or allowed
  return agent.reachability == 'connected' and allowed[lane.channel] and allowed_next[lane.channel]
     and not lane.interruptible and agent.limit <= 2 * lane.weight and lane.weight <= agent.limit and drain.after(lane) > 0
     and eligible(lane, known.profiles[agent.profile]) and not (item.excluded and item.excluded[agent_id])
end

-- For the first item that waits too long, which they could take with less in hand.
function drain.begin(agent_id, agent)
  if not known.settings.drains or agent.draining or agent.reachability ~= 'connected' then return end
  local ids = call('ZRANGE', prefix .. 'overdue', 0, -1)
  for i = 1, #ids do
    local item = item_of(ids[i])
    if drain.could(agent_id, agent, item) then
      agent.draining, item.drained_by = ids[i], agent_id
      change_agent(agent_id)
      change_item(ids[i])
      call('ZREM', prefix .. 'overdue', ids[i])
      return write_event('agent.draining', { agent = agent_id, for_item = ids[i] })
    end
  end
end

-- The agent drains for something they could not take any more: somebody else may.
function drain.end_vain(agent_id, agent)
  local item_id = agent.draining
  local item = item_id and item_of(item_id)
  if not item or drain.could(agent_id, agent, item) then return end
  drain.finish(agent_id, agent, item)
  change_item(item_id)
  call('ZADD', prefix .. 'overdue', item.score, item_id)
end
