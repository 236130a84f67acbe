"""A package index on loopback that hangs up on the first requests for each page, then answers.

python flaky_index.py PORT FOLDER       FOLDER holds wheels named PACKAGE-VERSION-….whl
"""

import sys
from collections import Counter
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

TIMES = Counter()


class Handler(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        TIMES[self.path] += 1
        if TIMES[self.path] == 1:
            self.close_connection = True
            self.connection.close()
        elif TIMES[self.path] == 2:
            self.answer(503, b"busy", "text/plain")
        elif self.path.startswith("/simple/"):
            name = self.path.split("/")[2].replace("-", "_")
            files = sorted(path.name for path in Path(self.directory).glob(f"{name}-*"))
            self.answer(200, "".join(f'<a href="/{file}">{file}</a>' for file in files).encode(), "text/html")
        else:
            super().do_GET()

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def handle(self):
        try:
            super().handle()
        except (OSError, ValueError):
            self.close_connection = True


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), partial(Handler, directory=sys.argv[2])).serve_forever()
