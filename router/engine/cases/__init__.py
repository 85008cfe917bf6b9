"""Cases: begun, changed, followed, kept to their deadlines, listed, watched."""
