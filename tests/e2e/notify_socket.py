"""The other end of sd_notify: what systemd would hear from the daemon."""

from __future__ import annotations

import shutil
import socket
import tempfile
import threading
from pathlib import Path

from tests.e2e.servers.ledger import Ledger

END = b"X_END_OF_TEST=1"


class NotifySocket:
    """Collects the lines sent to it, from construction to close."""

    def __init__(self) -> None:
        # A socket's path must be short (108 bytes), which pytest's directories are not.
        self._directory = Path(tempfile.mkdtemp(prefix="ww-"))
        self.path = self._directory / "notify"
        self.lines: Ledger[str] = Ledger("lines sent to systemd")
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(self.path))
        self._thread = threading.Thread(target=self._listen, name="notify-socket", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening. May be called twice."""
        if self._thread.is_alive():
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as own:
                own.sendto(END, str(self.path))
            self._thread.join()
        self._socket.close()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _listen(self) -> None:
        while (datagram := self._socket.recv(65_536)) != END:
            for line in datagram.decode().splitlines():
                self.lines.add(line)
