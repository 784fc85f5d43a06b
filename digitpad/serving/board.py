"""The class board without its window: who is there, what they draw, what they were asked, and how it was read.

The server's thread calls the methods of `Audience`, the window all others; a lock keeps them apart. The window takes a
`ClassState`, which never changes, as often as it paints: however many drawings arrive, each frame costs one look.

What clients can make grow is limited: the number of participants, the size of a drawing, and the number and the memory
of the drawings that are kept.
"""

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from digitpad.data.ink import Drawing
from digitpad.reading.number_reading import NumberReading
from digitpad.serving.participants import NO_ANSWER, Answer, Participant, answer_of, plain_drawing, plain_person

MOST_PARTICIPANTS = 60
"""More pages can be open, but they are not on the board."""

MOST_KEPT = 5000
"""The most drawings that are kept until the next class."""

_MOST_KEPT_BYTES = 64 << 20

Tally = Mapping[str, Mapping[str, int]]
"""How often what was asked was read as what: a row of the confusion matrix for each class that was asked."""

_Place = tuple[float, float]


@dataclass(frozen=True, slots=True)
class KeptDrawing:
    """A drawing that was asked for, by someone who agreed that it is kept.

    Attributes
    ----------
    client
        Who drew it; known only while the board is open.
    label
        The class that was asked.
    drawing
        The drawing.
    """

    client: str
    label: str
    drawing: Drawing


@dataclass(frozen=True, slots=True, eq=False)
class ClassState:
    """Everything on the board at one moment.

    Attributes
    ----------
    revision
        Grows with every change.
    participants
        Everyone on the board, also the hidden ones, in the order of arrival.
    asked
        The class that is asked for; None without a question.
    row
        How often the present answers of those who are not hidden were read as what; empty without a question.
    tally
        The same for all classes asked so far, in the order of the questions, with the present one.
    keepable
        Number of drawings that `Board.kept` returns.
    unsaved
        Whether any of them is not in a collection yet.
    turned_away
        Number of pages that have no place on the board.
    """

    revision: int = 0
    participants: tuple[Participant, ...] = ()
    asked: str | None = None
    row: Mapping[str, int] = field(default_factory=dict)
    tally: Tally = field(default_factory=dict)
    keepable: int = 0
    unsaved: bool = False
    turned_away: int = 0

    @property
    def shown(self) -> tuple[Participant, ...]:
        """The participants who are not hidden."""
        return tuple(one for one in self.participants if not one.hidden)


