"""Which addresses may be asked (O-24, O-25): loopback and inner networks are nobody's feed by default."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wirewatch.fetch.addresses import AddressPolicy, literal_address

FORBIDDEN = """
0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.254 127.0.0.1 127.0.0.2 127.255.255.255
169.254.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.0.0.9 192.0.0.170 192.0.2.1
192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.255
240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::127.0.0.1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::ffff:0:10.0.0.1
64:ff9b::a00:1 64:ff9b::7f00:1 64:ff9b::a9fe:a9fe 64:ff9b:1::1 100::1 2001::1 2001:db8::1 2001:10::1
2002:a00:1::1 2002:7f00:1::1 2002:a9fe:a9fe::1 2002:c0a8:1::1 3fff::1 3fff:fff:ffff::1 5f00::1 4000::1
fc00::1 fd00:ec2::254 fdff::1 fe80::1 fe80::1%eth0 febf::1 fec0::1 feff::1 ff02::1 ff0e::1
2001:0:a00:1:0:0:f5ff:fffe 2001:0:808:808:0:0:f5ff:fffe
""".split()

PUBLIC = """
1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.1 93.184.216.34 100.63.255.255 100.128.0.1 126.255.255.255 128.0.0.1
172.15.255.255 172.32.0.1 191.255.255.255 192.0.1.1 192.88.98.1 192.167.255.255 198.17.255.255 198.20.0.1
223.255.255.255
2001:4860:4860::8888 2606:4700:4700::1111 2a00:1450:4001::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1
2001:0:808:808:0:0:f7f7:f7f7
""".split()


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_address_that_is_not_public_is_refused(address: str) -> None:
    """O-25: the owner's router and the cloud's metadata service must not be readable through a feed."""
    assert not AddressPolicy().permits(ip_address(address))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_permitted(address: str) -> None:
    """O-25: a guard that refuses real servers loses news."""
    assert AddressPolicy().permits(ip_address(address))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_disguise(address: IPv4Address) -> None:
    """O-25: mapped, translated and tunnelled forms reach the same machine and need the same answer."""
    number = int(address)
    disguises = (
        f"::ffff:{address}",
        str(ip_address((0x64FF9B << 96) | number)),
        str(ip_address((0x2002 << 112) | (number << 80) | 1)),
    )

    verdicts = {AddressPolicy().permits(ip_address(form)) for form in (str(address), *disguises)}

    assert len(verdicts) == 1


@pytest.mark.parametrize(
    ("networks", "address", "permitted"),
    [
        (["127.0.0.0/8"], "127.0.0.1", True),
        (["127.0.0.0/8"], "::ffff:127.0.0.1", True),
        (["127.0.0.0/8"], "::1", False),
        (["127.0.0.0/8"], "10.0.0.1", False),
        (["127.0.0.0/8"], "64:ff9b::7f00:1", False),
        (["127.0.0.0/8"], "2002:7f00:1::1", False),
        (["127.0.0.1"], "127.0.0.1", True),
        (["127.0.0.1"], "127.0.0.2", False),
        (["::1/128", "10.0.0.0/8"], "::1", True),
        (["::1/128", "10.0.0.0/8"], "10.9.8.7", True),
        (["fe80::/10"], "fe80::1%eth0", True),
        ([" 192.168.1.0/24 "], "192.168.1.7", True),
        (["::ffff:0:0/96"], "127.0.0.1", False),
        (["2002::/16"], "2002:7f00:1::1", True),
    ],
)
def test_an_allowed_network_is_permitted_and_nothing_beside_it(
    networks: list[str], address: str, permitted: bool
) -> None:
    """O-25: feeds on one's own machine are legitimate, and allowing them must not open anything else."""
    assert AddressPolicy.of(networks).permits(ip_address(address)) is permitted


@pytest.mark.parametrize(
    ("network", "words"),
    [
        ("127.0.0.1/8", "'127.0.0.1/8' is not a network (write 127.0.0.0/8)"),
        ("localhost", "'localhost' is not a network (write it as 127.0.0.0/8 or fd00::/8)"),
        ("10.0.0.0/33", "'10.0.0.0/33' is not a network (write it as 127.0.0.0/8 or fd00::/8)"),
        ("", "'' is not a network (write it as 127.0.0.0/8 or fd00::/8)"),
    ],
)
def test_a_network_that_is_none_is_an_error_that_says_how_to_write_it(
    network: str, words: str
) -> None:
    """A guard with a hole somebody did not mean to make is worse than a daemon that does not start."""
    with pytest.raises(ValueError, match="is not a network") as caught:
        AddressPolicy.of([network])

    assert str(caught.value) == words


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "127.1", "0177.0.0.1", "example.org", ""])
def test_odd_spellings_of_an_address_are_left_to_the_resolver(host: str) -> None:
    """O-24: only the system's own resolver knows what these mean; what it answers is checked."""
    assert literal_address(host) is None
