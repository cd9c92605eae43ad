"""The witness over HTTP: a small server for one's own network, and the client that asks it.

    POST <prefix>/add-checkpoint               GET <prefix>/<hash of origin>/checkpoint

A stranger on the network can make it do little: bodies, connections and their time are bounded, what goes wrong is
answered in a few fixed words, and nobody is told of the inside. It speaks plain HTTP; put a proxy before it for TLS.
"""

from __future__ import annotations

import io
import re
import socket
import time
from http import HTTPStatus
from http.client import HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from threading import BoundedSemaphore
from typing import TYPE_CHECKING, Final
from urllib import request as urls
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit

from isa_guard.register.faults import StorageFailed, WitnessUnreachable
from isa_guard.register.witnessing.witness import LIMIT_BODY, TEXT, Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from http.client import HTTPResponse

    from _typeshed import WriteableBuffer

    from isa_guard.register.witnessing.witness import Witness

    _Connection = socket.socket | tuple[bytes, socket.socket]
    _Address = object

ADD: Final = "add-checkpoint"
LOOPBACK: Final = "127.0.0.1"
CONNECTIONS: Final = 16
SECONDS: Final = 30.0  # the longest that one connection may live
LIMIT_ANSWER: Final = 64 * 1024
_SEEN = re.compile(r"/([0-9a-f]{64})/checkpoint\Z", re.ASCII)
_LENGTH = re.compile(r"(0|[1-9][0-9]{0,8})\Z", re.ASCII)


class WitnessServer(ThreadingHTTPServer):
    """Serves a witness on an address. `told` hears of every request: a code for what it was, and the status."""

    daemon_threads = True
    request_queue_size = CONNECTIONS

    def __init__(
        self,
        witness: Witness,
        clock: Callable[[], int],
        address: tuple[str, int] = (LOOPBACK, 0),
        told: Callable[[str, int], None] = lambda _what, _status: None,
        *,
        connections: int = CONNECTIONS,
        seconds: float = SECONDS,
    ) -> None:
        self.witness = witness
        self.clock = clock
        self.told = told
        self.seconds = seconds
        self._free = BoundedSemaphore(connections)
        if ":" in address[0]:
            self.address_family = socket.AF_INET6
        super().__init__(address, _Handler)

    @property
    def url(self) -> str:
        """The prefix that clients are given."""
        host, port = self.server_address[:2]
        name = host if isinstance(host, str) else bytes(host).decode()
        return f"http://[{name}]:{port}" if ":" in name else f"http://{name}:{port}"

    def server_bind(self) -> None:
        """Bind without asking a name server for our name, as the standard server would."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), self.server_address[1]

    def process_request(self, request: _Connection, client_address: _Address) -> None:
        """Serve a connection in a thread of its own, or hang up where too many are being served."""
        if not self._free.acquire(blocking=False):
            self.told("too-many-connections", 0)
            self.shutdown_request(request)
            return
        try:
            super().process_request(request, client_address)
        except BaseException:  # no thread was to be had
            self._free.release()
            raise

    def process_request_thread(self, request: _Connection, client_address: _Address) -> None:
        """Serve one connection to its end."""
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, *_: object) -> None:
        """Say that a connection broke off, and nothing of what it carried."""
        self.told("broken-off", 0)


class _Handler(BaseHTTPRequestHandler):
    """One connection, kept open for several requests while its time lasts."""

    server: WitnessServer
    protocol_version = "HTTP/1.1"

    def setup(self) -> None:
        super().setup()
        self.rfile = io.BufferedReader(_Timed(self.connection, self.server.seconds))

    def do_GET(self) -> None:
        found = _SEEN.match(self.path)
        if not found:
            self._answer("get", _plain(405 if self.path == f"/{ADD}" else 404), "POST")
            return
        try:
            answer = self.server.witness.seen(found.group(1))
        except Exception:  # noqa: BLE001 - nothing of the inside goes over the network
            answer = _plain(500)
        bodiless = self.headers.get("Content-Length") is self.headers.get("Transfer-Encoding") is None
        self._answer("get", answer, keep=bodiless)

    def do_POST(self) -> None:
        if self.path != f"/{ADD}":
            self._answer("add", _plain(405 if _SEEN.match(self.path) else 404), "GET")
            return
        lengths = self.headers.get_all("Content-Length") or []
        if self.headers.get("Transfer-Encoding") is not None or len(lengths) != 1:
            self._answer("add", _plain(411))
            return
        if not _LENGTH.match(lengths[0]):
            self._answer("add", _plain(400))
            return
        length = int(lengths[0])
        if length > LIMIT_BODY:
            self._answer("add", _plain(413))
            return
        body = self.rfile.read(length)
        if len(body) < length:
            self._answer("add", _plain(400))
            return
        try:
            answer = self.server.witness.respond(body, self.server.clock())
        except StorageFailed:
            answer = _plain(503)
        except Exception:  # noqa: BLE001 - nothing of the inside goes over the network
            answer = _plain(500)
        self._answer("add", answer, keep=True)

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer what the standard library found wrong, without giving back what was sent."""
        self.request_version = self.protocol_version  # what was sent may have named none
        status = 405 if code == HTTPStatus.NOT_IMPLEMENTED else int(code)
        self._answer("refused", _plain(status), "GET, POST")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is http.server's
        """Write nothing: `told` hears of every request."""

    def version_string(self) -> str:
        return "isa-guard"

    def _answer(self, what: str, answer: Answer, allowed: str = "", *, keep: bool = False) -> None:
        """Send an answer. Where a body may be left unread the connection ends with it."""
        self.server.told(what, answer.status)
        self.close_connection = self.close_connection or not keep
        self.send_response_only(answer.status)
        self.send_header("Server", self.version_string())
        self.send_header("Date", self.date_time_string())
        self.send_header("Content-Type", answer.content_type)
        self.send_header("Content-Length", str(len(answer.body)))
        if answer.status == HTTPStatus.METHOD_NOT_ALLOWED:
            self.send_header("Allow", allowed)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)


