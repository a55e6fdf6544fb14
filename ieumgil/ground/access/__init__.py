"""Closed by default: which addresses are open, and who a request acts as."""
