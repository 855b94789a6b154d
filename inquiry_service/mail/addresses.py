"""The addresses in a header, whatever else stands there."""

from email.utils import getaddresses


def named_addresses(value: str) -> list[tuple[str, str]]:
    """Each name with its address, as they came; nothing where the header cannot be read."""
    try:
        return getaddresses([value])
    except Exception:  # the library raises many kinds on broken headers, RecursionError among them
        return []


def bare_addresses(values: list[str]) -> list[str]:
    """The addresses alone."""
    return [address for value in values for _, address in named_addresses(value) if "@" in address]