class _Timed(io.RawIOBase):
    """What comes over a connection, until its time is up: also from one who sends a byte now and then."""

    def __init__(self, connection: socket.socket, seconds: float) -> None:
        self._connection = connection
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        return self._connection.recv_into(buffer)


def submit(url: str, body: bytes, timeout: float) -> Answer:
    """Answer what the witness at a prefix answers to a request, whatever its status.

    Nothing is followed to another place. Raises WitnessUnreachable.
    """
    host = _host(url)
    if not host:
        raise WitnessUnreachable("a witness's address begins with http:// or https:// and holds no password")
    asked = urls.Request(  # noqa: S310 - the scheme was looked at
        f"{url.rstrip('/')}/{ADD}", data=body, headers={"Content-Type": TEXT}, method="POST"
    )
    try:
        with urls.build_opener(_Nowhere).open(asked, timeout=timeout) as response:
            return _read(response, time.monotonic() + timeout)
    except HTTPError as error:
        with error:
            return _read(error, time.monotonic() + timeout)
    except (URLError, OSError, HTTPException, ValueError) as error:
        why = getattr(error, "reason", error)
        what = "it did not answer in time" if isinstance(why, TimeoutError) else "it cannot be reached"
        raise WitnessUnreachable(f"the witness at {host}: {what}") from None


def _host(url: str) -> str:
    """Answer the host of an address that can be a witness's, else nothing."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return ""
    plain = parts.username is None and not parts.query and not parts.fragment
    return host if plain and parts.scheme in ("http", "https") else ""


class _Nowhere(urls.HTTPRedirectHandler):
    """Follows no redirection: the one who was asked must answer."""

    def redirect_request(self, *_: object) -> None:
        return None


def _read(response: HTTPResponse | HTTPError, end: float) -> Answer:
    content = b""
    while len(content) <= LIMIT_ANSWER:
        try:
            part = response.read1(LIMIT_ANSWER)
        except (OSError, HTTPException):
            raise WitnessUnreachable("the witness's answer broke off") from None
        if not part:
            return Answer(response.status or 0, response.headers.get("Content-Type", ""), content)
        if time.monotonic() > end:
            raise WitnessUnreachable("the witness did not answer in time")
        content += part
    raise WitnessUnreachable(f"the witness's answer is longer than {LIMIT_ANSWER:,} bytes")


def _plain(status: int) -> Answer:
    return Answer(status, TEXT, f"{HTTPStatus(status).phrase.lower()}\n".encode())
