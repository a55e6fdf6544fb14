"""Agencies that this node hosts, and the workers who act for them."""
