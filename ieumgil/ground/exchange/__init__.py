"""Sealed bundles between agencies: cards, keys, outbox, receipts; it delivers bytes for any room."""
