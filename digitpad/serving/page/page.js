// Connects the canvas, the answer and the server.

import { Connection } from "./connection.js";
import { Pad } from "./pad.js";
import { Reading } from "./reading.js";

const SPOKEN_AFTER = 700; // milliseconds after the end of a stroke

const find = (id) => document.getElementById(id);
const texts = find("texts").dataset;
const reading = new Reading(texts);
let isStale = false;
let spokenTimer = null;

let connection = null;
const pad = new Pad(find("canvas"), drawingChanged, strokeEnded);
connection = new Connection(() => pad.ink, showState, showMessage);

find("undo").addEventListener("click", () => pad.undo());
find("clear").addEventListener("click", () => pad.clear());
find("person").addEventListener("click", () => find("about").showModal());
// An input is sent when it is final: at the end of typing, and when the dialog closes.
find("name").addEventListener("change", takeName);
find("about").addEventListener("close", takeName);
find("consent").addEventListener("change", () => connection.setConsent(find("consent").checked));
drawingChanged();

function drawingChanged() {
  find("undo").disabled = find("clear").disabled = pad.isBlank;
  if (pad.isBlank) reading.blank();
  connection?.changed();
}

function strokeEnded() {
  clearTimeout(spokenTimer);
  spokenTimer = setTimeout(() => { find("announcement").textContent = pad.isBlank ? "" : reading.words; }, SPOKEN_AFTER);
}

function takeName() {
  const name = find("name").value.trim();
  if (name === (connection.person.name ?? "")) return;
  find("person-name").textContent = name || texts.addName;
  connection.setName(name);
}

function showState(state) {
  find("connection").dataset.state = state;
  find("connection-text").textContent = texts[state];
  isStale = state !== "connected" && state !== "connecting";
  document.body.classList.toggle("stale", isStale);
  find("kept").hidden = !isStale || pad.isBlank;
}

function showMessage(message) {
  if (message.type === "reading" && !pad.isBlank) {
    reading.show(message);
  } else if (message.type === "error") {
    find("remark").textContent = message.text;
  } else if (message.type === "question") {
    find("question").textContent = message.text || texts.drawSomething;
  } else if (message.type === "cleared") {
    pad.clear();
  }
}
