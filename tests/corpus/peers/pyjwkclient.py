"""PyJWT with PyJWKClient, as its documentation shows it."""

import jwt
from protocol import refused, serve

clients = {}


def answer(question):
    url, token = question["jwks_url"], question.get("token")
    if token is None:
        return {"skipped": "it reads no headers"}
    client = clients.setdefault(url, jwt.PyJWKClient(url))
    told = {name: question[name] for name in ("algorithms", "issuer", "audience")}
    try:
        key = client.get_signing_key_from_jwt(token)
        jwt.decode(token, key, **told, leeway=question["leeway_seconds"])
    except jwt.PyJWKClientConnectionError as exc:
        return refused(503, exc)
    except jwt.PyJWTError as exc:
        return refused(401, exc)
    return {"accepted": True}


serve(answer)
