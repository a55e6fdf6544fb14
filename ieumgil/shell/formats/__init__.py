"""How dates, times and numbers are written, for each language of the screens."""
