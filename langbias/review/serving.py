"""The review sheet as a page on this machine: one reply at a time, each answer kept the moment it is given.

The server listens on loopback only. Its address holds a random word, and requests under another host name or from
another page are refused, so that no web page the rater has open can read replies or give answers.
"""

from __future__ import annotations

import datetime
import hashlib
import secrets
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

from langbias.errors import UsageError
from langbias.review.labels import ANSWERS, COMMENT, Label, append_labels, read_labels
from langbias.review.selection import ReviewSelection
from langbias.review.sheet import question_html, sheet_items
from langbias.store import RunFolder

HOST = "127.0.0.1"
# A comment of some pages fits; nothing a form sends is larger.
LARGEST_FORM = 64_000
LONGEST_COMMENT = 10_000


class ReviewDesk:
    """One rater before one selection: shows the replies in order and keeps the answers."""

    def __init__(self, folder: RunFolder, selection: ReviewSelection, rater: str) -> None:
        if not rater.strip():
            raise UsageError("--rater is empty; say who judges")
        self.folder, self.selection, self.rater = folder, selection, rater.strip()
        self._items = sheet_items(folder, selection)
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._items)

    def given(self) -> dict[str, dict[str, Label]]:
        """This rater's answers so far: item -> check -> label."""
        found: dict[str, dict[str, Label]] = {}
        for label in read_labels(self.folder):
            if label.selection == self.selection.id and label.rater == self.rater:
                found.setdefault(label.item, {})[label.check] = label
        return found

    def next_number(self) -> int:
        """The first reply without an answer, counted from 1; the last one when all have some."""
        given = self.given()
        return next((item.number for item in self._items if item.item not in given), len(self._items))

    def page(self, number: int) -> str:
        """The page of one reply. Raises IndexError for a number outside the sheet."""
        if not 1 <= number <= len(self._items):
            raise IndexError(number)
        item, given = self._items[number - 1], self.given()
        answers = given.get(item.item, {})
        return question_html(
            self.selection,
            item,
            of=len(self._items),
            done=len(given),
            rater=self.rater,
            answers={check: label.answer for check, label in answers.items()},
            comment=next((label.comment for label in answers.values()), ""),
        )

    def keep(self, number: int, form: bytes) -> int:
        """Keep the answers of a sent form; gives how many. Raises IndexError or ValueError, and keeps nothing then."""
        if not 1 <= number <= len(self._items):
            raise IndexError(number)
        fields = parse_qs(form.decode("utf-8"), keep_blank_values=False, max_num_fields=50)
        comment = fields.get(COMMENT, [""])[0].strip()[:LONGEST_COMMENT]
        now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        rows = []
        for check in self.selection.checks:
            said = fields.get(check, [""])[0]
            answer = next((known for known in ANSWERS if known == said), None)
            if answer is not None:
                item = self._items[number - 1].item
                digest = hashlib.sha256(form).hexdigest()
                rows.append(Label(self.selection.id, item, check, self.rater, answer, comment, now, digest))
            elif said:
                raise ValueError(f"{check}: {said!r} is none of {', '.join(ANSWERS)}")
        if comment and not rows:
            raise ValueError("a comment is kept beside an answer; go back and answer one of the questions")
        with self._lock:
            append_labels(self.folder, rows)
        return len(rows)


def desk_server(desk: ReviewDesk, port: int) -> tuple[ThreadingHTTPServer, str]:
    """A server on loopback that is not running yet, and the address to open. Port 0 takes a free one.

    Raises UsageError when the port cannot be had.
    """
    word = secrets.token_urlsafe(12)

    class Handler(_Handler):
        pass

    Handler.desk, Handler.word = desk, word
    try:
        server = ThreadingHTTPServer((HOST, port), Handler)
    except OSError as problem:
        raise UsageError(f"port {port} cannot be used ({problem.strerror or problem}); name another") from problem
    server.daemon_threads = True
    Handler.authority = f"{HOST}:{server.server_address[1]}"
    return server, f"http://{Handler.authority}/{word}/"


class _Handler(BaseHTTPRequestHandler):
    desk: ReviewDesk
    word: str
    authority: str
    server_version, sys_version = "langbias", ""
    # A connection that sends nothing ends by itself (seconds).
    timeout = 60

    def do_GET(self) -> None:  # the name is the standard library's
        number = self._number()
        if number is None:
            return
        if number == 0:
            self._go_to(self.desk.next_number())
            return
        try:
            self._send(200, self.desk.page(number))
        except IndexError:
            self._send(404, "no such reply")

    def do_POST(self) -> None:  # the name is the standard library's
        number = self._number()
        if number is None:
            return
        if self.headers.get("Origin", f"http://{self.authority}") != f"http://{self.authority}":
            self._send(403, "answers are taken from this page only")
            return
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or len(length) > len(str(LARGEST_FORM)) or int(length) > LARGEST_FORM:
            self._send(413, "the form is too large")
            return
        form = self.rfile.read(int(length))
        if len(form) < int(length):
            self._send(400, "the form broke off")
            return
        try:
            self.desk.keep(number, form)
        except IndexError:
            self._send(404, "no such reply")
        except ValueError as problem:
            self._send(400, str(problem))
        else:
            self._go_to(min(number + 1, len(self.desk)))

    def _number(self) -> int | None:
        """The reply that the path names (0: none in particular); None, and an answer sent, for any other path."""
        prefix, rest = f"/{self.word}/", self.path
        if self.headers.get("Host") != self.authority:
            self._send(403, "unknown host name")
        elif not rest.startswith(prefix) or not (rest == prefix or rest[len(prefix) :][:7].isdecimal()):
            self._send(404, "not found; open the address that the command printed")
        elif len(rest) > len(prefix) + 7:
            self._send(404, "no such reply")
        else:
            return int(rest[len(prefix) :] or 0)
        return None

    def _go_to(self, number: int) -> None:
        self.send_response(303)
        self.send_header("Location", f"/{self.word}/{number}")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _send(self, status: int, page: str) -> None:
        body = page.encode("utf-8", "replace")
        self.send_response(status)
        self.send_header("Content-Type", f"text/{'html' if status == 200 else 'plain'}; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: the address holds the secret word."""
