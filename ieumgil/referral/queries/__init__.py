"""Reads of the referral: work lists, a thread as a conversation, a received packet."""
