"""Verbs: want a notice and send it; start, stop and go on with a call."""
