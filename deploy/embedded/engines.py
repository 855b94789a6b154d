"""PostgreSQL and Valkey for one installation: our own, or the operator's, which is said."""

from pathlib import Path
from urllib.parse import urlsplit

from deploy.embedded.binaries import find_postgres, find_valkey, version_of
from deploy.embedded.installation import Installation
from deploy.embedded.postgres import Cluster
from deploy.embedded.valkey import Valkey
from deploy.embedded.watch import Watched


class Engines:
    """The servers the processes need. Those that the operator names are never touched."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        base = installation.layout.base
        self.cluster = Cluster(base) if installation.of_own_database() else None
        self.valkey = None if installation.operator.get("REDIS_URL") else Valkey(base)

    def start(self) -> None:
        """Both answer, and every database of ours exists with its roles."""
        if self.valkey:
            self.valkey.launch()
        if self.cluster:
            self.cluster.start()
            for service in self._installation.of_own_database():
                self.cluster.ensure_database(service.name)
        if self.valkey:
            self.valkey.wait_for_ready()

    def stop(self) -> None:
        """Those we started have ended."""
        for engine in (self.valkey, self.cluster):
            if engine:
                engine.stop()

    def started(self) -> list[Watched]:
        """Those we started, to be kept running."""
        return [engine for engine in (self.cluster, self.valkey) if engine]

    def description(self) -> list[str]:
        """A line each: which server, and whose."""
        return [*self._databases(), self._redis()]

    def _databases(self) -> list[str]:
        given = self._installation.operator
        lines = [
            f"PostgreSQL for {service.name}: {_without_password(given[service.database_variable])} "
            f"(from {service.database_variable})"
            for service in self._installation.services
            if given.get(service.database_variable)
        ]
        if self.cluster:
            version = version_of(find_postgres() / "postgres")
            lines.insert(0, f"PostgreSQL {version}: our own, its data in {self._short(self.cluster.data)}")
        if given.get("DATABASE_URL"):
            names = " and ".join(service.database_variable for service in self._installation.services)
            lines.append(f"DATABASE_URL is not used: each service has a database of its own; set {names}")
        return lines

    def _short(self, path: Path) -> str:
        root = self._installation.root
        return str(path.relative_to(root) if path.is_relative_to(root) else path)

    def _redis(self) -> str:
        if self.valkey:
            return f"Valkey {version_of(find_valkey())}: our own, in memory only"
        return f"Redis: {_without_password(self._installation.operator['REDIS_URL'])} (from REDIS_URL)"


def _without_password(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}{parts.path}"
