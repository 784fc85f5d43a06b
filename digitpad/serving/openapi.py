"""The description of the interface for tools, in the form of OpenAPI 3.1."""

from typing import Any

from digitpad import __version__
from digitpad.serving.limits import MOST_BODY, MOST_INK, MOST_POINTS, MOST_STROKES

_PROBABILITIES = {
    "type": "array",
    "items": {"type": "number", "minimum": 0, "maximum": 1},
    "description": "The probability of each class.",
}
_DRAWING = {
    "type": "object",
    "required": ["strokes"],
    "description": f"Ink, as in a line of an ink file; at most {MOST_INK:,} bytes.",
    "properties": {
        "strokes": {
            "type": "array",
            "maxItems": MOST_STROKES,
            "description": f"The strokes in the order of writing, with at most {MOST_POINTS:,} points in total.",
            "items": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "array",
                    "minItems": 2,
                    "maxItems": 3,
                    "items": {"type": "number"},
                    "description": "x to the right, y down, and optionally the pressure from 0 to 1.",
                },
            },
        },
        "width": {"type": "number", "exclusiveMinimum": 0, "description": "Width of the canvas."},
        "height": {"type": "number", "exclusiveMinimum": 0, "description": "Height of the canvas."},
    },
}
_PREDICTION = {
    "type": "object",
    "required": ["label", "probability", "probabilities", "rejected"],
    "properties": {
        "label": {"type": "string", "description": "The predicted class, or the number."},
        "probability": {"type": "number", "minimum": 0, "maximum": 1},
        "probabilities": _PROBABILITIES | {"description": "Those of the whole as one character."},
        "rejected": {"type": "boolean", "description": "Whether it is not a digit, so that the label is unreliable."},
        "labels": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The classes, in the order of the probabilities; only for classes other than digits.",
        },
        "lines": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The text of each line; only for several characters.",
        },
        "digits": {
            "type": "array",
            "description": "The characters, line by line; only for several characters.",
            "items": {
                "type": "object",
                "properties": {
                    "box": {
                        "type": "array",
                        "items": {"type": "number"},
                        "description": "Left, top, right and bottom.",
                    },
                    "label": {"type": "string"},
                    "probabilities": {"anyOf": [_PROBABILITIES, {"type": "null"}]},
                },
            },
        },
    },
}
_ERROR = {
    "type": "object",
    "required": ["error"],
    "properties": {"error": {"type": "string", "description": "What is wrong, in one sentence."}},
}
_ERRORS = {
    "408": "The body did not arrive in time.",
    "413": f"The body has more than {MOST_BODY:,} bytes, or a drawing more than {MOST_INK:,}.",
    "422": "The body is not a drawing or a picture.",
    "429": "There are too many requests; try again later.",
    "503": "The network in use has no answer.",
}


def description(base: str) -> dict[str, Any]:
    """Return the description.

    Parameters
    ----------
    base
        The address of the server, with a slash at its end.
    """
    picture = {"schema": {"type": "string", "format": "binary"}}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "digitpad",
            "version": __version__,
            "description": "Reads handwritten digits and numbers with the network in use.",
        },
        "servers": [{"url": base.rstrip("/")}],
        "paths": {
            "/predict": {
                "post": {
                    "summary": "Read a drawing or a picture.",
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Drawing"}},
                            "image/png": picture,
                            "image/jpeg": picture,
                        },
                    },
                    "responses": {
                        "200": _json("The reading, as digitpad predict --json prints it.", "Prediction"),
                        **{status: _json(text, "Error") for status, text in _ERRORS.items()},
                    },
                }
            },
            "/healthz": {
                "get": {"summary": "Say that the server runs.", "responses": {"200": {"description": "It runs."}}}
            },
            "/metrics": {
                "get": {
                    "summary": "Return counters in the text format of Prometheus.",
                    "responses": {"200": {"description": "The counters.", "content": {"text/plain": {}}}},
                }
            },
        },
        "components": {"schemas": {"Drawing": _DRAWING, "Prediction": _PREDICTION, "Error": _ERROR}},
    }


def _json(text: str, schema: str) -> dict[str, Any]:
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{schema}"}}}
    return {"description": text, "content": content}
