"""The layout of the graph of a network.

Small drawings are combined into larger ones: the layers of a sequence are placed below each other, branches side by
side, and a level of a U-Net has its contracting path on the left, its expanding path on the right and the skip
connection between them. A drawing only knows where data enter and leave it, so drawings can be nested to any depth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

Point = tuple[float, float]

GAP = 18.0
"""Distance between boxes below each other."""

LANE = 30.0
"""Distance between drawings side by side."""


@dataclass(frozen=True, slots=True)
class Box:
    """One layer.

    Attributes
    ----------
    x, y, width, height
        Its rectangle.
    name, kind
        Name of the layer in its container, and its class.
    full_name
        Name of the layer in the network.
    lines
        Further lines of text: the text on the left and the text on the right.
    family
        Kind of the layer, which determines its colour.
    """

    x: float
    y: float
    width: float
    height: float
    name: str
    kind: str
    full_name: str
    lines: tuple[tuple[str, str], ...]
    family: str


@dataclass(frozen=True, slots=True)
class Line:
    """A path of data through some points; it ends at a box if `arrow` is set."""

    points: tuple[Point, ...]
    arrow: bool = True


@dataclass(frozen=True, slots=True)
class Diagram:
    """Boxes and lines, with an entry at the top and an exit.

    Attributes
    ----------
    boxes, lines
        The contents, all to the right of and below (0, 0).
    width, height
        The size.
    entry, exit
        Where data enter, at the top, and leave, at the bottom; at the top if `rising`.
    rising
        Whether the exit is at the top, as in a U-Net.
    """

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    width: float
    height: float
    entry: Point
    exit: Point
    rising: bool = False

    @classmethod
    def of_box(cls, box: Box) -> Self:
        """Return a single box, at (0, 0)."""
        middle = box.width / 2
        return cls((replace(box, x=0, y=0),), (), box.width, box.height, (middle, 0), (middle, box.height))

    @classmethod
    def of_line(cls, length: float = 0) -> Self:
        """Return a line without boxes."""
        line = (Line(((0, 0), (0, length)), arrow=False),) if length else ()
        return cls((), line, 0, length, (0, 0), (0, length))

    @property
    def begins_with_box(self) -> bool:
        """Whether the entry is at a box, so that the line to it ends in an arrow."""
        x, y = self.entry
        return any(box.y == y and box.x <= x <= box.x + box.width for box in self.boxes)

    def moved(self, dx: float, dy: float) -> Self:
        """Return the drawing at another position; its width and height then count from the old corner."""

        def shift(point: Point) -> Point:
            return point[0] + dx, point[1] + dy

        return replace(
            self,
            boxes=tuple(replace(box, x=box.x + dx, y=box.y + dy) for box in self.boxes),
            lines=tuple(replace(line, points=tuple(map(shift, line.points))) for line in self.lines),
            width=self.width + dx,
            height=self.height + dy,
            entry=shift(self.entry),
            exit=shift(self.exit),
        )

    def falling(self) -> Self:
        """Return the drawing with its exit at the bottom."""
        if not self.rising:
            return self
        x, y = self.exit
        side, bottom = self.width + LANE / 2, self.height + GAP
        back = Line(((x, y), (x, y - GAP / 2), (side, y - GAP / 2), (side, bottom)), arrow=False)
        turned = replace(self, lines=(*self.lines, back), width=side, height=bottom, exit=(side, bottom), rising=False)
        return turned.moved(0, max(0.0, GAP / 2 - y))


def below_each_other(parts: Sequence[Diagram]) -> Diagram:
    """Return drawings below each other, the exit of each connected to the entry of the next.

    Parameters
    ----------
    parts
        The drawings, at least one.
    """
    placed: list[Diagram] = []
    lines: list[Line] = []
    x, y = 0.0, 0.0
    for part in (part.falling() for part in parts):
        new = part.moved(x - part.entry[0], y)
        if placed:
            lines.append(_between(placed[-1].exit, new.entry, arrow=new.begins_with_box))
        placed.append(new)
        x, y = new.exit[0], new.height + GAP
    return _framed(placed, lines, placed[0].entry, placed[-1].exit)


def side_by_side(branches: Sequence[Diagram], joined: Diagram) -> Diagram:
    """Return branches with a common entry that meet in `joined`, which lies below the first.

    Parameters
    ----------
    branches, joined
        The branches, and the box where they meet. A branch without boxes is drawn as a line.
    """
    falling = [branch.falling() for branch in branches]
    depth = max(branch.height for branch in falling)
    # The first branch goes straight down; the others are to its right.
    placed: list[Diagram] = []
    lines: list[Line] = []
    edge = 0.0
    for index, branch in enumerate(falling):
        new = branch.moved(edge, 2 * GAP)
        edge = new.width + LANE
        if index:
            lines.append(Line(((placed[0].entry[0], GAP), (new.entry[0], GAP), new.entry), arrow=new.begins_with_box))
        else:
            lines.append(Line(((new.entry[0], 0), new.entry), arrow=new.begins_with_box))
        placed.append(new)
    bottom = depth + 2 * GAP
    meeting = joined.moved(placed[0].exit[0] - joined.entry[0], bottom + GAP)
    lines.append(Line((placed[0].exit, meeting.entry)))
    ports = len(placed)
    for index, branch in enumerate(placed[1:], start=1):
        x = branch.exit[0]
        # Each branch arrives at its own height on the right side of the box, the farthest one lowest.
        height = meeting.boxes[0].y + meeting.boxes[0].height * index / ports
        side = meeting.boxes[0].x + meeting.boxes[0].width
        if x > side:
            lines.append(Line((branch.exit, (x, height), (side, height))))
        else:
            lines.append(Line((branch.exit, (x, meeting.boxes[0].y))))
    return _framed([*placed, meeting], lines, (placed[0].entry[0], 0), meeting.exit)


def level_of_u(down: Diagram, body: Diagram, joined: Diagram, up: Sequence[Diagram]) -> Diagram:
    """Return a level of a U-Net: contracting path on the left, body below, expanding path on the right.

    Parameters
    ----------
    down
        The layers before the skip connection.
    body
        The layers that the skip connection bypasses; perhaps another level.
    joined
        The box where skip connection and body meet.
    up
        The layers after it, drawn from bottom to top.
    """
    down = down.falling()
    climb = joined.height + sum(part.height + GAP for part in up)
    # The skip leaves the left column below its last box, and arrives at the middle of the box where they meet.
    crossing = max(climb, down.height + (GAP + joined.height) / 2)
    below = crossing + 1.5 * GAP
    left = down.moved(body.entry[0] - down.entry[0], 0)
    under = body.moved(left.exit[0] - body.entry[0], below)
    x = under.exit[0]
    if body.rising:
        x = max(x, left.width + LANE + joined.width / 2)
    else:
        x = max(left.width, under.width) + LANE + joined.width / 2
    meeting = joined.moved(x - joined.entry[0], crossing - joined.height)
    side = (meeting.boxes[0].x, meeting.boxes[0].y + meeting.boxes[0].height / 2)
    lines = [
        Line((left.exit, under.entry), arrow=under.begins_with_box),
        Line(((left.exit[0], side[1]), side)),
    ]
    if body.rising:
        lines.append(_between(under.exit, meeting.exit))
    else:
        turn = under.exit[1] + GAP
        lines.append(Line((under.exit, (under.exit[0], turn), (x, turn), meeting.exit)))
    placed = [left, under, meeting]
    top = meeting.boxes[0].y
    for part in up:
        new = part.moved(x - part.entry[0], top - GAP - part.height)
        lines.append(Line(((x, top), new.exit)))
        placed.append(new)
        top = new.boxes[0].y
    framed = _framed(placed, lines, left.entry, (x, top))
    room = 0.0 if body.rising else GAP
    return replace(framed, height=framed.height + room, rising=True)


def _between(start: Point, end: Point, *, arrow: bool = True) -> Line:
    """Return a vertical line from one point to another, with a horizontal step if they are not aligned."""
    if start[0] == end[0]:
        return Line((start, end), arrow)
    middle = (start[1] + end[1]) / 2
    return Line((start, (start[0], middle), (end[0], middle), end), arrow)


def _framed(placed: Sequence[Diagram], lines: Sequence[Line], entry: Point, leave: Point) -> Diagram:
    """Return drawings and lines as one drawing, moved so that nothing lies left of 0."""
    boxes = tuple(box for part in placed for box in part.boxes)
    every = (*(line for part in placed for line in part.lines), *lines)
    xs = [entry[0], leave[0], *(box.x for box in boxes), *(x for line in every for x, _ in line.points)]
    whole = Diagram(
        boxes=boxes,
        lines=tuple(line for line in every if line.points[0] != line.points[-1]),
        width=max([*xs, *(box.x + box.width for box in boxes)]),
        height=max([leave[1], *(part.height for part in placed)]),
        entry=entry,
        exit=leave,
    )
    return whole.moved(-min(xs), 0)
