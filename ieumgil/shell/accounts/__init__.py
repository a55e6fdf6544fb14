"""The door: sign-in, second factor, invitations, sessions, and who works here."""
