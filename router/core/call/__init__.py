"""A telephone call, without a telephone: state, facts and what to do about them; pure.

    line.py      how calls of one number of ours go: menu, texts, recording
    state.py     a call and its legs
    facts.py     what can happen: the provider's facts, people's commands, what routing says, time
    actions.py   what is to be done: by the provider, by routing; each with a key, once
    draft.py     a call being changed
    step.py      step(call, fact, context) → the call after it, and the actions
    intro.py     until somebody is found: menu, bot, waiting, callback, voicemail
    room.py      the conference: legs that come, go and fail
    commands.py  what agents and supervisors do
    item.py      the call follows its work item
    page.py      what the customer's leg is told to do next, in every state
    rights.py    who may do what now

Facts come late, twice and out of order. So every fact names what it is about (a leg, a prompt, an assignment), says how
things are and not how they changed, and one about what is over changes nothing: a leg that is gone never comes back, a
call that has ended never goes on.
"""
