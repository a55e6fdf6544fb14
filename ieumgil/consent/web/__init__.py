"""The screens of consent: what the person is told, in their language, and what they said."""
