"""By which names a port on loopback may be asked: a page elsewhere whose name is made to mean 127.0.0.1 has its own."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def own_names(host: str, address: str) -> frozenset[str]:
    """Return the names by which a port on loopback may be asked; empty where it is open to others anyway."""
    return frozenset({"localhost", host.lower()}) if is_loopback(address) else frozenset()


def is_asked_for(host: str, names: frozenset[str]) -> bool:
    """Return whether a Host header names this machine from within; browsers always send one."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is None or name.rstrip(".") in names or is_loopback(name)


def is_loopback(address: str) -> bool:
    """Return whether an address is of this machine alone."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
