"""fastapi-better-auth-bridge, asked by requests. Issuer, audience and the address of the keys are one to it."""

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from fastapi_better_auth import BetterAuth, ConfigurationError, HttpxTransport, JwtVerifier
from protocol import serve

clients = {}


class Elsewhere(HttpxTransport):
    """Fetches the keys from where the runner has them."""

    def __init__(self, jwks_url):
        super().__init__()
        self.jwks_url = jwks_url

    async def get(self, url, **more):
        return await super().get(self.jwks_url, **more)


def client_for(question):
    transport = Elsewhere(question["jwks_url"])
    told = {"algorithms": question["algorithms"], "leeway": question["leeway_seconds"], "max_token_lifetime": 86_400}
    auth = BetterAuth(verifiers=[JwtVerifier(base_url=question["issuer"], transport=transport, **told)])
    app = FastAPI()

    @app.get("/me", dependencies=[Depends(auth.current_session())])
    async def me():
        return {}

    # Entered, so that all requests share one event loop with the transport.
    return TestClient(app, raise_server_exceptions=False).__enter__()


def answer(question):
    url = question["jwks_url"]
    try:
        client = clients[url] = clients.get(url) or client_for(question)
    except ConfigurationError:
        return {"skipped": "it does not know one of the algorithms"}
    response = client.get("/me", headers={"Authorization": question["authorization"].encode()})
    return {"accepted": response.status_code == 200, "status": response.status_code, "reason": response.text}


serve(answer)
