// The answer: what the drawing is read as, how sure the network is, and the picture that it receives.

const MOST_BARS = 12;

const find = (id) => document.getElementById(id);

export class Reading {
  constructor(texts) {
    this.texts = texts;
    this.classes = [];
    const places = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    this.format = new Intl.NumberFormat(document.documentElement.lang, places);
    this.showClasses([..."0123456789"]);
    this.blank();
  }

  blank() {
    this.headline("–", false);
    find("probability").textContent = "";
    find("remark").textContent = "";
    this.showBars(this.classes.map(() => 0), -1);
    find("pixels").getContext("2d").clearRect(0, 0, find("pixels").width, find("pixels").height);
  }

  /** Show a message of type "reading". */
  show(message) {
    const { record, labels } = message;
    const probabilities = message.probabilities;
    const order = probabilities.map((_value, index) => index).sort((one, other) => probabilities[other] - probabilities[one]);
    const shown = labels.length <= MOST_BARS ? labels.map((_label, index) => index) : order.slice(0, MOST_BARS - 2);
    this.showClasses(shown.map((index) => labels[index]));
    const best = record.rejected && message.count === 1 ? -1 : shown.indexOf(order[0]);
    this.showBars(shown.map((index) => probabilities[index]), best);
    this.showPixels(message.pixels, message.shape);

    if (record.rejected) {
      this.headline(message.reads_digits ? this.texts.noDigit : this.texts.notRecognized, true);
      find("probability").textContent = "";
      find("remark").textContent = message.reason;
      return;
    }
    this.headline(record.label, record.label.length > 3);
    find("probability").textContent = this.percent(record.probability);
    if (message.count > 1) {
      find("remark").textContent = this.texts.eachDigit.replace("{count}", message.count);
    } else if (order.length > 1 && probabilities[order[1]] >= 0.0005) {
      const percent = this.percent(probabilities[order[1]]);
      find("remark").textContent = this.texts.runnerUp.replace("{label}", labels[order[1]]).replace("{percent}", percent);
    } else {
      find("remark").textContent = "";
    }
  }

  /** What a screen reader says. */
  get words() {
    return [find("label"), find("probability"), find("remark")].map((each) => each.textContent).filter(Boolean).join(", ");
  }

  headline(text, isLong) {
    find("label").textContent = text;
    find("words").classList.toggle("long", isLong);
  }

  // A probability is never exactly 0 or 1, though it may round to it.
  percent(share) {
    if (share >= 0.9995) return this.texts.nearlyAll;
    if (share < 0.0005) return this.texts.nearlyNone;
    return this.texts.percent.replace("{number}", this.format.format(100 * share));
  }

  showClasses(classes) {
    if (classes.length === this.classes.length && classes.every((label, index) => label === this.classes[index])) return;
    this.classes = classes;
    find("bars").replaceChildren(...classes.map((label) => {
      const item = document.createElement("li");
      const track = item.appendChild(document.createElement("span"));
      track.className = "track";
      track.appendChild(document.createElement("span")).className = "fill";
      const name = item.appendChild(document.createElement("span"));
      name.className = "class";
      name.textContent = label;
      item.setAttribute("role", "listitem");
      return item;
    }));
  }

  showBars(probabilities, best) {
    [...find("bars").children].forEach((item, index) => {
      item.classList.toggle("best", index === best);
      item.querySelector(".fill").style.transform = `scaleY(${probabilities[index]})`;
      const text = this.texts.bar.replace("{label}", this.classes[index]);
      item.setAttribute("aria-label", text.replace("{percent}", this.percent(probabilities[index])));
    });
  }

  // Bytes from 0 (paper) to 255 (ink), one plane for ink and three for a picture in colour.
  showPixels(encoded, [planes, height, width]) {
    const bytes = Uint8Array.from(atob(encoded), (letter) => letter.charCodeAt(0));
    const canvas = find("pixels");
    const isDark = matchMedia("(prefers-color-scheme: dark)").matches;
    canvas.width = width;
    canvas.height = height;
    find("size").textContent = `${width} × ${height}`;
    const image = canvas.getContext("2d").createImageData(width, height);
    const area = width * height;
    for (let index = 0; index < area; index += 1) {
      for (let plane = 0; plane < 3; plane += 1) {
        const value = planes === 1 ? bytes[index] : bytes[plane * area + index];
        image.data[4 * index + plane] = planes === 1 && !isDark ? 255 - value : value;
      }
      image.data[4 * index + 3] = 255;
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
  }
}