class Board:
    """Keeps the state of a class; an `Audience` of the server.

    Parameters
    ----------
    most
        The most participants.
    """

    def __init__(self, most: int = MOST_PARTICIPANTS) -> None:
        self._lock = threading.Lock()
        self._most = most
        self._revision = 0
        self._people: dict[str, Participant] = {}
        self._numbers = count(1)
        self._pages: Counter[str] = (
            Counter()
        )  # connected, of each client: one that reconnects may have two for a moment
        self._turned_away: set[str] = set()
        self._asked: str | None = None
        # Drawings from before the question: where the pen began. The same drawing is not an answer to it.
        self._before: dict[str, _Place] = {}
        self._tally: dict[str, Counter[str]] = {}
        self._kept: list[KeptDrawing] = []
        self._kept_bytes = 0
        self._saved: set[Drawing] = set()  # those that are in a collection

    # The audience: called in the server's thread

    def joined(self, client: str) -> None:
        """Give a new page a place on the board, or a page that reconnects the one it had."""
        with self._lock:
            self._pages[client] += 1
            known = self._people.get(client)
            if known is not None:
                self._put(replace(known, present=True))
            elif self._make_room():
                self._people[client] = Participant(client, next(self._numbers))
                self._revision += 1
            else:
                self._turned_away.add(client)
                self._revision += 1

    def named(self, client: str, name: str) -> None:
        """Take the name of a person; an empty one withdraws it."""
        plain = plain_person(name)
        with self._lock:
            known = self._people.get(client)
            if known is not None and known.name != plain:
                self._put(replace(known, name=plain))

    def consented(self, client: str, agrees: bool) -> None:
        """Keep the drawings of a person from now on; or no longer, and drop those that were kept."""
        with self._lock:
            known = self._people.get(client)
            if known is None or known.agrees == agrees:
                return
            self._put(replace(known, agrees=agrees))
            if not agrees:
                self._keep_only([one for one in self._kept if one.client != client])

    def drew(self, client: str, drawing: Drawing, reading: NumberReading) -> None:
        """Show the latest drawing of a person and its reading; a blank one clears the place."""
        plain = plain_drawing(drawing)
        if plain is None:
            return
        start = _start_of(plain)
        answer = None if start is None else answer_of(reading)
        with self._lock:
            known = self._people.get(client)
            if known is None or (start is not None and self._before.get(client) == start):
                return
            self._before.pop(client, None)
            if start is None or answer is None:
                self._put(replace(known, drawing=None, answer=None, right=None))
            else:
                self._put(replace(known, drawing=plain, answer=answer, right=self._judge(answer)))

    def left(self, client: str) -> None:
        """Keep the place of a person who has drawn, and free that of one who has not."""
        with self._lock:
            self._pages[client] -= 1
            if self._pages[client] > 0:
                return
            del self._pages[client]
            known = self._people.get(client)
            if known is None:
                self._turned_away.discard(client)
                self._revision += 1
            elif known.drawing is None and all(one.client != client for one in self._kept):
                self._remove(client)
            else:
                self._put(replace(known, present=False))

    # The teacher: called in the thread of the window

    @property
    def revision(self) -> int:
        """A number that grows with every change."""
        return self._revision

    def state(self) -> ClassState:
        """Return everything on the board."""
        with self._lock:
            row = self._row()
            tally: dict[str, Mapping[str, int]] = {label: dict(counts) for label, counts in self._tally.items()}
            if self._asked is not None:
                tally[self._asked] = dict(self._tally.get(self._asked, Counter()) + row)
            kept = self._keepable()
            return ClassState(
                self._revision,
                tuple(self._people.values()),
                self._asked,
                dict(row),
                tally,
                len(kept),
                any(one.drawing not in self._saved for one in kept),
                len(self._turned_away),
            )

    def ask(self, label: str | None) -> None:
        """Ask everyone to draw a class on a blank page; None ends the question.

        The answers to the question before are counted, and the drawings of those who agreed are kept.
        """
        with self._lock:
            self._end_question()
            self._asked = label
            if label is not None:
                self._before = {
                    client: start
                    for client, one in self._people.items()
                    if one.drawing is not None and (start := _start_of(one.drawing)) is not None
                }
                for one in tuple(self._people.values()):
                    self._put(replace(one, drawing=None, answer=None, right=None))
            self._revision += 1

    def reread(self, client: str, drawing: Drawing, reading: NumberReading | None) -> None:
        """Show another reading of a drawing, unless the person has drawn on meanwhile; None if there is no answer."""
        answer = NO_ANSWER if reading is None else answer_of(reading)
        with self._lock:
            known = self._people.get(client)
            if known is not None and known.drawing is drawing and known.answer != answer:
                self._put(replace(known, answer=answer, right=self._judge(answer)))

    def hide(self, client: str, *, hidden: bool) -> None:
        """Hide a person, who does not count then and whose drawings are not kept; or show this person again."""
        with self._lock:
            known = self._people.get(client)
            if known is not None:
                self._put(replace(known, hidden=hidden))

    def reset(self) -> None:
        """Forget this class: its drawings, questions, counts and hidden people, and those who have left.

        The pages that are open stay, with their names and their consent: both are what their people see on the page.
        """
        with self._lock:
            self._asked = None
            self._tally.clear()
            self._keep_only([])
            self._before.clear()
            for client, one in tuple(self._people.items()):
                if one.present:
                    self._put(replace(one, drawing=None, answer=None, right=None, hidden=False))
                else:
                    self._remove(client)
            self._revision += 1

    def kept(self) -> tuple[KeptDrawing, ...]:
        """Return the drawings that were asked for, of those who agreed and are not hidden."""
        with self._lock:
            return tuple(self._keepable())

    def mark_saved(self, drawings: tuple[KeptDrawing, ...]) -> None:
        """Remember that drawings are in a collection."""
        with self._lock:
            self._saved |= {one.drawing for one in drawings}
            self._revision += 1

    # With the lock held

    def _put(self, one: Participant) -> None:
        self._revision += 1
        self._people[one.client] = replace(one, version=self._revision)

    def _remove(self, client: str) -> None:
        if self._people.pop(client).hidden:
            # Nobody would know later that these are hidden.
            self._keep_only([one for one in self._kept if one.client != client])
        self._before.pop(client, None)
        self._revision += 1

    def _make_room(self) -> bool:
        """Return whether there is a place for another person; one who has left gives way."""
        if len(self._people) < self._most:
            return True
        gone = next((client for client, one in self._people.items() if not one.present), None)
        if gone is not None:
            self._remove(gone)
        return gone is not None

    def _judge(self, answer: Answer) -> bool | None:
        return None if self._asked is None else answer.read_as == self._asked

    def _row(self) -> Counter[str]:
        """Return how often the present answers to the question were read as what."""
        if self._asked is None:
            return Counter()
        return Counter(one.answer.read_as for one in self._people.values() if one.answer is not None and not one.hidden)

    def _present_answers(self) -> list[KeptDrawing]:
        """Return the drawings that answer the question, of those who agreed."""
        if self._asked is None:
            return []
        return [
            KeptDrawing(one.client, self._asked, one.drawing)
            for one in self._people.values()
            if one.drawing is not None and one.agrees
        ]

    def _keepable(self) -> list[KeptDrawing]:
        hidden = {client for client, one in self._people.items() if one.hidden}
        return [one for one in (*self._kept, *self._present_answers()) if one.client not in hidden][:MOST_KEPT]

    def _end_question(self) -> None:
        if self._asked is None:
            return
        row = self._row()
        if row:
            self._tally.setdefault(self._asked, Counter()).update(row)
        for one in self._present_answers():
            size = _bytes_of(one.drawing)
            if len(self._kept) < MOST_KEPT and self._kept_bytes + size <= _MOST_KEPT_BYTES:
                self._kept.append(one)
                self._kept_bytes += size

    def _keep_only(self, kept: list[KeptDrawing]) -> None:
        self._kept = kept
        self._kept_bytes = sum(_bytes_of(one.drawing) for one in kept)
        self._saved.intersection_update(one.drawing for one in kept)


def _start_of(drawing: Drawing) -> _Place | None:
    """Return where the pen first touched the page; None for a blank one."""
    if not drawing.strokes:
        return None
    x, y = drawing.strokes[0][0, :2]
    return float(x), float(y)


def _bytes_of(drawing: Drawing) -> int:
    return sum(stroke.nbytes for stroke in drawing.strokes)
