// The WebSocket: it is opened again when it is lost, and sends a drawing only when the last one has been answered.

const LEAST_PAUSE = 60; // milliseconds between two drawings, or twice the time of the last answer
const LONGEST_PAUSE = 1000;
const FIRST_RETRY = 500; // milliseconds; doubled by each failure
const LONGEST_RETRY = 8000;
const ANSWER_WITHIN = 8000;
const TRY_AGAIN_LATER = 1013;

export class Connection {
  /**
   * `drawing()` returns what to send, `onState(state)` gets "connecting", "connected", "reconnecting", "full" or
   * "gone", and `onMessage(message)` whatever the server sends.
   */
  constructor(drawing, onState, onMessage) {
    this.drawing = drawing;
    this.onState = onState;
    this.onMessage = onMessage;
    this.client = null; // given by the server; with it, the page is the same person after a lost connection
    this.person = { name: null, consent: null };
    this.retry = FIRST_RETRY;
    this.number = 0;
    this.pause = LEAST_PAUSE;
    this.open("connecting");
    addEventListener("online", () => this.openNow());
    document.addEventListener("visibilitychange", () => { if (!document.hidden) this.openNow(); });
  }

  get isOpen() { return this.socket?.readyState === WebSocket.OPEN; }

  /** Note that the drawing has changed. */
  changed() {
    this.isDirty = true;
    this.sendSoon();
  }

  setName(name) {
    this.person.name = name;
    this.send({ type: "name", name });
  }

  setConsent(agrees) {
    this.person.consent = agrees;
    this.send({ type: "consent", agrees });
  }

  open(state) {
    this.onState(state);
    this.sent = null;
    const address = new URL("socket", location.href);
    address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    if (this.client) address.searchParams.set("client", this.client);
    this.socket = new WebSocket(address);
    this.socket.addEventListener("open", () => this.opened());
    this.socket.addEventListener("message", (event) => this.received(JSON.parse(event.data)));
    this.socket.addEventListener("close", (event) => this.closed(event));
  }

  openNow() {
    if (this.socket.readyState !== WebSocket.CLOSED) return;
    clearTimeout(this.retryTimer);
    this.open("reconnecting");
  }

  opened() {
    this.retry = FIRST_RETRY;
    this.onState("connected");
    if (this.person.name) this.send({ type: "name", name: this.person.name });
    if (this.person.consent !== null) this.send({ type: "consent", agrees: this.person.consent });
    if (this.drawing().strokes.length) this.changed();
  }

  async closed(event) {
    clearTimeout(this.answerTimer);
    const state = event.code === TRY_AGAIN_LATER ? "full" : await this.whatIsWrong();
    this.onState(state);
    this.retryTimer = setTimeout(() => this.open(state), this.retry * (0.75 + Math.random() / 2));
    this.retry = Math.min(2 * this.retry, LONGEST_RETRY);
  }

  // A refused WebSocket has no reason, so a plain request asks for it.
  async whatIsWrong() {
    try {
      const answer = await fetch("healthz", { cache: "no-store" });
      return answer.status === 404 ? "gone" : "reconnecting";
    } catch {
      return "reconnecting";
    }
  }

  send(message) {
    if (this.isOpen) this.socket.send(JSON.stringify(message));
  }

  sendSoon() {
    if (!this.isOpen || !this.isDirty || this.sent !== null || this.pauseTimer) return;
    this.isDirty = false;
    this.number += 1;
    this.sent = performance.now();
    this.send({ type: "ink", n: this.number, ...this.drawing() });
    this.answerTimer = setTimeout(() => this.socket.close(), ANSWER_WITHIN);
  }

  received(message) {
    if (message.type === "welcome") this.client = message.client;
    if (message.n === this.number) {
      clearTimeout(this.answerTimer);
      const pause = Math.min(Math.max(2 * (performance.now() - this.sent), LEAST_PAUSE), LONGEST_PAUSE);
      this.sent = null;
      this.pauseTimer = setTimeout(() => { this.pauseTimer = null; this.sendSoon(); }, pause);
    }
    this.onMessage(message);
  }
}
