"""The screen of services in a case."""
