"""Verifiers outside of this process: a program that speaks lines of JSON, or a service that speaks HTTP."""

from __future__ import annotations

import http.client
import json
import queue
import subprocess
import threading
from typing import Any
from urllib.parse import urlsplit

from tests.corpus.runner import PATIENCE_SECONDS, Answer, Question, TookTooLong

# The first answer waits for the program to start.
START_SECONDS = 120


class Program:
    """Reads one question a line from its standard input and writes one answer a line."""

    def __init__(self, command: list[str], **options: Any) -> None:
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, **options)
        self.answers: queue.Queue[str] = queue.Queue()
        self.patience: float = START_SECONDS
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self) -> None:
        for line in self.process.stdout or ():
            self.answers.put(line)
        self.answers.put("")

    def ask(self, question: Question) -> Answer:
        try:
            self.process.stdin.write(f"{json.dumps(question)}\n")
            self.process.stdin.flush()
            line = self.answers.get(timeout=self.patience)
        except (queue.Empty, OSError) as exc:
            self.close()
            raise TookTooLong from exc
        self.patience = PATIENCE_SECONDS
        if not line:
            raise TookTooLong
        return json.loads(line)

    def close(self) -> None:
        self.process.kill()
        self.process.wait()


class Service:
    """An address that only a good token may read. What it trusts is its own affair."""

    def __init__(self, url: str) -> None:
        self.parts = urlsplit(url)

    def ask(self, question: Question) -> Answer:
        kind = http.client.HTTPSConnection if self.parts.scheme == "https" else http.client.HTTPConnection
        connection = kind(self.parts.netloc, timeout=PATIENCE_SECONDS)
        try:
            connection.request("GET", self.parts.path or "/", headers={"Authorization": question["authorization"]})
            status = connection.getresponse().status
        except ValueError:
            return {"skipped": "no header can carry it"}
        except BrokenPipeError as exc:
            # It has hung up in the middle of a header that is too large.
            return {"accepted": False, "status": 401, "reason": repr(exc)}
        except TimeoutError as exc:
            raise TookTooLong from exc
        except (http.client.HTTPException, OSError) as exc:
            return {"accepted": False, "status": 500, "reason": repr(exc)}
        finally:
            connection.close()
        # Of a token that is too large some servers say 400 or 431.
        return {"accepted": status < 300, "status": 401 if 400 <= status < 500 else status}

    def close(self) -> None:
        """Each question has a connection of its own."""
