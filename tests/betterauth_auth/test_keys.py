"""Which JWKs verify something, and which do not."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import SimpleTestCase
from jwt.algorithms import RSAAlgorithm

from betterauth_auth.jwks.keys import ED25519_PRIME, LOW_ORDER_Y, UnusableKey, usable_key, usable_keys
from tests.fake_betterauth import SigningKey, encode

ED = SigningKey.make("EdDSA", "ed").jwk
EC = SigningKey.make("ES256", "ec").jwk
RSA = SigningKey.make("RS256", "rsa").jwk


def without(jwk: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: value for name, value in jwk.items() if name not in names}


def number(value: int) -> str:
    return encode(value.to_bytes((value.bit_length() + 7) // 8 or 1, "big"))


def doubled(y: int) -> int:
    """y of the point added to itself, from the curve -x^2 + y^2 = 1 + d x^2 y^2."""
    p = ED25519_PRIME
    d = -121665 * pow(121666, -1, p) % p
    x2 = (y * y - 1) * pow(d * y * y + 1, -1, p) % p
    return (y * y + x2) * pow(2 - (y * y - x2), -1, p) % p


class KeyTests(SimpleTestCase):
    def test_alg_is_derived_when_it_is_missing_or_wrong(self):
        rsa_algorithms = {"RS256", "RS384", "RS512", "PS256", "PS384", "PS512"}
        cases = [
            (ED, {"EdDSA"}),
            ({**ED, "alg": "Ed25519"}, {"EdDSA"}),
            (without(ED, "alg"), {"EdDSA"}),
            ({**ED, "alg": "ES256"}, {"EdDSA"}),
            ({**EC, "alg": ["ES256"]}, {"ES256"}),
            ({**RSA, "alg": "EdDSA"}, rsa_algorithms),
            (without(RSA, "alg"), rsa_algorithms),
            ({**RSA, "alg": "HS256"}, rsa_algorithms),
            ({**RSA, "alg": "PS256"}, {"PS256"}),
        ]
        for jwk, expected in cases:
            with self.subTest(alg=jwk.get("alg"), kty=jwk["kty"]):
                self.assertEqual(usable_key(jwk).algorithms, expected)

    def test_what_cannot_verify_is_left_out(self):
        unusable = {
            "no kid": without(ED, "kid"),
            "empty kid": {**ED, "kid": ""},
            "long kid": {**ED, "kid": "k" * 129},
            "a letter that only looks like k": {**ED, "kid": "\u212a"},
            "number as kid": {**ED, "kid": 1},
            "for encryption": {**ED, "use": "enc"},
            "use null": {**ED, "use": None},
            "for signing only": {**ED, "key_ops": ["sign"]},
            "key_ops a string": {**ED, "key_ops": "verify"},
            "symmetric": {"kid": "s", "kty": "oct", "k": "c2VjcmV0"},
            "kty in capitals": {**ED, "kty": "okp"},
            "kty a list": {**ED, "kty": ["OKP"]},
            "crv a list": {**ED, "crv": ["Ed25519"]},
            "Ed448": {**ED, "crv": "Ed448"},
            "X25519": {**ED, "crv": "X25519"},
            "secp256k1": {**EC, "crv": "secp256k1"},
            "curve of another kind": {**EC, "crv": "Ed25519"},
            "x of 31 bytes": {**ED, "x": encode(b"x" * 31)},
            "x of 33 bytes": {**ED, "x": encode(b"x" * 33)},
            "x padded": {**ED, "x": ED["x"] + "="},
            "x missing": without(ED, "x"),
            "x a number": {**ED, "x": 5},
            "x not ASCII": {**ED, "x": "\xe9" * 43},
            "y missing": without(EC, "y"),
            "a point off the curve": {**EC, "y": EC["x"]},
            "coordinates of another curve": {**EC, "crv": "P-384"},
            "an exponent of 1": {**RSA, "e": number(1)},
            "an even exponent": {**RSA, "e": number(65536)},
            "a huge exponent": {**RSA, "e": number(2**64 + 1)},
            "an exponent of nothing": {**RSA, "e": ""},
            "a modulus of nothing": {**RSA, "n": ""},
            "a modulus of 2047 bits": {**RSA, "n": number(2**2046 + 1)},
            "a modulus of 16,384 bits": {**RSA, "n": number(2**16383 + 1)},
            "an even modulus": {**RSA, "n": number(2**2047 + 2)},
            "a modulus that 167 divides": {**RSA, "n": number(167 * 2**2040 + 167)},
            "a modulus as of Infineon's chips": {**RSA, "n": number(65537**128)},
        }
        for name, jwk in unusable.items():
            with self.subTest(name), self.assertRaises(UnusableKey):
                usable_key(jwk)

    def test_rsa_below_2048_bits_is_left_out(self):
        weak = RSAAlgorithm.to_jwk(rsa.generate_private_key(65537, 1024).public_key(), as_dict=True)

        with self.assertRaisesRegex(UnusableKey, "2048"):
            usable_key({**weak, "kid": "weak"})

    def test_points_of_low_order_are_left_out_however_spelled(self):
        top_bit = 2**255
        spellings = {*LOW_ORDER_Y, ED25519_PRIME, ED25519_PRIME + 1, ED25519_PRIME + 18}
        for y in {*spellings, *(y + top_bit for y in spellings)}:
            with self.subTest(y=hex(y)), self.assertRaises(UnusableKey):
                usable_key({**ED, "x": encode(y.to_bytes(32, "little"))})

    def test_the_listed_points_are_exactly_those_of_low_order(self):
        for y in LOW_ORDER_Y:
            self.assertEqual(doubled(doubled(doubled(y))), 1)
        self.assertEqual(len(LOW_ORDER_Y), 5)

    def test_a_kid_that_names_two_keys_names_none(self):
        other = SigningKey.make("EdDSA", "ed").jwk

        keys, left_out = usable_keys([ED, EC, other, ED])

        self.assertEqual(set(keys), {"ec"})
        self.assertEqual(left_out, ["kid ed: several different keys"])

    def test_a_key_that_is_listed_twice_is_one_key(self):
        keys, left_out = usable_keys([ED, dict(ED)])

        self.assertEqual((set(keys), left_out), ({"ed"}, []))

    def test_the_thumbprint_is_that_of_rfc_8037(self):
        jwk = {"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}

        self.assertEqual(usable_key(jwk).thumbprint, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k")
