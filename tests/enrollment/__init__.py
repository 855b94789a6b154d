"""The enrollment service, told in sentences."""
