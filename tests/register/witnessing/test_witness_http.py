"""The witness over real sockets: what the protocol asks for, and what a stranger may try."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from isa_guard.register.faults import StorageFailed, WitnessUnreachable
from isa_guard.register.tree.checkpoint import claimed_checkpoint
from isa_guard.register.tree.cosignature import Cosigned, cosignatures
from isa_guard.register.witnessing.witness import LIMIT_BODY, Answer, Witness, origin_hash, told_size
from isa_guard.register.witnessing.witness_http import LIMIT_ANSWER, WitnessServer, submit
from isa_guard.register.witnessing.witness_state import WitnessFolder
from tests.register.making import ORIGIN
from tests.register.witnessing.test_witness import KEY, KNOWN, LOG, NAME, NOW, OTHER, asked, note_at

TEXT = "text/plain; charset=utf-8"
PATIENCE = 20.0
Told = list[tuple[str, int]]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "*")


class Serving:
    """A server in a thread, and what it told of itself."""

    def __init__(self, witness: Witness, connections: int = 16, seconds: float = PATIENCE) -> None:
        self.told: Told = []
        self.server = WitnessServer(
            witness,
            lambda: NOW,
            told=lambda what, status: self.told.append((what, status)),
            connections=connections,
            seconds=seconds,
        )
        self.url = self.server.url
        self.address = ("127.0.0.1", self.server.server_port)
        self._thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01})
        self._thread.start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self._thread.join()

    def sent(self, content: bytes) -> bytes:
        """All that comes back for these bytes, once the server hangs up."""
        with socket.create_connection(self.address, PATIENCE) as connection:
            connection.sendall(content)
            connection.shutdown(socket.SHUT_WR)
            return everything(connection)


def everything(connection: socket.socket) -> bytes:
    parts = b""
    try:
        while part := connection.recv(65536):
            parts += part
    except ConnectionResetError:
        pass
    return parts


@pytest.fixture
def witness(tmp_path: Path) -> Witness:
    (tmp_path / "witness").mkdir(0o700)
    return Witness(NAME, KEY, {ORIGIN: (LOG.public_key,)}, WitnessFolder(tmp_path / "witness"))


@pytest.fixture
def serving(witness: Witness) -> Iterator[Serving]:
    made = Serving(witness)
    yield made
    made.close()


def test_a_log_is_cosigned_over_the_network(serving: Serving) -> None:
    first = submit(serving.url, asked(0, 5), PATIENCE)
    assert (first.status, first.content_type) == (200, TEXT)
    assert cosignatures(note_at(5) + first.body, KNOWN) == (Cosigned(NAME, KEY.key_id, NOW),)
    again = submit(f"{serving.url}/", asked(0, 7), PATIENCE)
    assert again == Answer(409, "text/x.tlog.size", b"5\n")
    told = told_size(again)
    assert told == 5
    assert submit(serving.url, asked(told, 7), PATIENCE).status == 200
    assert submit(serving.url, asked(7, 8, OTHER), PATIENCE).status == 422
    assert submit(serving.url, b"nonsense", PATIENCE).status == 400
    assert serving.told == [("add", status) for status in (200, 409, 200, 422, 400)]


def test_what_it_saw_is_told_to_anybody(serving: Serving) -> None:
    connection = HTTPConnection(*serving.address, timeout=PATIENCE)

    def got(path: str) -> tuple[int, bytes]:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read()

    path = f"/{origin_hash(ORIGIN)}/checkpoint"
    assert got(path)[0] == 404
    body = submit(serving.url, asked(0, 5), PATIENCE).body
    assert got(path) == (200, note_at(5) + body)
    for other in ("/", path.upper(), f"{path}/", f"{path}?a", f"/../{path}", "/" + "0" * 64 + "/checkpoint"):
        assert got(other)[0] == 404, other
    connection.close()


def test_one_connection_serves_several_requests(serving: Serving) -> None:
    connection = HTTPConnection(*serving.address, timeout=PATIENCE)
    for old, size in ((0, 3), (3, 5), (5, 6)):
        connection.request("POST", "/add-checkpoint", asked(old, size))
        answer = connection.getresponse()
        assert answer.status == 200
        assert answer.headers["Server"] == "isa-guard"
        answer.read()
        assert connection.sock is not None
    connection.close()


BODY = asked(0, 5)
POST = b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\n"


@pytest.mark.parametrize(
    ("content", "status", "allow"),
    [
        (POST + b"\r\n", 411, b""),
        (POST + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcde", 411, b""),
        (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411, b""),
        (POST + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411, b""),
        (POST + b"Content-Length: -5\r\n\r\n", 400, b""),
        (POST + b"Content-Length: +5\r\n\r\nabcde", 400, b""),
        (POST + "Content-Length: ５\r\n\r\nabcde".encode(), 400, b""),
        (POST + b"Content-Length: 0x5\r\n\r\nabcde", 400, b""),
        (POST + b"Content-Length: %d\r\n\r\n" % (LIMIT_BODY + 1), 413, b""),
        (POST + b"Content-Length: 999999999\r\n\r\n", 413, b""),
        (POST + b"Content-Length: %d\r\n\r\n" % (len(BODY) + 1) + BODY, 400, b""),
        (POST.replace(b"/add", b"/x/add") + b"Content-Length: 0\r\n\r\n", 404, b""),
        (POST.replace(b"POST", b"GET") + b"\r\n", 405, b"Allow: POST\r\n"),
        (POST.replace(b"POST", b"PUT") + b"\r\n", 405, b"Allow: GET, POST\r\n"),
        (POST.replace(b"POST", b"DELETE") + b"\r\n", 405, b"Allow: GET, POST\r\n"),
        (
            POST.replace(b"/add-checkpoint", b"/" + b"0" * 64 + b"/checkpoint") + b"\r\n",
            405,
            b"Allow: GET\r\n",
        ),
        (POST.replace(b"HTTP/1.1", b"HTTP/2.0") + b"\r\n", 505, b""),
        (POST.replace(b"HTTP/1.1", b"HTTP/x") + b"\r\n", 400, b""),
        (b"secret nonsense\r\n\r\n", 400, b""),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414, b""),
        (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 200 + b"\r\n", 431, b""),
        (b"GET / HTTP/1.1\r\na: " + b"b" * 70_000 + b"\r\n\r\n", 431, b""),
    ],
)
def test_whatever_else_is_sent_is_answered_in_a_few_words(
    serving: Serving, content: bytes, status: int, allow: bytes
) -> None:
    answer = serving.sent(content)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not answer and len(content) > 65_536:
        return  # it hung up with our bytes unread; what it answered was lost on the way, not kept from us
    assert head.startswith(b"HTTP/1.1 %d " % status), answer
    assert allow in head
    assert b"Connection: close" in head
    assert body.count(b"\n") == 1
    for secret in (b"secret", b"Python", b"BaseHTTP", b"Traceback", b"abcde", b"x/add"):
        assert secret not in answer
    assert serving.told[-1][1] == status


def test_an_answer_to_head_has_no_body(serving: Serving) -> None:
    answer = serving.sent(b"HEAD / HTTP/1.1\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 405 ")
    assert answer.endswith(b"\r\n\r\n")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=200))
def test_garbage_is_survived(serving: Serving, content: bytes) -> None:
    answer = serving.sent(content)
    assert b"Traceback" not in answer
    assert not answer.startswith(b"HTTP/1.1 2")
    assert submit(serving.url, b"", PATIENCE).status == 400


def test_a_body_as_long_as_may_be_is_read(serving: Serving) -> None:
    assert submit(serving.url, b"x" * LIMIT_BODY, PATIENCE).status == 400
    assert serving.told == [("add", 400)]


class Failing:
    """A witness with a fault inside, whose text must stay inside."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def respond(self, body: bytes, now: int) -> Answer:
        raise self.error

    def seen(self, wanted: str) -> Answer:
        raise self.error


