/**
 * The call that this tab follows: its snapshot, the events that carry it on, and the chat lines that are not in the log
 * yet. Asks for a replay when numbers are missing.
 *
 * Events: "change", "event" (detail = event row, each once and in order), "message" (detail = chat line, each once).
 *
 * @typedef {import("./types.js").CallSnapshot} CallSnapshot
 * @typedef {import("./types.js").Message} Message
 */

import { advance, mergeMessages } from "./call-state.js";
import { tell } from "./events.js";

export class CallLog extends EventTarget {
  /** @type {CallSnapshot|null} */
  snapshot = null;
  /** @type {string|null} the call that is followed, known before its first event */
  call = null;
  /** @type {Message[]} by data channel, or our own on their way */
  #early = [];
  /** @type {Set<string>} client_ids that were announced */
  #announced = new Set();
  #replaying = false;
  /** @type {CallSnapshot|null} */
  #view = null;
  #replay;

  /** @param {(call: string, fromSeq: number) => Promise<any>} replay */
  constructor(replay) {
    super();
    this.#replay = replay;
  }

  get isOpen() {
    return this.snapshot !== null && this.snapshot.state !== "ended";
  }

  /** The snapshot with the lines that the log does not have yet; the same object as long as nothing changes. */
  get view() {
    if (!this.snapshot) return null;
    return (this.#view ??= Object.freeze({ ...this.snapshot, messages: mergeMessages(this.snapshot.messages, this.#early) }));
  }

  /** Our own participant, or null. @param {string} role */
  participant(role) {
    const found = Object.entries(this.snapshot?.participants ?? {}).find(([, participant]) => participant.role === role);
    return found ? found[0] : null;
  }

  /**
   * What the welcome says: the call as it is now, or that there is none.
   * @param {string|null} call
   * @param {CallSnapshot|null} snapshot
   */
  welcome(call, snapshot) {
    if (snapshot) {
      this.follow(snapshot.call);
      this.#set(snapshot);
    } else if (call) {
      this.follow(call);
      void this.catchUp();
    } else if (this.isOpen) {
      // It ended while we were away: the log says how, if we may still read it.
      void this.catchUp().then(() => this.isOpen && this.#set({ .../** @type {CallSnapshot} */ (this.snapshot), state: "ended", end_reason: "lost" }));
    }
  }

  /** Turn to this call; another one's story is dropped. @param {string} call */
  follow(call) {
    if (this.call === call) return;
    this.call = call;
    this.snapshot = null;
    this.#early = [];
    this.#announced.clear();
    this.#changed();
  }

  /** @param {import("./types.js").EventRow} event */
  onEvent(event) {
    if (event.call !== this.call) {
      if (this.isOpen) return;
      this.follow(event.call);
    }
    if (this.#apply([event])) void this.catchUp();
  }

  /** @param {{call: string, events?: any[], snapshot?: any}} rows */
  onRows({ call, events = [], snapshot = null }) {
    if (call !== this.call) return;
    if (snapshot && snapshot.seq >= (this.snapshot?.seq ?? 0)) this.#set(snapshot);
    this.#apply(events);
  }

  /** Read what is missing; one request at a time. */
  async catchUp() {
    const { call } = this;
    if (!call || this.#replaying) return;
    this.#replaying = true;
    try {
      const rows = await this.#replay(call, this.snapshot?.seq ?? 0);
      if (rows.events || rows.snapshot) this.onRows(rows);
    } catch {
      // The next event or pong notices the gap again.
    } finally {
      this.#replaying = false;
    }
  }

  /** A line that is not in the log yet. @param {Message} message */
  addEarly(message) {
    if (this.snapshot?.messages.some((known) => known.client_id === message.client_id)) return;
    if (this.#early.some((known) => known.client_id === message.client_id)) return;
    this.#early = [...this.#early, message];
    this.#announce(message);
    this.#changed();
  }

  /** The server refused the line. @param {string} clientId */
  dropEarly(clientId) {
    this.#early = this.#early.filter((message) => message.client_id !== clientId);
    this.#changed();
  }

  /**
   * @param {import("./types.js").EventRow[]} events
   * @returns {boolean} whether some are missing in between
   */
  #apply(events) {
    const { snapshot, applied, gap } = advance(this.snapshot, events);
    if (!applied.length) return gap;
    this.#set(snapshot);
    for (const event of applied) {
      tell(this, "event", event);
      if (event.kind === "message") this.#announce(/** @type {any} */ ({ ...event.data, at: event.at }));
    }
    return gap;
  }

  /** @param {CallSnapshot|null} snapshot */
  #set(snapshot) {
    this.snapshot = snapshot;
    for (const { client_id } of this.snapshot?.messages ?? []) {
      this.#early = this.#early.filter((message) => message.client_id !== client_id);
    }
    this.#changed();
  }

  /** @param {Message} message */
  #announce(message) {
    if (this.#announced.has(message.client_id)) return;
    this.#announced.add(message.client_id);
    tell(this, "message", message);
  }

  #changed() {
    this.#view = null;
    tell(this, "change");
  }
}
