"""The server runs without the modules that the executable leaves out, OpenSSL among them."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
_SCRIPT = """
import json, runpy, socket, sys
sys.path.insert(0, "packaging")
import bundle

def left_out(name):
    return any(name == one or name.startswith(one + ".") for one in bundle.EXCLUDED_MODULES)

class LeaveOut:
    def find_spec(self, name, path=None, target=None):
        if left_out(name):
            raise ModuleNotFoundError(name)

for name in [name for name in sys.modules if left_out(name)]:
    del sys.modules[name]
sys.meta_path.insert(0, LeaveOut())
runpy.run_path("packaging/without_ssl.py")

from digitpad.models.model_file import load_model
from digitpad.reading.recognizer import Recognizer
from digitpad.serving.server import Server

reader = Recognizer(load_model("light"))
server = Server(lambda: reader, port=0)
place = server.start()

def ask(request, end):
    answer = b""
    with socket.create_connection((place.host, place.port)) as connection:
        connection.sendall(request)
        # An answer may arrive in parts.
        while end not in answer and (part := connection.recv(65536)):
            answer += part
    return answer

ink = b'{"strokes": [[[70, 60], [140, 58], [205, 60], [165, 140], [130, 230]]]}'
upgrade = b"Connection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Version: 13\\r\\n"
upgrade += b"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\\r\\n"
predict = b"POST /predict HTTP/1.1\\r\\nHost: localhost\\r\\nContent-Length: %d\\r\\n\\r\\n%s" % (len(ink), ink)
print(ask(predict, b'"label":"7"'))
print(ask(b"GET /socket HTTP/1.1\\r\\nHost: localhost\\r\\n%s\\r\\n" % upgrade, b"\\r\\n\\r\\n"))
server.stop()
missing = [name for name in bundle.HIDDEN_IMPORTS if name.startswith("uvicorn") and name not in sys.modules]
print("not used:", missing, sys.modules["ssl"].__spec__)
"""


def test_the_server_runs_without_them() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    predicted, connected, rest = done.stdout.splitlines()
    assert "HTTP/1.1 200 OK" in predicted
    assert '"label":"7"' in predicted
    assert "HTTP/1.1 101" in connected
    assert rest == "not used: [] None"
