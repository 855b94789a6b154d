"""What the embedded PostgreSQL is told: its settings, who may log in, and as whom."""

from pathlib import Path

SETTINGS = {
    "listen_addresses": "",  # sockets only: nothing on the network to guard
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
    # A failing statement carries what a visitor typed, and so does its detail: neither goes into a log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}

# A role gets in only where it is a member of the role named like the database; `postgres` only as this
# machine's own user. Never `trust`: it would let either service in as the other, or as postgres.
ACCESS = """\
local all postgres peer map=owner
local samerole all scram-sha-256
"""


def arguments(data: Path, sockets: Path) -> list[str]:
    """The command line after the program's name. It outranks whatever a file in the data directory says."""
    settings = SETTINGS | {"unix_socket_directories": str(sockets)}
    return ["-D", str(data), *(f"--{name}={value}" for name, value in settings.items())]


def write_access(data: Path, os_users: set[str]) -> None:
    """Only these users of the machine may be `postgres`, and only two roles may enter each database."""
    (data / "pg_hba.conf").write_text(ACCESS)
    (data / "pg_ident.conf").write_text("".join(f'owner "{user}" postgres\n' for user in sorted(os_users)))
