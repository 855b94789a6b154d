"""A stand-in service: `python -m tests.embedded.stand_in VERB`, with the verbs of a real one.

`migrate` leaves a mark in its database as the owner; `web` is ready when its `app` role can read that mark,
and tells its environment to whoever asks.
"""

import json
import os
import signal
import sys
from pathlib import Path


def migrate() -> None:
    import psycopg  # here, not above: a process that only waits must start at once
    from psycopg import sql
    from psycopg.conninfo import conninfo_to_dict

    app = str(conninfo_to_dict(os.environ["DATABASE_URL"])["user"])
    with psycopg.connect(os.environ["MIGRATE_DATABASE_URL"]) as owner:
        owner.execute("CREATE TABLE IF NOT EXISTS mark (run integer)")
        owner.execute("INSERT INTO mark VALUES (1)")
        owner.execute(sql.SQL("GRANT SELECT ON mark TO {}").format(sql.Identifier(app)))
    people = [
        {"name": "Dana Ruiz", "email": "dana@school.example", "password": "secret-1", "role": "director"}
    ]
    Path(os.environ["VAR_DIR"], "secrets", "sign-ins.json").write_text(json.dumps(people))


def marks() -> int:
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"]) as app:
        found = app.execute("SELECT count(*) FROM mark").fetchone()
    return int(found[0]) if found else 0


def web() -> None:
    import http.server

    import psycopg

    class Health(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                about_me = self.path == "/environment"
                status, body = (
                    200,
                    json.dumps(dict(os.environ)).encode() if about_me else str(marks()).encode(),
                )
            except psycopg.Error as error:
                status, body = 503, str(error).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    if os.fork() == 0:  # a child of its own, as real web servers have: it must go when its parent is killed
        signal.pause()
    http.server.HTTPServer((os.environ["HOST"], int(os.environ["PORT"])), Health).serve_forever()


def main() -> None:
    verb = sys.argv[1]
    if verb == "migrate":
        migrate()
    elif verb == "web":
        web()
    elif verb == "token":
        print(f"token-of-{sys.argv[3]}-{marks()}")
    elif verb == "stubborn":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.pause()
    elif verb == "broken":
        sys.exit("this one never starts")
    else:
        signal.pause()


if __name__ == "__main__":
    main()
