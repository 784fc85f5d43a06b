"""How much a client may send, how fast, and for how long: nobody who draws can slow down the others.

The values leave room for the slowest phone and the longest number that a person writes.
"""

MOST_BODY = 10_000_000
"""Bytes of a request: a photograph of a phone has 3 to 8 MB."""

MOST_INK = 1_000_000
"""Bytes of a drawing as JSON: 20,000 points with pressure, written with all their digits, fit into it."""

MOST_MESSAGE = 262_144
"""Bytes of a message over the WebSocket: minutes of drawing with rounded coordinates."""

MOST_STROKES, MOST_POINTS = 500, 20_000
"""Strokes and points of a drawing; a tablet sends 200 points a second."""

QUICK_BYTES, QUICK_STROKES = 16_384, 8
"""Drawings up to this size are read together; longer ones take tens of milliseconds and have a thread of their own."""

MOST_DEPTH = 16
"""Nesting depth of the JSON of a request; a drawing has four."""

MOST_QUICK, MOST_SLOW = 256, 8
"""Drawings that may wait to be read, and long drawings and pictures; more are answered with 429."""

MOST_BUFFERED = 64_000_000
"""Bytes of all requests that are being received; more are answered with 429."""

MOST_PAGES, MOST_PAGES_PER_ADDRESS = 250, 20
"""Pages that may be connected at the same time, and how many of them from one address that is not this computer."""

MOST_CONNECTIONS = 600
"""Connections that may be open at the same time; one more is answered with 503."""

HEADERS_WITHIN, BODY_WITHIN, ANSWER_WITHIN, SENT_WITHIN = 10.0, 20.0, 30.0, 10.0
"""Seconds until the headers of a request have arrived, until its body has, until it is read, and until a message has
reached the network of a client."""

PING_EVERY, PONG_WITHIN = 15.0, 15.0
"""Seconds between two signs of life of a page, and until it must have answered."""

MESSAGES_PER_SECOND, MESSAGES_AT_ONCE = 60.0, 120.0
"""Messages of one page; a page that draws sends up to 17 a second."""

REQUESTS_PER_SECOND, REQUESTS_AT_ONCE = 50.0, 200.0
"""Requests and connections of one address that is not this computer."""

MOST_WRONG_MESSAGES = 20
"""Messages that a page may send without a meaning until it is disconnected."""

MOST_NAME = 40
"""Characters of a name."""
