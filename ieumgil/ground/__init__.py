"""The ground: what every room stands on; it knows nothing of trafficking."""
