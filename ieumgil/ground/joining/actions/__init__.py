"""Verbs: come in and go, invite, approve, close."""
