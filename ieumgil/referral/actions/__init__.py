"""Verbs of the referral: enquire, answer, refer, reply, recall, erase, close; take what comes; watch what is overdue."""
