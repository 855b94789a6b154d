"""A DNS server on loopback that knows the TXT records it was given, and no other name."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Zone = Mapping[str, list[str]]


@contextmanager
def name_server(zone: Zone, *, is_broken: bool = False) -> Iterator[tuple[str, list[str]]]:
    """Its `address:port`, and the names that it was asked for. A broken one answers SERVFAIL."""
    asked: list[str] = []

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            data, sock = self.request
            query = dns.message.from_wire(data)
            asked.append(query.question[0].name.to_text(omit_final_dot=True))
            sock.sendto(_answer(query, zone, is_broken).to_wire(), self.client_address)

    with socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_address[1]}", asked
        finally:
            server.shutdown()
            thread.join()


def _answer(query: Any, zone: Zone, is_broken: bool) -> Any:
    answer = dns.message.make_response(query, recursion_available=True)
    question = query.question[0]
    texts = zone.get(question.name.to_text(omit_final_dot=True))
    if is_broken:
        answer.set_rcode(dns.rcode.SERVFAIL)
    elif texts is None:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif question.rdtype == dns.rdatatype.TXT:
        quoted = [" ".join(f'"{part}"' for part in _parts(text)) for text in texts]
        answer.answer.append(dns.rrset.from_text(question.name, 60, "IN", "TXT", *quoted))
    return answer


def _parts(text: str) -> list[str]:
    """A text as DNS keeps it: in strings of at most 255 characters."""
    return [text[start : start + 200] for start in range(0, len(text), 200)]
