"""A local server that plays Twilio: it checks each request against Twilio's own OpenAPI file, and fails on demand."""

from __future__ import annotations

import base64
import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

SPECIFICATION = Path(__file__).resolve().parents[2] / "shared" / "twilio" / "messages_calls.json"
ACCOUNT, TOKEN, SENDER = "AC" + "1" * 32, "12345", "+15005550006"
MESSAGES = "/2010-04-01/Accounts/{AccountSid}/Messages.json"


@dataclass
class TwilioDouble:
    """`hang`: seconds that the next requests take before they are answered, one entry for each; `status`: likewise
    what they are answered instead of 201. `taken`: the forms that came in, valid ones only, in order; a hanging
    request counts as taken when it comes in. `wrong`: what was wrong with the others."""

    url: str = ""
    hang: list[float] = field(default_factory=list)
    status: list[int] = field(default_factory=list)
    taken: list[dict[str, str]] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def environ(self) -> dict[str, str]:
        return {
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            "TWILIO_FROM": SENDER,
            "TWILIO_API_URL": self.url,
        }


@contextmanager
def twilio_double() -> Iterator[TwilioDouble]:
    double = TwilioDouble()
    specification = json.loads(SPECIFICATION.read_text(encoding="utf-8"))
    schemas = specification["components"]["schemas"]
    create = specification["paths"][MESSAGES]["post"]
    form_schema = create["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]
    example = next(iter(create["responses"]["201"]["content"]["application/json"]["examples"].values()))[
        "value"
    ]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
            form = dict(parse_qsl(body, keep_blank_values=True, strict_parsing=True))
            wrong = _wrong(self.path, self.headers.get("Authorization", ""), form, form_schema, schemas)
            if wrong:
                double.wrong.append(wrong)
                return self._answer(400, {"code": 20001, "message": wrong, "status": 400})
            double.taken.append(form)
            number = len(double.taken)
            if double.hang:
                time.sleep(double.hang.pop(0))
            status = double.status.pop(0) if double.status else 201
            if status != 201:
                return self._answer(status, {"code": 20500, "message": "as ordered", "status": status})
            answer = {**example, "sid": f"SM{number:032x}", "to": form["To"], "body": form.get("Body", "")}
            return self._answer(201, answer)

        def _answer(self, status: int, content: dict[str, Any]) -> None:
            payload = json.dumps(content).encode()
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(payload)))
                self.end_headers()
                self.wfile.write(payload)
            except (BrokenPipeError, ConnectionResetError):
                pass  # whoever asked has died meanwhile

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    double.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _wrong(
    path: str, authorization: str, form: dict[str, str], schema: dict[str, Any], schemas: dict[str, Any]
) -> str:
    """What Twilio's description finds wrong with a request to create a message; empty when nothing."""
    if path != MESSAGES.format(AccountSid=ACCOUNT):
        return f"no such path: {path}"
    if authorization != "Basic " + base64.b64encode(f"{ACCOUNT}:{TOKEN}".encode()).decode():
        return "not signed in"
    for name in schema["required"]:
        if not form.get(name):
            return f"{name} is missing"
    for name, value in form.items():
        described = schema["properties"].get(name)
        if described is None:
            return f"{name} is not a parameter"
        described = schemas[described["$ref"].rsplit("/", 1)[1]] if "$ref" in described else described
        if "pattern" in described and not re.search(described["pattern"], value):
            return f"{name} does not match {described['pattern']}"
        if "enum" in described and value not in described["enum"]:
            return f"{name} is not one of {described['enum']}"
        if described.get("format") == "phone-number" and not re.fullmatch(r"\+[1-9]\d{6,14}", value):
            return f"{name} is not a number in E.164"
    if not form.get("From") and not form.get("MessagingServiceSid"):
        return "From is missing"
    if len(form.get("Body", "")) > 1600 or not form.get("Body"):
        return "Body is missing or too long"
    return ""
