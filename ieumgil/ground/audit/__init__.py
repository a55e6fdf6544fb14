"""The ledger: who did what, kept so that no entry can later be changed, removed or put in unseen."""
