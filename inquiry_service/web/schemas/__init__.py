"""Doormen: strings to values. Never near a model."""
