"""Two nodes of an invented country refer people to each other, from one command."""
