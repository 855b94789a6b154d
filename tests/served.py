"""An application that answers over HTTP, as its sibling asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from wsgiref.types import WSGIApplication

from werkzeug.serving import BaseWSGIServer, make_server

_LOOKS_UP_S = 0.01  # how long it takes to notice that it shall stop: half a second by default, a test


@contextmanager
def served(app: WSGIApplication) -> Iterator[BaseWSGIServer]:
    """The application on a free port of loopback, until the end of the block."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever, args=(_LOOKS_UP_S,), daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def address_of(server: BaseWSGIServer) -> str:
    """Where it answers."""
    return f"http://127.0.0.1:{server.server_port}"
