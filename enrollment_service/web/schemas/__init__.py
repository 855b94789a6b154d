"""Doormen: strings to values, the same for forms and JSON. Nothing here is near a table."""
