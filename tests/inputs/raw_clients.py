"""Clients of a port on loopback that send bytes as they like."""

import socket


def connect(port: int, begins: bytes = b"", timeout_s: float = 30) -> socket.socket:
    """Connect, and send the beginning of a request."""
    client = socket.create_connection(("127.0.0.1", port), timeout=timeout_s)
    client.sendall(begins)
    return client


def has_ended(client: socket.socket) -> bool:
    """Whether the server ended a connection without a word: with a reset where it had not read all."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True
