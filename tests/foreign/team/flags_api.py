"""``flags_api.py --flags FILE [--port P]``: the team's flags over HTTP; the token comes in FLAGS_TOKEN.

``PUT /flags/NAME`` with ``{"state": VALUE}`` and a bearer token sets one; ``GET /flags`` says what they are;
``GET /health`` answers. The first line that it says is its address.
"""

import argparse
import hmac
import json
import os
import sys
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Lock

import team_flags

MOST_BYTES = 10_000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    flags = Path()
    token = ""
    lock = Lock()

    def do_GET(self):
        if self.path == "/health":
            self.answer(200, {"ok": True})
        elif self.path == "/flags":
            self.answer(200, team_flags.read(self.flags))
        else:
            self.answer(404, {"error": "nothing stands there"})

    def do_PUT(self):
        length = self.headers.get("Content-Length", "0")
        size = int(length) if length.isdecimal() else MOST_BYTES + 1
        if size > MOST_BYTES:
            self.close_connection = True
            self.answer(413, {"error": "too long"})
            return
        body = self.rfile.read(size)
        said = self.headers.get("Authorization", "").encode("latin-1")
        if not hmac.compare_digest(said, f"Bearer {self.token}".encode()):
            self.answer(401, {"error": "a bearer token is wanted"})
            return
        start, _, name = self.path.rpartition("/")
        if start != "/flags" or name not in team_flags.FLAGS:
            self.answer(404, {"error": f"there is no flag {name[:60]!r}"})
            return
        try:
            value = json.loads(body)["state"]
            with self.lock:
                before = team_flags.change(self.flags, name, value)
        except (ValueError, TypeError, KeyError) as error:
            self.answer(400, {"error": str(error)})
            return
        self.answer(200, {"flag": name, "value": value, "previous": before})

    def answer(self, status, found):
        body = json.dumps(found).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(arguments=None):
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--flags", type=Path, required=True, metavar="FILE")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args(arguments)
    token = os.environ.get("FLAGS_TOKEN", "")
    if not token:
        print("FLAGS_TOKEN is not set: whoever sets a flag needs a token", file=sys.stderr)
        return 2
    Handler.flags, Handler.token = options.flags, token
    server = ThreadingHTTPServer(("127.0.0.1", options.port), Handler)
    server.daemon_threads = True
    print(f"http://127.0.0.1:{server.server_port}", flush=True)
    with suppress(KeyboardInterrupt):
        server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
