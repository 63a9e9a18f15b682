"""Keys over TLS: from a server with a certificate that is trusted, and from nobody else."""

from __future__ import annotations

import datetime as dt
import ipaddress
import ssl
import tempfile
import time
from pathlib import Path
from unittest.mock import patch

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from betterauth_auth import conf, counters
from betterauth_auth.jwks import keyset
from tests.betterauth_auth.case import IssuerCase
from tests.fake_betterauth import drip_headers


def certificate(names: list[x509.GeneralName]) -> bytes:
    """One that vouches for itself, with its key, as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "betterauth_auth tests")])
    now = dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM) + private


class TlsTests(IssuerCase):
    def serve_with(self, name: x509.GeneralName) -> str:
        """The issuer speaks TLS from now on; the path of its certificate."""
        path = Path(self.enterContext(tempfile.TemporaryDirectory())) / "certificate.pem"
        path.write_bytes(certificate([name]))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        self.issuer.server.socket = context.wrap_socket(self.issuer.server.socket, server_side=True)
        self.configure(JWKS_URL=f"{self.issuer.url.replace('http:', 'https:')}/api/auth/jwks")
        return str(path)

    def test_keys_come_from_a_server_that_is_trusted(self):
        trusted = self.serve_with(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))

        with patch("betterauth_auth.jwks.download.DEFAULT_CA_BUNDLE_PATH", trusted):
            self.assert_answers(self.get_with("/stateless"), 200)

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        self.serve_with(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))

        self.assert_no_connection()

    def test_a_certificate_for_another_name_is_refused(self):
        trusted = self.serve_with(x509.DNSName("auth.example.com"))

        with patch("betterauth_auth.jwks.download.DEFAULT_CA_BUNDLE_PATH", trusted):
            self.assert_no_connection()

    def test_an_answer_that_drips_is_cut_off(self):
        trusted = self.serve_with(x509.IPAddress(ipaddress.ip_address("127.0.0.1")))
        self.configure(JWKS_URL=conf.current().policies[0].source.url, FETCH_SECONDS=0.3)
        self.issuer.behave(drip_headers)

        with patch("betterauth_auth.jwks.download.DEFAULT_CA_BUNDLE_PATH", trusted):
            self.assert_answers(self.get_with("/stateless"), 503)
            refresher = keyset.of(conf.current().policies[0].source).refresher
            deadline = time.monotonic() + 2
            while refresher.running is not None and time.monotonic() < deadline:
                time.sleep(0.01)

        self.assertEqual((refresher.outcome.reason, self.issuer.requests), ("timeout", 1))

    def assert_no_connection(self) -> None:
        before = counters.fetches().get("connection", 0)
        self.assert_answers(self.get_with("/stateless"), 503)
        self.assertEqual((counters.fetches()["connection"], self.issuer.requests), (before + 1, 0))
