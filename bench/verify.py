"""What verifying a token costs, as ratios: `python bench/verify.py`.

The candidates run in alternation, so that whatever else the machine does falls on all of them alike; printed are the
medians of the ratios token by token. Exits with 1 when a bar is missed.
"""

import base64
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "todoproject.settings")
os.environ.setdefault("SECRET_KEY", "bench")
os.environ.setdefault("DEBUG", "true")

import django

ROUNDS = 60
TOKENS = 100
BARS = {"cached token / PyJWT decode": 0.05, "new token / bare Ed25519": 1.5}


def seconds_of(call, value):
    started = time.perf_counter()
    call(value)
    return time.perf_counter() - started


def main():
    django.setup()
    # Only now can modules be imported that need the settings.
    import jwt
    from django.test import override_settings

    from betterauth_auth import tokens
    from tests.fake_betterauth import FakeBetterAuth

    def bare(token):
        signed, signature = parts[token]
        public_key.verify(signature, signed)

    def pyjwt(token):
        jwt.decode(token, public_key, algorithms=["EdDSA"], issuer=issuer.url, audience=issuer.url)

    with FakeBetterAuth() as issuer, override_settings(BETTER_AUTH=issuer.settings()):
        public_key = issuer.key.private_key.public_key()
        known = [issuer.token(sub=f"user{number}") for number in range(TOKENS)]
        parts = {token: signed_and_signature(token) for token in known}
        tokens.verify(known[0])
        samples = []
        for _ in range(ROUNDS):
            tokens.cache.clear()
            for token in known:
                sample = {"bare": seconds_of(bare, token), "new": seconds_of(tokens.verify, token)}
                sample |= {"pyjwt": seconds_of(pyjwt, token), "cached": seconds_of(tokens.verify, token)}
                samples.append(sample)
    report(samples)


def signed_and_signature(token):
    signed, _, signature = token.rpartition(".")
    return signed.encode(), base64.urlsafe_b64decode(signature + "==")


def report(samples):
    def ratio(of, to):
        return statistics.median(each[of] / each[to] for each in samples)

    ratios = {
        "cached token / PyJWT decode": ratio("cached", "pyjwt"),
        "new token / bare Ed25519": ratio("new", "bare"),
        "PyJWT decode / bare Ed25519": ratio("pyjwt", "bare"),
    }
    missed = False
    for name, value in ratios.items():
        bar = BARS.get(name)
        missed = missed or (bar is not None and value > bar)
        print(f"{name:30} {value:.3f}" + (f"  (bar {bar})" if bar else ""))
    sys.exit(missed)


main()
