"""The bare case: a pseudonymous id, its holder, stage and team, with the identity sealed beside it."""
