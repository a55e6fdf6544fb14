"""Services that an agency gives to a person, from the day they start until they end."""
