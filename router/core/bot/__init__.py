"""The bot that answers first: pure. What a customer says goes in, what is to be done comes out.

definition  what a bot can do: flows of steps, answers, its texts and words
talk        how far it is with one customer, as it is kept
facts       what it hears: words of the customer, answers of data sources, that time is up
actions     what is to be done: say, consult, hand over, close
words       what can be told without understanding: a person, yes, no, cancel, thanks
slots       values in what people write: order numbers, addresses, days
phrasing    texts with their {names} filled in
meaning     what a text means to it, and how surely
aside       a question in the middle of a task
moving      a task that goes on where its customer writes now
spoken      talking by voice
letter      mails, which are no chat
proof       whether somebody is proven well enough for a task
guessing    how often people may name what is not there
flow        through the steps of a flow
step        a talk and a fact → the talk after it, and what is to be done
overlap     an engine of understanding for want of a better one
"""