@pytest.mark.parametrize(
    ("error", "status"), [(RuntimeError("a secret"), 500), (StorageFailed("a secret"), 503)]
)
def test_a_fault_inside_is_not_told_outside(
    error: Exception, status: int, capfd: pytest.CaptureFixture[str]
) -> None:
    serving = Serving(Failing(error))  # type: ignore[arg-type]
    answer = submit(serving.url, asked(0, 5), PATIENCE)
    seen = serving.sent(b"GET /%s/checkpoint HTTP/1.0\r\n\r\n" % origin_hash(ORIGIN).encode())
    serving.close()
    assert answer.status == status
    assert b"secret" not in answer.body + seen
    assert seen.startswith(b"HTTP/1.1 500 ")
    assert capfd.readouterr() == ("", "")


def test_a_slow_client_is_hung_up_on_and_holds_nobody_up(witness: Witness) -> None:
    serving = Serving(witness, connections=2, seconds=2)
    with socket.create_connection(serving.address, PATIENCE) as slow:
        slow.sendall(POST + b"Content-Length: 10\r\n\r\nabc")
        assert submit(serving.url, asked(0, 5), PATIENCE).status == 200
        assert everything(slow) == b""  # it hangs up by itself, with no answer
    serving.close()


def test_one_who_sends_a_byte_now_and_then_is_slow_too(witness: Witness) -> None:
    serving = Serving(witness, seconds=0.5)
    with socket.create_connection(serving.address, PATIENCE) as slow:
        slow.settimeout(0.05)
        hung_up = False
        for _ in range(int(PATIENCE / 0.05)):
            try:
                slow.sendall(b"a")
                hung_up = slow.recv(1) == b""
            except TimeoutError:
                continue
            except OSError:
                hung_up = True
            if hung_up:
                break
        assert hung_up
    serving.close()


