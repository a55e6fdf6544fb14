"""Home pages: one question each, by who signed in."""
