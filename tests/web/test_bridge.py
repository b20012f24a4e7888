"""The bridge: what a scope becomes for WSGI, and what WSGI may do while it answers."""

import contextvars

import pytest
from asgi import Client, scope
from loops import in_a_loop

from tipline.web.bridge import BATCH_BYTES, Answer, Threads, environ_of
from tipline.web.front import Front


def get(app) -> bytes:
    return Client(Front(app)).get("/").body


def test_what_the_server_knows_reaches_the_application() -> None:
    environ = environ_of(scope("POST", "/tip?story=a%20b"))
    expected = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/tip",
        "QUERY_STRING": "story=a%20b",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8000",
        "REMOTE_ADDR": "198.51.100.7",
        "wsgi.url_scheme": "http",
    }
    assert expected.items() <= environ.items()
    assert environ["wsgi.input"].read() == b""


def test_an_unknown_client_and_server_have_stand_ins() -> None:
    environ = environ_of(scope(client=None, server=None))
    assert (environ["REMOTE_ADDR"], environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("", "localhost", "80")


@pytest.mark.parametrize(
    ("on_the_wire", "path_info"),
    [
        ("/stories/caf%C3%A9", b"/stories/caf\xc3\xa9"),
        ("/a%ffb", b"/a\xffb"),
        ("/a%2Fb", b"/a/b"),
        ("/100%", b"/100%"),
    ],
)
def test_a_path_is_unquoted_to_its_bytes(on_the_wire: str, path_info: bytes) -> None:
    assert environ_of(scope(path=on_the_wire))["PATH_INFO"].encode("latin-1") == path_info


def test_a_server_that_gives_no_raw_path_gives_a_decoded_one() -> None:
    assert environ_of(scope(path="/é", raw_path=None))["PATH_INFO"].encode("latin-1") == "/é".encode()


def test_the_mount_point_is_apart_from_the_path() -> None:
    environ = environ_of(scope(path="/desk/tip", root_path="/desk"))
    assert (environ["SCRIPT_NAME"], environ["PATH_INFO"]) == ("/desk", "/tip")


def test_headers_become_variables() -> None:
    headers = [(b"content-type", b"text/plain"), (b"content-length", b"3"), (b"x-odd-one", b"caf\xe9")]
    environ = environ_of(scope(headers=headers))
    assert environ["CONTENT_TYPE"] == "text/plain"
    assert environ["CONTENT_LENGTH"] == "3"
    assert environ["HTTP_X_ODD_ONE"] == "caf\xe9"


def test_repeated_headers_are_joined() -> None:
    pairs = [(b"accept", b"a"), (b"accept", b"b"), (b"cookie", b"a=1"), (b"cookie", b"b=2")]
    environ = environ_of(scope(headers=pairs))
    assert environ["HTTP_ACCEPT"] == "a,b"
    assert environ["HTTP_COOKIE"] == "a=1; b=2"


@pytest.mark.parametrize("name", [b"x_forwarded_for", b"proxy"])
def test_headers_that_pass_for_others_are_dropped(name: bytes) -> None:
    environ = environ_of(scope(headers=[(name, b"203.0.113.9")]))
    assert not {"HTTP_X_FORWARDED_FOR", "HTTP_PROXY"} & environ.keys()


def test_write_and_iteration_keep_their_order() -> None:
    def app(environ, start_response):
        write = start_response("200 OK", [])
        write(b"1")

        def rest():
            write(b"2")
            yield b"3"
            write(b"4")

        return rest()

    assert get(app) == b"1234"


def test_headers_may_be_replaced_until_they_are_sent() -> None:
    def app(environ, start_response):
        start_response("200 OK", [])
        start_response("503 Away", [], (KeyError, KeyError("early"), None))
        return [b""]

    assert Client(Front(app)).get("/").status == 503


def test_once_sent_the_exception_is_raised_again() -> None:
    def parts(start_response):
        yield b"x" * BATCH_BYTES
        start_response("503 Away", [], (KeyError, KeyError("late"), None))

    def app(environ, start_response):
        start_response("200 OK", [])
        return parts(start_response)

    answer = Answer(app, {})
    answer.next_batch()
    answer.sent = True
    with pytest.raises(KeyError):
        answer.next_batch()
    assert not answer.more


@pytest.mark.parametrize("times", [0, 2])
def test_start_response_is_called_once(times: int) -> None:
    def app(environ, start_response):
        for _ in range(times):
            start_response("200 OK", [])
        return [b""]

    assert Client(Front(app)).get("/").status == 500


def test_a_generator_may_start_its_response_late() -> None:
    def app(environ, start_response):
        start_response("200 OK", [])
        yield b"late"

    assert get(app) == b"late"


def test_all_batches_run_in_one_context() -> None:
    variable: contextvars.ContextVar[str] = contextvars.ContextVar("variable")

    def app(environ, start_response):
        start_response("200 OK", [])
        token = variable.set("kept")
        for _ in range(10):
            yield variable.get().encode() * BATCH_BYTES
        variable.reset(token)

    assert len(get(app)) == 40 * BATCH_BYTES


def test_threads_outlive_a_loop_that_ended() -> None:
    threads = Threads(1)

    async def leave() -> None:
        threads.run(lambda: None).cancel()

    async def work() -> int:
        return await threads.run(lambda: 7)

    in_a_loop(leave())
    assert in_a_loop(work()) == 7
    threads.stop()
    assert in_a_loop(work()) == 7
    threads.stop()
