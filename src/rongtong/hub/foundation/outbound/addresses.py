"""Which network addresses may not be called: everything that is not plainly somewhere on the public internet.

The standard library's ``is_private`` and ``is_global`` are not enough (100.64/10 is not private to the one,
64:ff9b::/96, 2002::/16, ::/96, 192.0.0.8 and multicast are global to the other), so the table names each network.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

#: Network → why it is refused. RFC 6890 and the IANA special-purpose registries, and what clouds hide in them.
REFUSED: dict[Network, str] = {
    ip_network(network): why
    for network, why in {
        "0.0.0.0/8": "this network",
        "10.0.0.0/8": "private",
        "100.64.0.0/10": "shared by carriers; a cloud's metadata",
        "127.0.0.0/8": "loopback",
        "168.63.129.16/32": "a cloud's host",
        "169.254.0.0/16": "link-local; a cloud's metadata",
        "172.16.0.0/12": "private",
        "192.0.0.0/24": "protocol assignments",
        "192.0.2.0/24": "documentation",
        "192.31.196.0/24": "anycast sink",
        "192.52.193.0/24": "multicast tunnels",
        "192.88.99.0/24": "6to4 relays",
        "192.168.0.0/16": "private",
        "192.175.48.0/24": "anycast sink",
        "198.18.0.0/15": "benchmarks",
        "198.51.100.0/24": "documentation",
        "203.0.113.0/24": "documentation",
        "224.0.0.0/4": "multicast",
        "240.0.0.0/4": "reserved; broadcast",
        "::/128": "unspecified",
        "::1/128": "loopback",
        "::/96": "IPv4 inside IPv6, old form",
        "::ffff:0:0/96": "IPv4 inside IPv6",
        "::ffff:0:0:0/96": "IPv4 translated",
        "64:ff9b::/96": "IPv4 translated",
        "64:ff9b:1::/48": "IPv4 translated, private",
        "100::/64": "discarded",
        "2001::/23": "protocol assignments; Teredo",
        "2001:db8::/32": "documentation",
        "2002::/16": "IPv4 inside 6to4",
        "2620:4f:8000::/48": "anycast sink",
        "3fff::/20": "documentation",
        "5f00::/16": "segment routing",
        "fc00::/7": "private",
        "fe80::/10": "link-local",
        "fec0::/10": "site-local",
        "ff00::/8": "multicast",
    }.items()
}
#: The one block from which public addresses of version 6 are given out; what lies outside is nobody's.
GIVEN_OUT = IPv6Network("2000::/3")


def why_refused(address: str | Address, allowed: Iterable[Network] = ()) -> str:
    """Why this address may not be called; '' when it may.

    Parameters
    ----------
    allowed
        Networks that the operator opened in the settings although they are not public.
    """
    if isinstance(address, str):
        if "%" in address:
            return "an address with a zone"
        address = ip_address(address)
    if any(address in network for network in allowed):
        return ""
    found = [network for network in REFUSED if address in network]
    if found:
        return REFUSED[max(found, key=lambda network: network.prefixlen)]
    if isinstance(address, IPv6Address) and address not in GIVEN_OUT:
        return "not given out"
    return ""
