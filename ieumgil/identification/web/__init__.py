"""The screens of identification: the first questions, and what the answers are signs of."""
