"""`make pictures`: what the README shows, taken from the running product (needs Node and Chromium)."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path

import node
from environment import ROOT, python_with
from stack import Stack
from terminal import DARK, LIGHT, played

# All that may lie in the folder, and how large each may be.
PICTURES = (
    "page-light.webp",
    "page-dark.webp",
    "admin-light.webp",
    "admin-dark.webp",
    "doctor-light.svg",
    "doctor-dark.svg",
)
LARGEST = 250_000
# Where `make demo` and `make run` are as well, for the pictures show these addresses.
PAGE, API = "http://localhost:5173", "http://127.0.0.1:8000"
FOLDER = ROOT / "docs" / "pictures"
PASSWORD = "correct horse battery"  # noqa: S105 - of people who live as long as this runs
PEOPLE = ("Maya", "Jonas", "Amina")
SETTINGS = {"SECRET_KEY": "pictures-" * 6, "DEBUG": "true", "BETTER_AUTH_TOKEN_CACHE_SECONDS": "0"}
OPERATOR_PASSWORD = ROOT / "var" / "operator-password-pictures"
USERNAMES = (
    "from betterauth_auth.models import Identity;"
    "print(*Identity.objects.order_by('pk').values_list('user__username', flat=True))"
)
DOCTOR = 'echo "$TOKEN" | python manage.py betterauth doctor -'


class Product:
    """The API, a Better Auth server and the built page, with three people in them."""

    def __init__(self, stack, folder, log):
        self.python = python_with("requirements-dev.lock")
        database = f"sqlite:///{Path(folder) / 'pictures.sqlite3'}"
        origins = {"BETTER_AUTH_API_URL": PAGE, "CORS_ALLOWED_ORIGINS": PAGE}
        self.settings = {**os.environ, **SETTINGS, **origins, "DATABASE_URL": database, "DATABASE_URL_DIRECT": ""}
        node.run(node.WEB, "run", "build", "--silent", VITE_API_URL=API)
        serve = [self.python, "manage.py", "serve", "--migrate", "--port", port_of(API)]
        stack.start(serve, f"{API}/livez", log=log, **self.settings)
        web = {"WEB_PORT": port_of(PAGE), "BETTER_AUTH_URL": PAGE}
        stack.start(["npm", "run", "preview", "--silent"], PAGE, folder=node.WEB, log=log, **web)

    def sign_up(self, name):
        """The session token and the JWT of somebody new, whom the API has seen as well."""
        credentials = {"name": name, "email": f"{name.lower()}@example.com", "password": PASSWORD}
        answer, cookies = self.ask("/api/auth/sign-up/email", credentials)
        token = self.ask("/api/auth/token", Cookie="; ".join(cookie.split(";")[0] for cookie in cookies))[0]["token"]
        request = urllib.request.Request(f"{API}/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        urllib.request.urlopen(request, timeout=20).close()
        return answer["token"], token

    def ask(self, path, body=None, **headers):
        data = json.dumps(body).encode() if body else None
        headers = {"Origin": PAGE, "Content-Type": "application/json", **headers}
        with urllib.request.urlopen(urllib.request.Request(PAGE + path, data, headers), timeout=20) as answer:
            return json.load(answer), answer.headers.get_all("Set-Cookie", [])

    def manage(self, *arguments):
        command = [self.python, "manage.py", *map(str, arguments)]
        return subprocess.run(command, env=self.settings, check=True, capture_output=True, text=True).stdout

    def answer(self, command, token):
        """What a terminal shows after this command."""
        path = os.pathsep.join([str(Path(self.python).parent), os.environ["PATH"]])
        environment = {**self.settings, "PATH": path, "TOKEN": token}
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
        return subprocess.run(["sh", "-c", command], env=environment, check=False, **streams).stdout


def port_of(address):
    return address.rpartition(":")[2]


def settle(product, folder):
    """Gives everybody believable todos, and a month of completed ones; returns the first person's two tokens."""
    tokens = [product.sign_up(name) for name in PEOPLE]
    usernames = product.manage("shell", "--no-imports", "-c", USERNAMES).split()
    for username in usernames:
        product.manage("seed_demo", username)
    history = Path(folder) / "history.ics"
    history.write_text(month_of_completed_todos(), encoding="utf-8")
    product.manage("import_todos", usernames[1], history)
    return tokens[0]


def month_of_completed_todos():
    """A calendar of what Jonas has done: more on Mondays and Tuesdays, little at weekends."""
    a_weekday = (9, 8, 6, 7, 5, 2, 1)
    days = [datetime.now(UTC) - timedelta(days=back) for back in range(1, 30)]
    rows = [(day, number) for day in days for number in range(a_weekday[day.weekday()] - day.day % 3 % 2)]
    todos = (
        f"BEGIN:VTODO\r\nUID:{day:%Y%m%d}-{number}\r\nSUMMARY:Answer the mail\r\nSTATUS:COMPLETED\r\n"
        f"COMPLETED:{day:%Y%m%d}T090000Z\r\nEND:VTODO\r\n"
        for day, number in rows
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//todos//pictures//EN\r\n{''.join(todos)}END:VCALENDAR\r\n"


def draw_doctor(product, session_token, token):
    """The commonest mistake, what the doctor says of it, and the token that is right."""
    mistaken, right = (
        f"# TOKEN is what signing in has answered\n{DOCTOR}",
        f"# TOKEN is what /api/auth/token answers\n{DOCTOR} | tail -2",
    )
    session = [(mistaken, product.answer(DOCTOR, session_token)), (right, product.answer(f"{DOCTOR} | tail -2", token))]
    for name, palette in (("light", LIGHT), ("dark", DARK)):
        drawing = played(session, palette, "betterauth doctor refuses a session token and accepts the JWT")
        (FOLDER / f"doctor-{name}.svg").write_text(drawing, encoding="utf-8")


def take_photographs(product, browser):
    places = {"PAGE": PAGE, "API": API, "BROWSER": browser, "FOLDER": str(FOLDER)}
    password = OPERATOR_PASSWORD.read_text(encoding="utf-8")
    node.run(node.WEB, "run", "pictures", "--silent", **places, OPERATOR_PASSWORD=password)


def insist_on_sizes():
    for name in PICTURES:
        size = (FOLDER / name).stat().st_size
        print(f"{size:7,} {name}")
        if size > LARGEST:
            sys.exit(f"{name} is larger than {LARGEST:,} octets.")


def main():
    node.insist()
    browser = node.browser()
    node.client()
    node.install(node.WEB)
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="pictures-") as folder, (Path(folder) / "log").open("wb") as log:
        try:
            with Stack() as stack:
                product = Product(stack, folder, log)
                session_token, token = settle(product, folder)
                draw_doctor(product, session_token, token)
                take_photographs(product, browser)
        finally:
            OPERATOR_PASSWORD.unlink(missing_ok=True)
    insist_on_sizes()


if __name__ == "__main__":
    os.chdir(ROOT)
    main()
