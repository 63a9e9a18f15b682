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
    """What one caller controls: an IPv4 address, or the /64 that an IPv6 host can roam in."""
    try:
        parsed = ip_address(without_port(address))
    except ValueError:
        # All that is no address shares one budget; one for each spelling would be no limit.
        return "unknown"
    if isinstance(parsed, IPv6Address):
        ipv4 = parsed.ipv4_mapped or nat64(parsed)
        return str(ipv4 or IPv6Network((parsed, 64), strict=False))
    return str(parsed)


def without_port(address: str) -> str:
    """Some gateways forward `address:port`, with IPv6 in brackets."""
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def nat64(address: IPv6Address) -> IPv4Address | None:
    return IPv4Address(int(address) & 0xFFFFFFFF) if address in NAT64 else None
