"""A small receiver of events, to look at them: answers the challenge, prints each delivery.

    python docs/receiver.py 8999

Needs nothing but Python. A real receiver verifies the signatures: see getting-started.md.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


class Receiver(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        challenge = parse_qs(urlsplit(self.path).query).get("challenge", [""])[0]
        self.answer(challenge.encode())

    def do_POST(self) -> None:
        event = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        sys.stdout.write(f"{event['type']} {event['data']['value']['message']}\n")
        sys.stdout.flush()
        self.answer(b"")

    def answer(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/plain")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Only deliveries are printed."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
