"""Customers over all channels: who they are, all there was with them, and what of it may be kept.

permission  who may look at whom
looking     find one, look at one, and who did
evidence    what is said and proved of them, and what follows from it
merging     two who are one, and two who are not after all
timeline    everything there was, a page at a time
searching   words that lead to customers, conversations and messages; the index behind
facts       what data sources know of them
exporting   all that is kept of one, as a file
erasing     all of it gone, surely
"""
