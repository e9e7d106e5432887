"""Which addresses may be asked: public ones, and those the owner allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import TypeAlias

Address: TypeAlias = IPv4Address | IPv6Address
Network: TypeAlias = IPv4Network | IPv6Network

_NAT64 = IPv6Network("64:ff9b::/96")
_UNICAST = IPv6Network("2000::/3")
"""All that is handed out of IPv6; the rest is reserved, local or multicast, whatever a library thinks."""

_NOT_PUBLIC: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "100.64.0.0/10",  # carriers' own
        "192.0.0.0/24",  # protocol assignments
        "192.88.99.0/24",  # 6to4 relays, withdrawn
        "198.18.0.0/15",  # benchmarks
        "224.0.0.0/4",
        "240.0.0.0/4",
        "2001:db8::/32",
        "3fff::/20",
    )
)
"""What ``is_global`` lets through in one version of Python or another."""


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Says which addresses may be connected to."""

    allowed: tuple[Network, ...] = ()

    @classmethod
    def of(cls, networks: Sequence[str]) -> AddressPolicy:
        """Allow these networks (``127.0.0.0/8``) besides all public ones. ValueError says which is wrong."""
        return cls(tuple(_network(text) for text in networks))

    def permits(self, address: Address) -> bool:
        """Say whether this address may be connected to."""
        inner = _mapped(address)
        if any(inner in network or address in network for network in self.allowed):
            return True
        return all(_is_public(hidden) for hidden in _unwrapped(inner))


def _network(text: str) -> Network:
    try:
        return ip_network(text.strip())
    except ValueError:
        raise ValueError(f"{text!r} is not a network{_meant(text)}") from None


def _meant(text: str) -> str:
    try:
        return f" (write {ip_network(text.strip(), strict=False)})"
    except ValueError:
        return " (write it as 127.0.0.0/8 or fd00::/8)"


def _mapped(address: Address) -> Address:
    """Return the IPv4 address the kernel connects to when given ``::ffff:127.0.0.1``."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _unwrapped(address: Address) -> tuple[Address, ...]:
    """Return the addresses at which a packet to this one may come out of a tunnel or translator."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    return (address,)


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv6Address) and address not in _UNICAST:
        return False
    if not address.is_global or address.is_multicast:
        return False
    return not any(address in network for network in _NOT_PUBLIC)


def literal_address(host: str) -> Address | None:
    """Return the address that a host name is, if it is one."""
    try:
        return ip_address(host)
    except ValueError:
        return None
