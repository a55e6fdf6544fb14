"""Verbs of the exchange: make keys and cards, sign and take a roll, send, receive, deliver."""
