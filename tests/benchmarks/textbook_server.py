"""The textbook's prediction server: Flask's development server, which reads one request at a time.

python tests/benchmarks/textbook_server.py

Prints its address. The recognizer and the answer are those of `digitpad serve`.
"""

import importlib
import json
import logging
import socket
from typing import Any

from digitpad.data.ink import drawing_of
from digitpad.models.model_file import load_model
from digitpad.reading.numbers import NumberReader
from digitpad.reading.prediction_record import prediction_record
from digitpad.reading.recognizer import Recognizer


def main() -> None:
    """Serve until the process is ended."""
    recognizer = Recognizer(load_model(None))
    numbers = NumberReader(recognizer)
    flask: Any = importlib.import_module("flask")
    app = flask.Flask(__name__)

    def predict() -> object:
        drawing = drawing_of(flask.request.get_json())
        whole = recognizer.recognize_ink(drawing.strokes, canvas=drawing.long_side)
        number = numbers.read_drawing(drawing.strokes, canvas=drawing.long_side, whole=whole)
        return flask.jsonify(prediction_record(whole, number, recognizer))

    app.add_url_rule("/predict", view_func=predict, methods=["POST"])
    # A line for each request, as it writes them by default, would slow it down.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    print(json.dumps({"address": f"http://127.0.0.1:{port}/"}), flush=True)
    app.run("127.0.0.1", port, threaded=False)


if __name__ == "__main__":
    main()
