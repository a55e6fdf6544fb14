"""The screens of a case: the list of one's own, the case on one line, the person, facts, notes, the team, words kept."""
