"""Free ports on loopback, the same again when a kept stack starts again."""

import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
# Below the range from which systems take the port of an outgoing connection (32768 on Linux, 49152 elsewhere): there, a
# client that retries while the broker is down could be given the broker's own port, and the broker could not come back.
PORTS = range(20_000, 32_000)
TRIES = 200


def is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that nobody listens on now."""
    for port in random.sample(PORTS, TRIES):
        if is_free(port):
            return port
    raise OSError(f"no free port on {HOST} after {TRIES} tries between {PORTS.start} and {PORTS.stop}")


def kept_port(file: Path) -> int:
    """The port noted in the file if it is still free, else a new one, noted there."""
    if file.exists() and is_free(noted := int(file.read_text())):
        return noted
    port = free_port()
    file.write_text(f"{port}\n")
    return port
