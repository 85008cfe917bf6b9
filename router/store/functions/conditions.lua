--[[ Conditions on an agent: trees as core/agent_condition.py describes them.      twin core/agent_condition.py:holds

  Values are nil (NULL), booleans, numbers, texts, arrays and { object = true }. ]]

local holds
do -- what follows is known in this file only

local function kind_of(value)
  if type(value) == 'table' then return value.object and 'object' or 'array' end
  return type(value)
end

local function same(left, right) return type(left) ~= 'table' and left == right end

local function among(value, array)
  for i = 1, value ~= nil and #array or 0 do
    if same(value, array[i]) then return true end
  end
  return false
end

local function is_less(left, right)
  if type(left) == 'string' then return text_precedes(left, right) end
  return left < right
end

local is_ordered = { number = true, string = true }
local is_scalar = { number = true, string = true, boolean = true }

local compare = {}
compare['not_in'] = function(left, right, of_left, of_right)
  if of_left == 'nil' or of_right == 'nil' then return true end
  return of_right == 'array' and is_scalar[of_left] and not among(left, right)
end
compare['in'] = function(left, right, _, of_right) return of_right == 'array' and among(left, right) end
compare['has'] = function(left, right, of_left) return of_left == 'array' and among(right, left) end
compare['!='] = function(left, right, of_left, of_right)
  return of_left ~= 'array' and of_right ~= 'array' and not same(left, right)
end
compare['=='] = same
compare['<'] = function(left, right, of_left, of_right)
  return of_left == of_right and is_ordered[of_left] and is_less(left, right)
end
compare['>'] = function(left, right, of_left, of_right) return compare['<'](right, left, of_right, of_left) end
compare['<='] = function(left, right, of_left, of_right)
  return of_left == of_right and is_ordered[of_left] and not is_less(right, left)
end
compare['>='] = function(left, right, of_left, of_right) return compare['<='](right, left, of_right, of_left) end
compare['contains'] = function(left, right, of_left, of_right)
  return of_left == 'string' and of_right == 'string' and left:find(right, 1, true) ~= nil
end

-- counts: held by channel. capacities: most by channel; what is absent is not served.
local function value_of(operand, attributes, counts, capacities)
  local name = operand[1]
  if name == 'attr' then return attributes[operand[2]] end
  if name == 'const' then return operand[2] end
  if name == 'object' then return { object = true } end
  if name == 'true' or name == 'false' then return name == 'true' end
  local served, assigned, capacity = false, 0, 0
  for i = 2, #operand do
    local most = capacities[operand[i]]
    if most then served, assigned, capacity = true, assigned + (counts[operand[i]] or 0), capacity + most end
  end
  if not served then return nil end
  if name == 'assigned' then return assigned end
  if name == 'capacity' then return capacity end
  return capacity == 0 and 0 or 100 * (capacity - assigned) / capacity
end

function holds(condition, attributes, counts, capacities)
  local head = condition[1]
  if head == 'true' or head == 'false' then return head == 'true' end
  if head == 'and' or head == 'or' then
    for i = 2, #condition do
      if holds(condition[i], attributes, counts, capacities) == (head == 'or') then return head == 'or' end
    end
    return head == 'and'
  end
  local left = value_of(condition[2], attributes, counts, capacities)
  local right = value_of(condition[3], attributes, counts, capacities)
  return compare[head](left, right, kind_of(left), kind_of(right)) and true or false
end

end
