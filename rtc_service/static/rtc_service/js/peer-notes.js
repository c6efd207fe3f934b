/**
 * What the two parties tell each other without the server: short JSON notes over the data channel. Chat lines come here
 * first and by the log for good; each side's quality figures are shown on both. Nothing that a peer says is believed
 * beyond that.
 *
 * Event: "quality" (detail = the other side's Stats).
 */

import { now } from "./clock.js";
import { tell } from "./events.js";

const LONGEST_CHAT = 4000;
const FIGURES = ["rtt_ms", "loss", "jitter_ms", "bitrate", "bitrate_out", "fps", "width", "height", "frozen", "concealed", "latency_ms", "latency_p95_ms"];
const UUID = /^[0-9a-f-]{36}$/i;

export class PeerNotes extends EventTarget {
  #links;
  #log;

  /**
   * @param {import("./links.js").Links} links
   * @param {import("./call-log.js").CallLog} log
   */
  constructor(links, log) {
    super();
    this.#links = links;
    this.#log = log;
    links.addEventListener("text", (event) => this.#onText(/** @type {CustomEvent} */ (event).detail));
  }

  /**
   * @param {"chat"|"quality"} kind
   * @param {object} body
   * @returns {boolean} false when there is no open data channel
   */
  say(kind, body) {
    return this.#links.sendText(JSON.stringify({ kind, body }));
  }

  /** @param {{peer: {participant: string, role: string}, text: any}} note */
  #onText({ peer, text }) {
    let note;
    try {
      note = JSON.parse(text);
    } catch {
      return; // a peer may send what it likes
    }
    if (typeof note?.body !== "object" || note.body === null) return;
    if (note.kind === "chat") this.#onChat(peer, note.body);
    else if (note.kind === "quality") this.#onQuality(note.body);
  }

  /**
   * @param {{participant: string, role: string}} peer  the author is who the link says it is
   * @param {any} body
   */
  #onChat({ participant, role }, { client_id, body }) {
    if (typeof body !== "string" || !body || body.length > LONGEST_CHAT || !UUID.test(client_id)) return;
    const known = this.#log.snapshot?.participants[participant];
    this.#log.addEarly({ message: null, participant, role: known?.role ?? role, client_id, body, at: now() });
  }

  /** @param {any} body */
  #onQuality(body) {
    const number = (/** @type {any} */ value) => (Number.isFinite(value) ? value : null);
    if (this.#links.shown) this.#links.shown.sampler.peerOffset = number(body.clock_offset);
    tell(this, "quality", Object.fromEntries(FIGURES.map((name) => [name, number(body[name])])));
  }
}
