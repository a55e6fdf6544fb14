"""Speed against bare peers, measured in one run: `python -m bench`; nothing here says what is fast enough for a test."""
