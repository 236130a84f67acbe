"""An application that asks services which are not there, logs what its HTTP library says, and goes on with its cache.

python fetching.py requests|urllib3|httpx|aiohttp|urllib
"""

# It is to fail, in as many ways as there are.
# ruff: noqa

import asyncio
import logging
import socket
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, format="%(asctime)s %(levelname)s:%(name)s:%(message)s")
log = logging.getLogger("prices")


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        status = int(self.path.strip("/") or 200)
        self.send_response(status)
        self.send_header("Location", "/302")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format, *arguments):
        pass


def silent():
    """A port that takes connections and never answers."""
    listener = socket.create_server(("127.0.0.1", 0), backlog=1)
    threading.Thread(target=lambda: [listener.accept() for _ in range(99)], daemon=True).start()
    return listener.getsockname()[1]


def fetch(library, url):
    if library == "requests":
        import requests

        session = requests.Session()
        session.mount("http://", requests.adapters.HTTPAdapter(max_retries=2))
        session.get(url, timeout=0.3).raise_for_status()
    elif library == "urllib3":
        import urllib3

        urllib3.PoolManager(retries=urllib3.Retry(3, status_forcelist=[503])).request("GET", url, timeout=0.3)
    elif library == "httpx":
        import httpx

        httpx.get(url, timeout=0.3, follow_redirects=True).raise_for_status()
    elif library == "aiohttp":
        import aiohttp

        async def get():
            async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(0.3)) as session:
                async with session.get(url) as answer:
                    answer.raise_for_status()

        asyncio.run(get())
    else:
        import urllib.request

        urllib.request.urlopen(url, timeout=0.3)


def main(library):
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    here = f"http://127.0.0.1:{server.server_port}"
    urls = ["http://127.0.0.1:9/simple/prices/", "http://index.invalid/simple/prices/", f"http://127.0.0.1:{silent()}/"]
    urls += [f"{here}/{status}" for status in (200, 302, 401, 403, 404, 407, 429, 500, 503)]
    for url in urls * 3:
        try:
            fetch(library, url)
        except Exception as error:
            log.warning("could not fetch %s: %s; using the cache", url, error)
            log.debug("details", exc_info=True)
    log.info("all prices are known, %d of them from the cache", len(urls))


if __name__ == "__main__":
    main(sys.argv[1])
