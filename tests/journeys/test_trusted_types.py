import mimetypes
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.support.source import PACKAGE

STATIC = PACKAGE / "shell" / "static"
PATHS = ("whole", "part", "words", "handler", "script", "frame", "address")
CONFIG = '{"allowEval":false,"allowScriptTags":false,"includeIndicatorStyles":false,"historyCacheSize":0,"selfRequestsOnly":true}'
LINKS = "".join(
    f'<a id="{name}" href="/{name}" hx-get="/{name}" hx-target="#list" hx-select="#list">x</a>'
    for name in PATHS
)
START = (
    "<!doctype html><html lang='en'><head><title>Now</title>"
    f"<meta name='htmx-config' content='{CONFIG}'>"
    "<script src='/static/js/trusted.js' defer></script><script src='/static/js/vendor/htmx.min.js' defer></script>"
    f"<script src='/static/js/house.js' defer></script></head><body>{LINKS}"
)
PAGES = {
    "": f'{START}<div id="list">old</div></body></html>',
    "whole": f'{START}<div id="list">new</div></body></html>',
    "part": '<div id="list">new</div>',
    "words": '<div id="list">new &lt;img onerror=x&gt; turn on x=1</div>',
    "handler": '<div id="list">new<img src="/no" onerror="document.title=1"></div>',
    "script": '<div id="list">new<script>document.title=1</script></div>',
    "frame": '<div id="list">new<iframe srcdoc="x"></iframe></div>',
    "address": '<div id="list">new<a href="javascript:alert(1)">x</a></div>',
}


def _policy() -> str:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    return "; ".join(f"{name} {' '.join(values)}" for name, values in directives.items())


class Node(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        name = self.path.removeprefix("/")
        file = STATIC / name.removeprefix("static/")
        found = name in PAGES or (name.startswith("static/") and file.is_file())
        body = PAGES[name].encode() if name in PAGES else file.read_bytes() if found else b""
        kind = "text/html" if name in PAGES else mimetypes.guess_type(name)[0]
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Security-Policy", _policy())
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_said: object) -> None:
        """Stay quiet."""


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Node)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    opened = browser.new_page()
    opened.goto(f"http://127.0.0.1:{server.server_port}/")
    yield opened
    opened.close()
    server.shutdown()
    server.server_close()


def shown_after(page: Page, name: str) -> str:
    with page.expect_response(f"**/{name}"):
        page.click(f"#{name}")
    page.wait_for_timeout(200)
    return page.inner_text("#list")


@pytest.mark.parametrize("name", ["whole", "part", "words"])
def test_plain_markup_of_this_node_comes_into_the_page(page: Page, name: str) -> None:
    assert shown_after(page, name).startswith("new")


@pytest.mark.parametrize("name", ["handler", "script", "frame", "address"])
def test_markup_that_could_run_is_refused_whole(page: Page, name: str) -> None:
    assert shown_after(page, name) == "old"
    assert page.title() == "Now"


@pytest.mark.parametrize(
    "attempt",
    [
        "() => { document.body.innerHTML = '<img src=x onerror=1>'; }",
        "() => { document.createElement('script').text = '1'; }",
        "() => { document.createElement('script').src = '/static/js/house.js'; }",
        "() => { trustedTypes.createPolicy('second', {}); }",
    ],
)
def test_no_text_becomes_code(page: Page, attempt: str) -> None:
    with pytest.raises(Exception, match=r"Trusted|policy|Policy"):
        page.evaluate(attempt)
    page.evaluate("() => { document.body.innerHTML = '<p>plain</p>'; }")  # the control
    assert page.inner_text("body") == "plain"
