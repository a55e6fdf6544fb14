"""Encryption at rest: a key for each case and each packet, and their destruction."""
