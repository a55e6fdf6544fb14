"""Pure words that every room shares: ids, purposes, outcomes, permissions, actor facts, canonical JSON."""
