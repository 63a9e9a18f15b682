"""Keys over TLS: from a server with a certificate that is trusted, and from nobody else."""

from __future__ import annotations

import datetime as dt
import ipaddress
import os
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

LOOPBACK = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))


class Authority:
    """Vouches for certificates, its own included, as a company's does for its inner servers."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "betterauth_auth tests")])
        self.pem = self.sign(self.name, self.key, x509.BasicConstraints(ca=True, path_length=None))

    def issue(self, name: x509.GeneralName) -> bytes:
        """A server's certificate with its key, as PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a server of the tests")])
        own = self.sign(subject, key, x509.SubjectAlternativeName([name]))
        return own + key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )

    def sign(self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, extension: x509.ExtensionType) -> bytes:
        now = dt.datetime.now(dt.UTC)
        builder = (
            x509.CertificateBuilder(self.name, subject, key.public_key(), x509.random_serial_number())
            .not_valid_before(now - dt.timedelta(days=1))
            .not_valid_after(now + dt.timedelta(days=1))
            .add_extension(extension, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False)
        )
        return builder.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class TlsCase(IssuerCase):
    def serve_with(self, name: x509.GeneralName = LOOPBACK) -> dict[str, str]:
        """The issuer speaks TLS from now on; the settings that trust its authority."""
        authority, folder = Authority(), Path(self.enterContext(tempfile.TemporaryDirectory()))
        (folder / "authority.pem").write_bytes(authority.pem)
        (folder / "server.pem").write_bytes(authority.issue(name))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "server.pem")
        self.issuer.server.socket = context.wrap_socket(self.issuer.server.socket, server_side=True)
        address = f"{self.issuer.url.replace('http:', 'https:')}/api/auth/jwks"
        return {"JWKS_URL": address, "CA_BUNDLE": str(folder / "authority.pem")}

    def assert_no_connection(self) -> None:
        before = counters.fetches().get("connection", 0)
        self.assert_answers(self.get_with("/stateless"), 503)
        self.assertEqual((counters.fetches()["connection"], self.issuer.requests), (before + 1, 0))


class TlsTests(TlsCase):
    def test_keys_come_from_a_server_that_is_trusted(self):
        self.configure(**self.serve_with())

        self.assert_answers(self.get_with("/stateless"), 200)

    def test_a_certificate_that_nobody_vouches_for_is_refused(self):
        self.configure(**{**self.serve_with(), "CA_BUNDLE": ""})

        self.assert_no_connection()

    def test_a_certificate_of_another_authority_is_refused(self):
        other = Path(self.enterContext(tempfile.TemporaryDirectory())) / "other.pem"
        other.write_bytes(Authority().pem)
        self.configure(**{**self.serve_with(), "CA_BUNDLE": str(other)})

        self.assert_no_connection()

    def test_a_certificate_for_another_name_is_refused(self):
        self.configure(**self.serve_with(x509.DNSName("auth.example.com")))

        self.assert_no_connection()

    def test_authorities_that_the_environment_names_are_not_trusted(self):
        trusted = self.serve_with()
        self.configure(**{**trusted, "CA_BUNDLE": ""})
        names = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")

        with patch.dict(os.environ, dict.fromkeys(names, trusted["CA_BUNDLE"])):
            self.assert_no_connection()

    def test_an_answer_that_drips_is_cut_off(self):
        self.configure(**self.serve_with(), FETCH_SECONDS=0.3)
        self.issuer.behave(drip_headers)

        self.assert_answers(self.get_with("/stateless"), 503)
        refresher = keyset.of(conf.current().policies[0].source).refresher
        deadline = time.monotonic() + 2
        while refresher.running is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual((refresher.outcome.reason, self.issuer.requests), ("timeout", 1))
