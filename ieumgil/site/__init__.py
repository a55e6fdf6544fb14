"""The node: settings, root addresses and the command line."""
