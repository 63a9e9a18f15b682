"""joserfc with a key set that is fetched once, and its registry of claims."""

import requests
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from protocol import refused, serve

key_sets = {}


def answer(question):
    url, token = question["jwks_url"], question.get("token")
    if token is None:
        return {"skipped": "it reads no headers"}
    issuer, audience = ({"essential": True, "value": question[name]} for name in ("issuer", "audience"))
    leeway = question["leeway_seconds"]
    registry = jwt.JWTClaimsRegistry(leeway=leeway, iss=issuer, aud=audience, exp={"essential": True})
    try:
        if url not in key_sets:
            key_sets[url] = KeySet.import_key_set(requests.get(url, timeout=5).json())
        registry.validate(jwt.decode(token, key_sets[url], algorithms=question["algorithms"]).claims)
    except JoseError as exc:
        return refused(401, exc)
    return {"accepted": True}


serve(answer)
