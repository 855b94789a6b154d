"""The ports the pair listens on: which they are, and that nobody else has them."""

import errno
import socket
from collections.abc import Mapping

from deploy.embedded.errors import CannotRun, PortBusy
from deploy.embedded.services import Service


def port_of(service: Service, settings: Mapping[str, str]) -> int:
    """The service's port; raises CannotRun for what cannot be one."""
    text = settings.get(service.port_variable, str(service.default_port))
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise CannotRun(f"{service.port_variable}={text} is not a port: a number from 1 to 65535.")
    return int(text)


def check_ports(services: tuple[Service, ...], settings: Mapping[str, str], host: str) -> None:
    """Every port is free now, and no two services share one; raises PortBusy, which names the variable.

    The web server would not notice: it shares a port with whoever listens there in the same way.
    """
    taken: dict[int, Service] = {}
    for service in services:
        port = port_of(service, settings)
        if other := taken.get(port):
            raise CannotRun(f"{service.port_variable} and {other.port_variable} are both {port}.")
        taken[port] = service
        _check(service, host, port)


def _check(service: Service, host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # Connections of the run before linger for a minute; a listener is refused all the same.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise _refusal(service, host, port, error) from error


def _refusal(service: Service, host: str, port: int, error: OSError) -> CannotRun:
    if error.errno == errno.EADDRINUSE:
        return PortBusy(
            f"Port {port} is in use by another program. Stop it, or choose another port "
            f"for the {service.name} service: {service.port_variable}={port + 100} make run"
        )
    return CannotRun(f"Cannot listen on {host}:{port} ({service.port_variable}): {error.strerror}.")
