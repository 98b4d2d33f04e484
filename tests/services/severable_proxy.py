"""A TCP proxy that can silently drop all traffic: senders get no error and no response."""

import socket
import threading
from contextlib import suppress

from tests.services.ports import free_port


class SeverableProxy:
    """Forward connections from `port` to a server on the loopback address.

    `cut()` drops the traffic of current connections, and of new ones until `mend()`; cut ones stay dead.
    """

    def __init__(self, server_port: int) -> None:
        self.port = free_port()
        self._server_port = server_port
        self._is_whole = True
        self._alive: set[threading.Event] = set()
        self._listener = socket.create_server(("127.0.0.1", self.port), backlog=100)
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        self._is_whole = False
        for connection in self._alive:
            connection.set()
        self._alive = set()

    def mend(self) -> None:
        self._is_whole = True

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        is_cut = threading.Event()
        if not self._is_whole:
            is_cut.set()
        self._alive.add(is_cut)
        try:
            server = socket.create_connection(("127.0.0.1", self._server_port))
        except ConnectionRefusedError:
            client.close()
            return
        back = threading.Thread(target=_pump, args=(server, client, is_cut), daemon=True)
        back.start()
        _pump(client, server, is_cut)


def _pump(source: socket.socket, target: socket.socket, is_cut: threading.Event) -> None:
    with suppress(OSError):
        while data := source.recv(65_536):
            if not is_cut.is_set():
                target.sendall(data)
        if not is_cut.is_set():
            target.shutdown(socket.SHUT_WR)
