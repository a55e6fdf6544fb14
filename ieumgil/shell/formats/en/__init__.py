"""As people write them in English, day before month."""