def test_more_connections_than_allowed_are_hung_up_on(witness: Witness) -> None:
    serving = Serving(witness, connections=2)
    first, second = (socket.create_connection(serving.address, PATIENCE) for _ in range(2))
    for one in (first, second):  # an answer shows that each has its thread
        one.sendall(b"GET /%s/checkpoint HTTP/1.1\r\n\r\n" % origin_hash(ORIGIN).encode())
        assert one.recv(65536).startswith(b"HTTP/1.1 404 ")
    with socket.create_connection(serving.address, PATIENCE) as third:
        assert everything(third) == b""
    assert ("too-many-connections", 0) in serving.told
    first.close()
    answer = None
    while answer is None:  # until the thread of the first has noticed
        try:
            answer = submit(serving.url, asked(0, 5), PATIENCE)
        except WitnessUnreachable:
            continue
    assert answer.status == 200
    second.close()
    serving.close()


def test_two_who_submit_at_once_never_take_anything_back(serving: Serving, witness: Witness) -> None:
    """The race of the specification, over the network: no cosigned checkpoint is ever followed by a smaller one."""
    start = threading.Barrier(2)
    cosigned: list[int] = []

    def log(sizes: range) -> None:
        start.wait()
        for size in sizes:
            old = 0
            while old <= size:
                answer = submit(serving.url, asked(old, size), PATIENCE)
                if answer.status == 200:
                    cosigned.append(size)
                    break
                told = told_size(answer)
                assert told is not None
                old = told

    threads = [threading.Thread(target=log, args=(range(first, 40, 2),)) for first in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert claimed_checkpoint(witness.seen(origin_hash(ORIGIN)).body).size == max(cosigned) == 39
    assert len(cosigned) == len(set(cosigned))


@pytest.mark.parametrize(
    "url",
    [
        "",
        "file:///etc/passwd",
        "ftp://witness.example",
        "witness.example",
        "http://",
        "http://name:secret@witness.example",
        "http://witness.example?a",
        "http://witness.example#a",
        "http://[",
        "http://a b/",
        "http://witness.example:port",
    ],
)
def test_an_address_that_can_be_no_witness_is_refused(url: str) -> None:
    with pytest.raises(WitnessUnreachable) as raised:
        submit(url, b"", PATIENCE)
    assert "secret" not in str(raised.value)


def test_a_witness_that_is_not_there_is_told_as_such() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
    with pytest.raises(WitnessUnreachable, match="cannot be reached"):
        submit(f"http://127.0.0.1:{port}", b"", PATIENCE)


def answered(reply: Callable[[BaseHTTPRequestHandler], None]) -> Answer:
    """What `submit` makes of a server that replies so."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            reply(self)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.handle_request)
    thread.start()
    try:
        return submit(f"http://127.0.0.1:{server.server_port}", b"", PATIENCE)
    finally:
        thread.join()
        server.server_close()


@pytest.mark.parametrize("code", [301, 302, 307, 308])
@pytest.mark.parametrize("to", ["file:///etc/passwd", "http://127.0.0.1:1/", "/other"])
def test_no_redirection_is_followed(code: int, to: str) -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(code)
        handler.send_header("Location", to)
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    assert answered(reply).status == code


def test_an_answer_without_end_is_cut_off() -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * LIMIT_ANSWER)
        except OSError:
            pass

    with pytest.raises(WitnessUnreachable, match="longer than"):
        answered(reply)


def test_an_answer_that_breaks_off_is_no_answer() -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc")

    with pytest.raises(WitnessUnreachable):
        answered(reply)


@pytest.mark.parametrize("content", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 999999 no\r\n\r\n", b"\0" * 70_000])
def test_what_is_no_http_is_no_answer(content: bytes) -> None:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.wfile.write(content)

    with pytest.raises(WitnessUnreachable):
        answered(reply)
