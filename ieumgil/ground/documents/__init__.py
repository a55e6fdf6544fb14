"""Papers that leave the office, made as PDF from HTML without asking anybody for anything."""
