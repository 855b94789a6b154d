"""Each database with its two roles: `<name>_owner` migrates, `<name>_app` runs. Nobody else may connect.

Both belong to a role `<name>` that cannot log in; that membership is what the access file asks for.
"""

import re
from collections.abc import Callable

import psycopg
from psycopg import sql

from deploy.embedded.errors import CannotRun

ROLES = ("owner", "app")
ONE_AT_A_TIME = 7_330_114  # advisory lock: several test processes may ask one server for databases at once
# Whatever locale somebody's server was made with, ours sort and fold alike, and hold every character.
SAME_EVERYWHERE = "TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C' STRATEGY FILE_COPY"


def ensure_database(admin_url: str, name: str, password_of: Callable[[str], str]) -> None:
    """The database, its roles with these passwords, and nothing for the public, exist."""
    with _alone(_checked(name), admin_url) as admin:
        _ensure_group(admin, name)
        for role in ROLES:
            _ensure_login(admin, f"{name}_{role}", name, password_of(f"{name}_{role}"))
        if not _exists(admin, "pg_database", "datname", name):
            _run(admin, f"CREATE DATABASE {{}} OWNER {{}} {SAME_EVERYWHERE}", name, f"{name}_owner")
        _close_to_public(admin, name)
    with psycopg.connect(_in_database(admin_url, name), autocommit=True) as inside:
        _run(inside, "REVOKE ALL ON SCHEMA public FROM PUBLIC")
        _run(inside, "GRANT ALL ON SCHEMA public TO {}", f"{name}_owner")
        _run(inside, "GRANT USAGE ON SCHEMA public TO {}", f"{name}_app")


def copy_database(admin_url: str, source: str, name: str) -> None:
    """`name` is a copy of `source`, open to the roles of `source`. Nobody may be connected to `source`."""
    with _alone(_checked(name), admin_url) as admin:
        _ensure_group(admin, name)
        for role in ROLES:
            _run(admin, "GRANT {} TO {}", name, f"{source}_{role}")
        _run(
            admin,
            "CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY",
            name,
            source,
            f"{source}_owner",
        )
        _close_to_public(admin, name)


def drop_database(admin_url: str, name: str) -> None:
    """The database is gone, whoever was connected; its roles stay."""
    with _alone(_checked(name), admin_url) as admin:
        _run(admin, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _alone(name: str, admin_url: str) -> psycopg.Connection:
    connection = psycopg.connect(admin_url, autocommit=True)
    connection.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
    return connection


def _ensure_group(admin: psycopg.Connection, name: str) -> None:
    if not _exists(admin, "pg_roles", "rolname", name):
        _run(admin, "CREATE ROLE {} NOLOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE", name)


def _ensure_login(admin: psycopg.Connection, role: str, group: str, password: str) -> None:
    verb = "ALTER" if _exists(admin, "pg_roles", "rolname", role) else "CREATE"
    statement = verb + " ROLE {} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD {}"
    admin.execute(sql.SQL(statement).format(sql.Identifier(role), sql.Literal(password)))
    _run(admin, "GRANT {} TO {}", group, role)


def _close_to_public(admin: psycopg.Connection, name: str) -> None:
    for database in (name, "postgres", "template1"):
        _run(admin, "REVOKE ALL ON DATABASE {} FROM PUBLIC", database)
    _run(admin, "GRANT CONNECT ON DATABASE {} TO {}", name, name)


def _exists(admin: psycopg.Connection, catalog: str, column: str, name: str) -> bool:
    query = sql.SQL("SELECT 1 FROM {} WHERE {} = {}")
    found = query.format(sql.Identifier(catalog), sql.Identifier(column), sql.Literal(name))
    return admin.execute(found).fetchone() is not None


def _run(connection: psycopg.Connection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _in_database(admin_url: str, name: str) -> str:
    return admin_url.replace("/postgres?", f"/{name}?", 1)


def _checked(name: str) -> str:
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
        raise CannotRun(f"{name!r} cannot be a database here: lower-case letters, digits and _ only.")
    return name
