"""Referral threads between two agencies: packets, due times, escalation."""
