"""Understanding: which of the intents it was taught a message is about, and whether it is about any of them.

Everything runs here, on the CPU, without network. Words: an *example* is a text with its intents; a *model* is what
training makes of examples; an *encoder* turns texts into vectors.

    examples.py    texts with intents, cleaned and without doubles
    names.py       names of intents as examples
    lexical.py     encoder: words and pieces of words, weighed by how rare they are; needs numpy only
    semantic.py    encoder: sentences of like meaning are near, across languages; a package with weights
    sentences.py   its arithmetic, for short messages
    encoding.py    which encoders an engine joins, and its name
    elsewhere.py   sentences no service is about
    linear.py      classifier: one vector of weights an intent
    calibration.py how sure is sure: temperature, threshold, errors
    model.py       examples' vectors and the classifier together: text → what it means
    training.py    examples → model
    model_file.py  a model on disk
    language.py    which language a text is in
    reading.py     messages → what they mean, several things in one message too
    corpus*.py     data sets as people publish them; evaluation.py figures of a model on them
    lessons.py     training beside the answers, in children of the worker
    worker.py      the process that does the work; service.py its other end, in the server's loop
"""
