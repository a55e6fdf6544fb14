"""Services as they really admit, and their places."""
