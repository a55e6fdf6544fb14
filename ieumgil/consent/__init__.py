"""What the person agreed to, and what may therefore be sent."""
