"""Twilio, played: `python -m tests.simulators.twilio --port 0 --seed 1` prints one JSON line when it is ready.

    clock       phone time, which may run faster than the wall's
    account     whose calls these are: credentials, numbers, the signature; browser: the tokens they come with
    alert       what went wrong, with Twilio's own error codes: the debugger of the console
    fault       which mishaps are played, and when
    webhook     how the product is called: signed, in order, once - or not, when a fault says so
    grammar     which TwiML there is; twiml reads a document by it
    audio       what each leg hears, moment by moment
    leg         one call: its statuses, its life
    interpreter what a leg does with TwiML; dial connects it to others, gathering takes its keys and words
    conference  who sits in which room (seat), who is held, muted, coaching, and who hears whom
    recording   what is being recorded; message SMS and WhatsApp; person who holds the telephone
    exchange    all of them together
    contract    requests and answers against Twilio's published OpenAPI document
    rest        the REST API, resource_* its resources
    control     ours: /_sim/ to play the people; report: what came of it
    server      the program

Phone time (speaking, ringing, patience) may be accelerated; what the product is given to answer in is wall time.
Where the documentation is silent the simulator takes the harsher reading: who is left alone in a started conference
hears nothing.
"""
