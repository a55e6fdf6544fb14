"""As people write them in Korea."""
