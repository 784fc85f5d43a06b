"""One connected page: its messages, its drawing, and what it is told."""

import asyncio
import base64
import time
from contextlib import suppress
from typing import Any

import numpy as np
from starlette.websockets import WebSocket, WebSocketDisconnect

from digitpad.json_records import dump_json
from digitpad.serving.batch_reader import Answer, BusyError, NoAnswerError
from digitpad.serving.limits import (
    ANSWER_WITHIN,
    MESSAGES_AT_ONCE,
    MESSAGES_PER_SECOND,
    MOST_WRONG_MESSAGES,
    SENT_WITHIN,
)
from digitpad.serving.pace import Bucket
from digitpad.serving.received import UnreadableError, checked_drawing, parse_object, plain_text
from digitpad.serving.service import Message, Service
from digitpad.translation import gettext as _

#: Messages that wait to be sent; a page that does not take them is too slow.
_MOST_UNSENT = 32
#: Seconds until a drawing is tried again that could not be read because too many were waiting.
_WHEN_BUSY = 0.1
# Codes with which a WebSocket is closed.
_GOING_AWAY, _UNSUPPORTED, _MISUSE = 1001, 1003, 1008


class _EndError(Exception):
    """Ends a session: with a code, or because the page is gone."""

    def __init__(self, code: int | None) -> None:
        self.code = code


class Session:
    """A connected page.

    Only the newest drawing of a page is read: one that arrives while the last is being read replaces those that wait.

    Parameters
    ----------
    socket
        The accepted WebSocket.
    service
        What it shares with the others.
    client
        The identifier of the page.
    address
        The address of the computer or phone.
    """

    def __init__(self, socket: WebSocket, service: Service, client: str, address: str) -> None:
        self.client, self.address = client, address
        self._socket, self._service = socket, service
        self._unsent: asyncio.Queue[Message | None] = asyncio.Queue()
        self._newest: Message | None = None
        self._has_ink = asyncio.Event()
        self._bucket = Bucket(MESSAGES_PER_SECOND, MESSAGES_AT_ONCE)
        self._wrong = 0

    def post(self, message: Message) -> None:
        """Send a message as soon as the page takes it."""
        self._unsent.put_nowait(message)

    def end(self) -> None:
        """Close the connection."""
        self._unsent.put_nowait(None)

    async def run(self) -> None:
        """Serve the page until it is closed, misuses the connection or is too slow."""
        self.post({"type": "welcome", "client": self.client})
        self._service.join(self)
        code: int | None = None
        try:
            async with asyncio.TaskGroup() as group:
                for part in (self._receive(), self._answer(), self._send()):
                    group.create_task(part)
        except* _EndError as ends:
            code = next((end.code for end in ends.exceptions if isinstance(end, _EndError)), None)
        except* TimeoutError:
            self._service.metrics.event("dropped")
            code = _MISUSE
        finally:
            self._service.leave(self)
        if code is not None:
            # The page may be gone, or too slow even for this.
            with suppress(RuntimeError, OSError, TimeoutError, WebSocketDisconnect):
                async with asyncio.timeout(1):
                    await self._socket.close(code)

    async def _receive(self) -> None:
        while True:
            received = await self._socket.receive()
            if received["type"] != "websocket.receive":
                raise _EndError(None)
            text = received.get("text")
            if text is None:
                raise _EndError(_UNSUPPORTED)
            if not self._bucket.take():
                self._service.metrics.event("too_many")
                raise _EndError(_MISUSE)
            number = None
            try:
                message = parse_object(text)
                number = message.get("n") if isinstance(message.get("n"), int) else None
                self._take(message)
            except UnreadableError as error:
                self._refuse(str(error), number)

    def _take(self, message: dict[str, Any]) -> None:
        audience = self._service.audience
        match message.get("type"):
            case "ink":
                self._newest = message
                self._has_ink.set()
            case "name":
                name = plain_text(message.get("name"))
                if audience is not None:
                    audience.named(self.client, name)
            case "consent":
                agrees = message.get("agrees")
                if not isinstance(agrees, bool):
                    raise UnreadableError(_("agrees must be true or false."))
                if audience is not None:
                    audience.consented(self.client, agrees)
            case _:
                raise UnreadableError(_('The type of a message must be "ink", "name" or "consent".'))

    def _refuse(self, text: str, number: int | None) -> None:
        self._wrong += 1
        if self._wrong > MOST_WRONG_MESSAGES:
            raise _EndError(_MISUSE)
        self.post({"type": "error", "n": number, "text": text})

    async def _answer(self) -> None:
        while True:
            await self._has_ink.wait()
            self._has_ink.clear()
            message = self._newest
            if message is None:
                continue
            number = message.get("n") if isinstance(message.get("n"), int) else None
            started = time.perf_counter()
            try:
                waiting = self._service.reader.read_drawing(checked_drawing(message))
                async with asyncio.timeout(ANSWER_WITHIN):
                    answer = await asyncio.wrap_future(waiting)
            except BusyError:
                await asyncio.sleep(_WHEN_BUSY)
                # The drawing is still the newest one, unless another has arrived.
                self._has_ink.set()
                continue
            except UnreadableError as error:
                self._refuse(str(error), number)
                continue
            except NoAnswerError as error:
                self.post({"type": "error", "n": number, "text": str(error)})
                continue
            self._service.metrics.answered("websocket", time.perf_counter() - started)
            self.post(reading_message(answer, number))
            if self._service.audience is not None and answer.drawing is not None:
                self._service.audience.drew(self.client, answer.drawing, answer.reading)

    async def _send(self) -> None:
        while True:
            message = await self._unsent.get()
            if message is None:
                raise _EndError(_GOING_AWAY)
            if self._unsent.qsize() > _MOST_UNSENT:
                raise TimeoutError
            async with asyncio.timeout(SENT_WITHIN):
                try:
                    await self._socket.send_text(dump_json(message))
                except (WebSocketDisconnect, RuntimeError, OSError) as error:
                    raise _EndError(None) from error


def reading_message(answer: Answer, number: int | None) -> Message:
    """Return what a page is told about its drawing.

    Parameters
    ----------
    answer
        The reading.
    number
        The number that the page gave to the drawing.
    """
    # Of a number, the picture and the probabilities are those of its last digit.
    digits = [segment.prediction for segment in answer.reading.segments if segment.prediction is not None]
    shown = digits[-1] if digits else answer.whole
    pixels = np.rint(shown.image * 255).astype(np.uint8)
    planes = pixels.reshape(-1, *pixels.shape[-2:])
    return {
        "type": "reading",
        "n": number,
        "record": answer.record,
        "count": len(answer.reading.segments),
        "reason": answer.reading.reason,
        "labels": list(answer.labels),
        "reads_digits": answer.reads_digits,
        "probabilities": shown.probabilities.tolist(),
        "pixels": base64.b64encode(planes.tobytes()).decode(),
        "shape": list(planes.shape),
    }
