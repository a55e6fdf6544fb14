"""Tell people outside the node that something waits, without saying what: notices by mail, and a phone that rings."""
