"""Where a request came from, as far as that can be believed."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address

from django.conf import settings
from django.http import HttpRequest

NAT64 = IPv6Network("64:ff9b::/96")


def client_address(request: HttpRequest) -> str:
    """The caller's address: what the outermost trusted proxy saw; without proxies, the socket's other end.

    Entries of X-Forwarded-For left of the trusted ones are the caller's own claim and never read.
    """
    if settings.TRUSTED_PROXIES:
        forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
        if len(forwarded) >= settings.TRUSTED_PROXIES and forwarded[-settings.TRUSTED_PROXIES].strip():
            return forwarded[-settings.TRUSTED_PROXIES].strip()
    return request.META.get("REMOTE_ADDR", "")


def network_of(address: str) -> str:
    """What one caller controls for certain: an IPv4 address, or the /64 that an IPv6 host can roam in."""
    return networks_of(address)[0]


def networks_of(address: str) -> tuple[str, ...]:
    """All that one caller may control, the narrowest first; of an IPv6 host also the /48 that a site is given."""
    try:
        parsed = ip_address(without_port(address))
    except ValueError:
        # All that is no address shares one budget; one for each spelling would be no limit.
        return ("unknown",)
    if isinstance(parsed, IPv4Address):
        return (str(parsed),)
    if ipv4 := ipv4_behind(parsed):
        return (str(ipv4),)
    return tuple(str(IPv6Network((int(parsed), length), strict=False)) for length in (64, 48))


def without_port(address: str) -> str:
    """Some gateways forward `address:port`, with IPv6 in brackets."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def ipv4_behind(address: IPv6Address) -> IPv4Address | None:
    """Who has one IPv4 address has a whole /48 of 6to4, and with Teredo any number of addresses."""
    if address in NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    _, teredo_client = address.teredo or (None, None)
    return address.ipv4_mapped or address.sixtofour or teredo_client
