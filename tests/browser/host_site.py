"""Another site on loopback: a page as WordPress makes it, with our script in it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

HERE = Path(__file__).parent
CANONICAL = "https://gazette.example/2026/03/ida-marlowe-leith/"
COOKIE = "seen=1; SameSite=None; Secure; Path=/"


class Site:
    """A running site; `desk` is the address of the desk whose script it loads."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self._server = server
        self.origin = f"http://{server.server_address[0]}:{server.server_address[1]}"
        self.desk = ""
        self.policy = ""  # the page's own Content-Security-Policy
        self.attributes = ""  # of the script's tag, beyond data-tipline
        self.in_head = False
        self.frame = ""  # the address of a frame that the page holds

    def page(self) -> str:
        script = f'<script src="{self.desk}/embed.js" data-tipline{self.attributes}></script>'
        frame = f'<iframe src="{self.frame}" title="another"></iframe>' if self.frame else ""
        text = (HERE / "host_page.html").read_text()
        return (
            text.replace("{canonical}", CANONICAL)
            .replace("{in_head}", script if self.in_head else "")
            .replace("{in_article}", frame + ("" if self.in_head else script))
        )


@contextmanager
def a_site(host: str) -> Iterator[Site]:
    """Serve a site at a loopback address of its own, which makes it a site of its own to browsers."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            is_css = self.path.endswith(".css")
            body = (HERE / "host_page.css").read_text() if is_css else site.page()
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if is_css else "text/html; charset=utf-8")
            self.send_header("Set-Cookie", COOKIE)
            if site.policy:
                self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer((host, 0), Handler)
    site = Site(server)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
