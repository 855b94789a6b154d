"""Asking a service whether it is ready."""

import http.client

TIMEOUT_S = 2.0


def is_ready(port: int) -> bool:
    """`/health/ready` on the loopback port answers 200."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
