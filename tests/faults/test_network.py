"""A network that swallows packets between the service, in a network namespace of its own, and the database."""

import json
import os
import pwd
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import SkipTest

import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import SimpleTestCase

from scripts.private_postgres import PrivatePostgres, unprivileged_user
from tests.fake_betterauth import FakeBetterAuth
from tests.faults import only_when_asked
from tests.faults.load import READERS, WRITERS, Load
from tests.faults.stage import Doorman, Service
from tests.faults.test_database import DURABLE, needs_postgres

NAMESPACE = "todo-faults"
# One pair of interfaces for HTTP and one for the database, which is the one that is cut.
HTTP_HERE, HTTP_THERE, DATABASE_HERE, DATABASE_THERE = "10.213.1.1", "10.213.1.2", "10.213.2.1", "10.213.2.2"
SET_UP = f"""
netns add {NAMESPACE}
-n {NAMESPACE} link set lo up
link add todo-http type veth peer name http netns {NAMESPACE}
link add todo-db type veth peer name db netns {NAMESPACE}
address add {HTTP_HERE}/30 dev todo-http
address add {DATABASE_HERE}/30 dev todo-db
link set todo-http up
link set todo-db up
-n {NAMESPACE} address add {HTTP_THERE}/30 dev http
-n {NAMESPACE} address add {DATABASE_THERE}/30 dev db
-n {NAMESPACE} link set http up
-n {NAMESPACE} link set db up
"""


def ip(line: str) -> bool:
    return subprocess.run(["ip", *line.split()], check=False, capture_output=True).returncode == 0


class ServiceElsewhere(Service):
    wrapper = ("ip", "netns", "exec", NAMESPACE)
    host = HTTP_THERE


def certificate_files(folder: Path) -> str:
    """PostgreSQL settings for TLS with a certificate made for the occasion."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "database")])
    start = datetime.now(UTC) - timedelta(minutes=1)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(start).not_valid_after(start + timedelta(hours=1))
    certificate = builder.sign(key, hashes.SHA256())
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    (folder / "server.crt").write_bytes(certificate.public_bytes(pem))
    (folder / "server.key").write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain))
    (folder / "server.key").chmod(0o600)
    for path in (folder, folder / "server.key", folder / "server.crt"):
        os.chown(path, *owner(unprivileged_user()))
    return f"ssl = on\nssl_cert_file = '{folder}/server.crt'\nssl_key_file = '{folder}/server.key'\n"


def owner(name: str | None) -> tuple[int, int]:
    entry = pwd.getpwnam(name) if name else pwd.getpwuid(os.geteuid())
    return entry.pw_uid, entry.pw_gid


@only_when_asked
@needs_postgres
class TheNetworkSwallowsPackets(SimpleTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        cls.addClassCleanup(ip, f"netns delete {NAMESPACE}")
        if os.geteuid() != 0 or not all(ip(line) for line in SET_UP.split("\n") if line):
            raise SkipTest("this machine does not allow network namespaces")
        folder = Path(cls.enterClassContext(TemporaryDirectory()))
        postgres = PrivatePostgres(DURABLE + certificate_files(folder))
        cls.url = cls.enterClassContext(postgres)
        doorman = cls.enterClassContext(Doorman(postgres.port, DATABASE_HERE))
        issuer = cls.enterClassContext(FakeBetterAuth())
        cls.tokens = [issuer.token(sub=f"user{number}") for number in range(READERS + WRITERS)]
        keys = json.dumps({"keys": [key.jwk for key in issuer.keys]})
        through = cls.url.replace(f"127.0.0.1:{postgres.port}", f"{DATABASE_HERE}:{doorman.port}")
        cls.service = cls.enterClassContext(ServiceElsewhere(through, issuer.url, BETTER_AUTH_JWKS=keys))

    def test_five_seconds_without_a_network_fail_no_read_and_longer_ones_end_in_503_in_time(self):
        with Load(self.service, self.tokens, "network swallows packets for 5 s") as figures:
            self.assertTrue(ip("link set todo-db down"))
            time.sleep(5)
            self.assertTrue(ip("link set todo-db up"))
        self.assertGreater(figures.slowest, 4)
        self.assertEqual((figures.reads_failed, figures.errors_500, figures.lost, figures.duplicates), (0, 0, 0, 0))

        self.addCleanup(ip, "link set todo-db up")
        self.assertTrue(ip("link set todo-db down"))
        started = time.monotonic()
        self.assertEqual(self.service.request("GET", "/api/v1/todos", self.tokens[0])[0], 503)
        self.assertLess(time.monotonic() - started, 35)
        self.assertEqual(self.service.request("GET", "/livez")[0], 200)

    def test_the_connection_off_loopback_is_encrypted_without_being_asked(self):
        # The other test may have had the network down a moment ago.
        deadline = time.monotonic() + 30
        while (status := self.service.request("GET", "/api/v1/todos", self.tokens[0])[0]) == 503:
            self.assertLess(time.monotonic(), deadline)
            time.sleep(1)
        self.assertEqual(status, 200)
        with psycopg.connect(self.url) as connection:
            query = (
                "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE application_name = %s"
            )
            self.assertEqual(connection.execute(query, ["todo-api"]).fetchone(), (True,))
