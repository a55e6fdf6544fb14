"""Ieumgil: a national referral mechanism for the protection of victims of trafficking."""

__version__ = "0.1.0"
