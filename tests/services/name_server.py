"""A real DNS server on this machine with the records that a test gives it."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.message
import dns.rcode
import dns.rrset


class NameServer:
    """`records` are {name: TXT records}. `refuses`: it answers that it failed. `asked` are the names that it
    was asked for."""

    def __init__(self) -> None:
        self.records: dict[str, list[str]] = {}
        self.refuses = False
        self.asked: list[str] = []
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))

    @property
    def address(self) -> tuple[str, int]:
        host, port = self.socket.getsockname()
        return str(host), int(port)

    def answer_all(self) -> None:
        """Answer until an empty packet comes."""
        while True:
            packet, client = self.socket.recvfrom(4096)
            if not packet:
                return
            self.socket.sendto(self._answer(packet), client)

    def _answer(self, packet: bytes) -> bytes:
        query = dns.message.from_wire(packet)
        answer = dns.message.make_response(query, recursion_available=True)
        name = query.question[0].name
        self.asked.append(name.to_text(omit_final_dot=True))
        records = self.records.get(self.asked[-1])
        if self.refuses:
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif records is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        elif records:
            answer.answer.append(dns.rrset.from_text_list(name, 60, "IN", "TXT", list(map(_quoted, records))))
        return answer.to_wire()


@contextmanager
def name_server() -> Iterator[NameServer]:
    server = NameServer()
    thread = threading.Thread(target=server.answer_all, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(b"", server.address)
        thread.join()
        server.socket.close()


def _quoted(text: str) -> str:
    """Return a record as zone files have it, in strings of at most 255 characters."""
    return " ".join(f'"{text[at : at + 255]}"' for at in range(0, len(text), 255))
