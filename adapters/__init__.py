"""Channels beside web chat, one folder each; web chat itself is a gateway session and needs none."""
