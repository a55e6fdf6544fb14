"""Recognising a presumed victim: first-contact screening and the reviewer's reading of indicators."""
