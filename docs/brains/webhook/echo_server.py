# Answers every message in the response of the call. Run: KEY=whsec_... PORT=8080 python3 echo_server.py
import base64, hashlib, hmac, json, os, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

KEY = base64.b64decode(os.environ["KEY"].removeprefix("whsec_"))
answered = {}  # A repeated event gets the same answers: keep these in a database if a restart must not matter.

def is_ours(headers, body):
    event_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "0")
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > 300:
        return False
    digest = hmac.new(KEY, f"{event_id}.{sent_at}.".encode() + body, hashlib.sha256).digest()
    expected = "v1," + base64.b64encode(digest).decode()
    return any(hmac.compare_digest(one, expected) for one in headers.get("webhook-signature", "").split(" "))

def answers_to(event):
    if event["type"] != "message.created":
        return []  # Kinds of events you do not know are to be ignored.
    return [{"type": "message", "text": "You said: " + event["data"]["message"]["text"]}]

class Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        ours = is_ours(self.headers, body)
        self.send_response(200 if ours else 401)
        self.end_headers()
        if ours:
            answers = answered.setdefault(self.headers["webhook-id"], answers_to(json.loads(body)))
            self.wfile.write(json.dumps({"answers": answers}).encode())

ThreadingHTTPServer(("", int(os.environ.get("PORT", 8080))), Handler).serve_forever()
