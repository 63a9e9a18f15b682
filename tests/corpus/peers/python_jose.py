"""python-jose with a key set that is fetched once. It has no EdDSA."""

import requests
from jose import jwt
from jose.exceptions import JOSEError
from protocol import refused, serve

SUPPORTED = {"ES256", "ES384", "ES512", "RS256"}
key_sets = {}


def answer(question):
    url, token = question["jwks_url"], question.get("token")
    if token is None or not SUPPORTED.issuperset(question["algorithms"]):
        return {"skipped": "it reads no headers, and has no EdDSA and no PS256"}
    if url not in key_sets:
        key_sets[url] = requests.get(url, timeout=5).json()
    told = {name: question[name] for name in ("algorithms", "issuer", "audience")}
    try:
        jwt.decode(token, key_sets[url], **told, options={"leeway": question["leeway_seconds"]})
    except JOSEError as exc:
        return refused(401, exc)
    return {"accepted": True}


serve(answer)
