"""Telephone calls, carried out: what is heard of a call is applied to it under its lock; what is to be done is stored
beside it and done by whichever node comes first.

    switchboard  what the calls of a node work with: lines, the telephone, who is to be woken
    hearing      facts → the call after them, committed; then told to those who see it
    place        where routing puts a caller
    lining_up    a caller becomes customer, conversation and work item
    work         the routing half of what is to be done; worker carries all of it out
    reconciler   calls nothing is heard of are looked at; timers
    commands     what agents and supervisors do; dialing: calls out
    shown        a call as people see it; log: calls of the past
    bot          who answers first

Crash between any two lines: facts are committed with the actions that follow from them before anybody is answered; an
action begun and not ended is tried again, and looks first whether it was done. Routing is not told twice but looked
at: the call follows the state its work item is in.
"""
