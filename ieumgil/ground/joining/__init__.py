"""Who joins and who leaves: invitations, second factors and sessions, on the record."""
