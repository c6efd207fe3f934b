/**
 * The questions of the present call that wait for this person's answer, e.g. whether it may be recorded. The server asks
 * right behind each welcome whatever is still open; a question goes when it is answered anywhere, withdrawn or out of time.
 *
 * Events: "change", "asked" (detail = {prompt, kind, payload, until}).
 *
 * @typedef {import("./types.js").Prompt} Prompt
 */

import { now } from "./clock.js";
import { RtcError } from "./errors.js";
import { on, tell } from "./events.js";

/** So long after a welcome the server has asked again what is still open; what it has not is over. */
const ASKED_AGAIN_MS = 1000;
/** The longest time that setTimeout knows (2^31 - 1 ms). */
const LONGEST_MS = 2_147_483_647;
/** The answer came too late or the question is gone: nothing is left to be asked. */
const OVER = new Set(["conflict", "not_yours", "dropped"]);

export class Prompts extends EventTarget {
  /** @type {Map<string, Prompt & {call: string|null}>} in the order in which they were asked */
  #open = new Map();
  /** @type {Map<string, ReturnType<typeof setTimeout>>} */
  #timers = new Map();
  #signalling;
  #log;

  /**
   * @param {import("./signalling-client.js").SignallingClient} signalling
   * @param {import("./call-log.js").CallLog} log
   */
  constructor(signalling, log) {
    super();
    this.#signalling = signalling;
    this.#log = log;
    on(signalling, "welcome", () => this.#again());
    on(signalling, "message", ({ kind, body, call }) => kind === "prompt" && this.#ask(body, call ?? log.call));
    on(log, "event", ({ kind, data }) => kind === "prompt.answered" && this.#close(data.prompt));
  }

  /** Those of the call that is followed, oldest first. @returns {readonly Prompt[]} */
  get open() {
    const { call, snapshot } = this.#log;
    if (snapshot?.state === "ended") return Object.freeze([]);
    return Object.freeze([...this.#open.values()].filter((prompt) => prompt.call === call).map(({ call: _, ...prompt }) => Object.freeze(prompt)));
  }

  /**
   * Said until the server has it, over reconnects; it counts once.
   * @param {string} uuid
   * @param {boolean} accept
   * @param {object} [answer]  what the question's kind asks for beyond yes or no
   * @returns {Promise<boolean>} false when the question was over already; rejects with RtcError when the server refuses
   */
  async answer(uuid, accept, answer = {}) {
    const prompt = this.#open.get(uuid);
    if (!prompt || prompt.answering) return false;
    this.#set({ ...prompt, answering: true });
    try {
      await this.#signalling.deliver("prompt.answer", { prompt: uuid, accept, answer }, { call: prompt.call, key: `prompt ${uuid}` });
      this.#close(uuid);
      return true;
    } catch (error) {
      if (error instanceof RtcError && OVER.has(error.code)) {
        this.#close(uuid);
        return false;
      }
      if (this.#open.has(uuid)) this.#set({ ...prompt, answering: false });
      throw error;
    }
  }

  /** The seat is elsewhere, or the page leaves. */
  clear() {
    for (const uuid of [...this.#open.keys()]) this.#close(uuid);
    clearTimeout(this.#timers.get(""));
  }

  /**
   * @param {{prompt: string, kind: string, payload: any, until: number}} body
   * @param {string|null} call
   */
  #ask({ prompt, kind, payload, until }, call) {
    const answering = this.#open.get(prompt)?.answering ?? false;
    const left = until - this.#signalling.clock.toServer(now());
    if (left <= 0) return this.#close(prompt);
    const again = this.#open.has(prompt);
    this.#set({ prompt, kind, payload, until, answering, call });
    clearTimeout(this.#timers.get(prompt));
    this.#timers.set(prompt, setTimeout(() => this.#close(prompt), Math.min(left, LONGEST_MS)));
    if (!again) tell(this, "asked", { prompt, kind, payload, until });
  }

  /** Those that stand now must be asked again soon: what was answered or withdrawn while we were away is not. */
  #again() {
    const doubtful = new Map(this.#open);
    clearTimeout(this.#timers.get(""));
    if (!doubtful.size) return;
    this.#timers.set("", setTimeout(() => {
      for (const [uuid, prompt] of doubtful) if (this.#open.get(uuid) === prompt) this.#close(uuid);
    }, ASKED_AGAIN_MS));
  }

  /** @param {Prompt & {call: string|null}} prompt */
  #set(prompt) {
    this.#open.set(prompt.prompt, prompt);
    tell(this, "change");
  }

  /** @param {string} uuid */
  #close(uuid) {
    clearTimeout(this.#timers.get(uuid));
    this.#timers.delete(uuid);
    if (this.#open.delete(uuid)) tell(this, "change");
  }
}
