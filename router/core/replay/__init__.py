"""What a day would have been under another policy: its journal run through the reference model.

record.py       a day as it was: events, agents, what the rules saw of each item; as a file of JSON lines
histories.py    what people brought to it: arrivals, patience, work, presence
drawn.py        what nobody can know of them
told.py         how long one would wait, as its board tells
what_if.py      the same people under another policy
comparison.py   both days in numbers, side by side
plot.py         the same as a page to look at
"""
