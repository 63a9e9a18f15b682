"""Servers of keys that send a verifier elsewhere, and servers that are odd and in order."""

from __future__ import annotations

from collections.abc import Iterator

from tests.corpus.maker import ACCEPT, REFUSE
from tests.corpus.recipes.keysets import maker
from tests.corpus.recipes.scripts import MALLORY, Script, Server, answer, asked, document, head, sent


def odd_servers(now: int) -> Iterator[Server]:
    yield from redirects(now)
    for name, (says, script) in odd_but_good().items():
        entry_id = f"server-good-{name}"
        yield Server(entry_id, says, [{"play": script}, asked(maker(entry_id, now).token(), ACCEPT)], "odd servers")


def redirects(now: int) -> Iterator[Server]:
    """The address of the keys is configured; who follows a redirect lets somebody else name it."""
    for status in (301, 302, 303, 307, 308):
        entry_id = f"server-redirect-{status}"
        play = {"play": answer(b"", status, Location="elsewhere"), "elsewhere": answer(document(MALLORY))}
        steps = [play, asked(maker(entry_id, now).token(key=MALLORY), REFUSE, f"status_{status}")]
        yield Server(entry_id, f"{status} to the attacker's keys, whose token is sent.", steps, "redirects")
    loops = {
        "loop": "jwks",
        "file": "file:///etc/passwd",
        "nowhere": None,
        "data": f"data:application/json,{document(MALLORY).decode()}",
        "scheme": "gopher://127.0.0.1/",
    }
    for name, location in loops.items():
        entry_id = f"server-redirect-{name}"
        forged = maker(entry_id, now).token(key=MALLORY)
        steps = [{"play": answer(b"", 302, Location=location)}, asked(forged, REFUSE, "status_302")]
        yield Server(entry_id, f"302 to {location[:20] if location else 'nowhere'}.", steps, "redirects")


def odd_but_good() -> dict[str, tuple[str, Script]]:
    good = document().decode()
    chunks = "".join(f"1\r\n{letter}\r\n" for letter in good)
    return {
        "103": (
            "103 with a Link before the answer.",
            sent("HTTP/1.1 103 Early Hints\r\nLink: </x>; rel=preload\r\n\r\n") + answer(document()),
        ),
        "103-with-type": (
            "103 whose headers are not the answer's.",
            sent("HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\n") + answer(document()),
        ),
        "102-twice": (
            "102 two times before the answer.",
            sent("HTTP/1.1 102 Processing\r\n\r\n" * 2) + answer(document()),
        ),
        "100": (
            "100 before the answer, which nobody asked for.",
            sent("HTTP/1.1 100 Continue\r\n\r\n") + answer(document()),
        ),
        "chunks": ("Chunks of one letter.", sent(f"{head(Transfer_Encoding='chunked')}{chunks}0\r\n\r\n")),
        "trailer": (
            "Chunks with a trailer.",
            sent(f"{head(Transfer_Encoding='chunked')}{len(good):X};x=y\r\n{good}\r\n0\r\nX: y\r\n\r\n"),
        ),
        "until-close": ("No length: the body ends with the connection.", sent(head() + good)),
        "http-1-0": ("HTTP/1.0.", sent(f"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{good}")),
        "no-phrase": (
            "A status line without a phrase.",
            sent(f"HTTP/1.1 200 \r\nContent-Length: {len(good)}\r\n\r\n{good}"),
        ),
        "text": ("The content type is text/plain.", answer(document(), Content_Type="text/plain")),
        "no-type": ("There is no content type.", answer(document(), Content_Type=None)),
        "jwk-set": (
            "The content type is application/jwk-set+json.",
            answer(document(), Content_Type="application/jwk-set+json"),
        ),
        "charset": (
            "The content type claims another charset.",
            answer(document(), Content_Type="application/json; charset=utf-16"),
        ),
        "no-store": ("It must not be stored.", answer(document(), Cache_Control="no-store, max-age=0")),
        "age-nonsense": (
            "Nonsense in Cache-Control and Date.",
            answer(document(), Cache_Control="max-age=-1e99", Date="yesterday"),
        ),
        "cookie": ("It sets a cookie.", answer(document(), Set_Cookie="a=b; Path=/")),
        "challenge": ("A challenge stands beside a good answer.", answer(document(), WWW_Authenticate="Basic")),
        "late": ("It takes half a second.", [{"wait": 0.5}, *answer(document())]),
        "pieces": (
            "It comes in pieces, within a second.",
            sent(head(Content_Length=len(good)) + good, every=0.05, piece=40),
        ),
    }
