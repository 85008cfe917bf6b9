"""The bot's talks, carried out: what customers say is heard in order, and what is to be done is done once.

    bots    the bots of a node, what they understand with, and which conversations are to be looked at
    turns   a talk, claimed: facts are applied to it, each saved with what is to be done before that is done
    deeds   saying, consulting, handing over, closing
    calling a talk on the telephone, kept with its call
    worker  many talks at once, on any node

Crash between any two lines: the talk is saved with its deeds before the first of them; each has a key that makes a
repeat the same; whoever finds the talk next goes on. Should no bot go on, the conversation's `bot_until` runs out and
the reconciler gives it to a person.
"""
