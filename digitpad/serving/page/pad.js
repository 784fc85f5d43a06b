// The canvas: strokes of a finger, a pen, a mouse or the keyboard, in units that do not depend on the screen.

const LONG_SIDE = 400; // units
const PEN_WIDTH = 22; // units
const PRESSURE_GAIN = 0.8; // as in the program: how much pressure changes the width of the line
const LEAST_DISTANCE = 0.5; // units between two points; a hand that rests sends the same point again and again
const STEP = 8; // units that an arrow key moves the pen
const DIRECTIONS = {
  ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
  Home: [-1, -1], PageUp: [1, -1], End: [-1, 1], PageDown: [1, 1],
};

export class Pad {
  /** `onChange()` is called when the drawing changes, `onStroke()` when a stroke ends. */
  constructor(canvas, onChange, onStroke) {
    this.canvas = canvas;
    this.onChange = onChange;
    this.onStroke = onStroke;
    this.strokes = [];
    this.pointer = null; // the pointer that draws; others are the ball of the hand
    this.cursor = null; // where the keyboard's pen is
    this.keyboardDraws = false;
    this.waitsForPaint = false;
    this.fit();
    canvas.addEventListener("pointerdown", (event) => this.press(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const name of ["pointerup", "pointercancel", "lostpointercapture"]) {
      canvas.addEventListener(name, (event) => this.release(event));
    }
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => { this.lift(); this.cursor = null; this.paintSoon(); });
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    new ResizeObserver(() => { this.fit(); this.paint(); }).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.paintSoon());
  }

  get isBlank() { return this.strokes.length === 0; }

  /** The drawing as the server takes it. */
  get ink() {
    return { strokes: this.strokes.map((stroke) => stroke.points), width: this.width, height: this.height };
  }

  undo() {
    this.lift();
    this.strokes.pop();
    this.changed();
    this.onStroke();
  }

  clear() {
    this.lift();
    this.pointer = null;
    this.strokes = [];
    this.fit();
    this.changed();
    this.onStroke();
  }

  // A drawing keeps its units when the screen is turned: it is shown as large as it fits.
  fit() {
    const box = this.canvas.getBoundingClientRect();
    const ratio = window.devicePixelRatio || 1;
    this.canvas.width = Math.max(Math.round(box.width * ratio), 1);
    this.canvas.height = Math.max(Math.round(box.height * ratio), 1);
    if (this.isBlank && box.width && box.height) {
      const unit = LONG_SIDE / Math.max(box.width, box.height);
      this.width = rounded(box.width * unit);
      this.height = rounded(box.height * unit);
    }
    this.width ||= LONG_SIDE;
    this.height ||= LONG_SIDE;
    this.scale = Math.min(box.width / this.width, box.height / this.height) || 1;
    this.left = (box.width - this.width * this.scale) / 2;
    this.top = (box.height - this.height * this.scale) / 2;
  }

  press(event) {
    if (event.button !== 0 || (this.pointer !== null && event.pointerType !== "pen")) return;
    this.lift();
    this.cursor = null;
    this.pointer = event.pointerId;
    this.canvas.setPointerCapture(event.pointerId);
    this.strokes.push({ points: [], hasPressure: event.pointerType === "pen" && event.pressure > 0 });
    this.add(event);
    this.changed();
  }

  move(event) {
    if (event.pointerId !== this.pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const each of events.length ? events : [event]) this.add(each);
    this.changed();
  }

  release(event) {
    if (event.pointerId !== this.pointer) return;
    this.pointer = null;
    this.onStroke();
  }

  add(event) {
    const box = this.canvas.getBoundingClientRect();
    const stroke = this.strokes.at(-1);
    const x = rounded((event.clientX - box.left - this.left) / this.scale);
    const y = rounded((event.clientY - box.top - this.top) / this.scale);
    const last = stroke.points.at(-1);
    if (last && Math.hypot(x - last[0], y - last[1]) < LEAST_DISTANCE) return;
    stroke.points.push(stroke.hasPressure ? [x, y, Math.round(100 * event.pressure) / 100] : [x, y]);
  }

  key(event) {
    const direction = DIRECTIONS[event.key];
    if (direction) {
      this.step(direction, event.shiftKey ? 1 : STEP);
    } else if (event.key === " ") {
      if (!event.repeat) this.keyboardDraws ? this.lift() : this.lower();
    } else if (event.key === "Escape") {
      this.lift();
    } else if (event.key === "Delete") {
      this.clear();
    } else if (event.key === "Backspace" || (event.key === "z" && (event.ctrlKey || event.metaKey))) {
      this.undo();
    } else {
      return;
    }
    event.preventDefault();
    this.paintSoon();
  }

  step([right, down], distance) {
    const [x, y] = this.cursor ?? [this.width / 2, this.height / 2];
    this.cursor = [
      rounded(Math.min(Math.max(x + right * distance, 0), this.width)),
      rounded(Math.min(Math.max(y + down * distance, 0), this.height)),
    ];
    if (this.keyboardDraws) {
      this.strokes.at(-1).points.push([...this.cursor]);
      this.changed();
    }
  }

  lower() {
    if (this.pointer !== null) return;
    this.cursor ??= [this.width / 2, this.height / 2];
    this.keyboardDraws = true;
    this.strokes.push({ points: [[...this.cursor]], hasPressure: false });
    this.changed();
  }

  lift() {
    if (!this.keyboardDraws) return;
    this.keyboardDraws = false;
    this.onStroke();
  }

  changed() {
    this.paintSoon();
    this.onChange();
  }

  paintSoon() {
    if (this.waitsForPaint) return;
    this.waitsForPaint = true;
    requestAnimationFrame(() => { this.waitsForPaint = false; this.paint(); });
  }

  paint() {
    const ratio = window.devicePixelRatio || 1;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.setTransform(ratio * this.scale, 0, 0, ratio * this.scale, ratio * this.left, ratio * this.top);
    const colours = getComputedStyle(this.canvas);
    pen.strokeStyle = pen.fillStyle = colours.getPropertyValue("--ink");
    pen.lineCap = pen.lineJoin = "round";
    for (const stroke of this.strokes) (stroke.hasPressure ? paintPressed : paintPlain)(pen, stroke.points);
    if (this.cursor) {
      pen.strokeStyle = colours.getPropertyValue("--accent");
      pen.lineWidth = 3;
      pen.beginPath();
      pen.arc(...this.cursor, PEN_WIDTH / 2 + 3, 0, 2 * Math.PI);
      pen.stroke();
    }
  }
}

function rounded(value) { return Math.round(10 * value) / 10; }

function paintPlain(pen, points) {
  pen.lineWidth = PEN_WIDTH;
  pen.beginPath();
  pen.moveTo(points[0][0], points[0][1]);
  // A smooth curve through the middles between the points.
  for (let index = 1; index < points.length - 1; index += 1) {
    const [x, y] = points[index];
    const [nextX, nextY] = points[index + 1];
    pen.quadraticCurveTo(x, y, (x + nextX) / 2, (y + nextY) / 2);
  }
  pen.lineTo(points.at(-1)[0], points.at(-1)[1]);
  pen.stroke();
}

function paintPressed(pen, points) {
  const mean = points.reduce((sum, point) => sum + point[2], 0) / points.length;
  points.forEach(([x, y, pressure], index) => {
    const [fromX, fromY] = points[Math.max(index - 1, 0)];
    pen.lineWidth = PEN_WIDTH * Math.max(1 + PRESSURE_GAIN * (pressure - mean), 0.2);
    pen.beginPath();
    pen.moveTo(fromX, fromY);
    pen.lineTo(x, y);
    pen.stroke();
  });
}
