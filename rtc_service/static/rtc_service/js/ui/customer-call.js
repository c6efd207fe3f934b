/** One call of the customer, from the click to the end: what is asked of the session and in which order. */
import { CallSession } from "../call-session.js";
import { openSession } from "./visitor.js";

const LEAVE_MS = 5000;
const MEDIA = { video: { audio: true, video: true }, audio: { audio: true, video: false }, text: { audio: false, video: false } };

/** Events: "change" (state or flow has moved). */
export class CustomerCall extends EventTarget {
  /** @type {import("./phase.js").Flow} */
  flow = { preparing: false, returning: false, failure: "" };
  /** What the end page says: the snapshot forgets the agent when the call ends. */
  staffName = "";
  endedBy = "";
  /** What was last asked of the devices: true before they are on. */
  wanted = { camera: false, microphone: false };
  #host;
  #urls;
  #stopping = new AbortController();
  #asking = Promise.resolve();
  #seatless = false;

  constructor(host, urls, storage) {
    super();
    this.#host = host;
    this.#urls = urls;
    this.session = new CallSession({
      role: "customer",
      openSession: () => openSession(urls, host.getAttribute("identity") || "", localStorageOr(storage)),
      storage,
    });
    const listening = { signal: this.#stopping.signal };
    this.session.addEventListener("rtc:state", () => this.#changed(), listening);
    this.session.addEventListener("rtc:event", ({ detail }) => this.#note(detail), listening);
  }

  get state() {
    return this.session.state;
  }

  /** The click: devices and request go off side by side, neither waits for the other. */
  begin() {
    this.session.start();
    this.prepare(MEDIA[this.media]);
    this.#asking = this.ask();
  }

  /** Another page of the shop, or a refresh: the session finds the call, the devices come back as they were. */
  resume({ camera, microphone }) {
    this.#set({ returning: true });
    this.session.start();
    if (camera || microphone) this.prepare({ audio: microphone, video: camera });
  }

  get media() {
    const wanted = this.#host.getAttribute("media");
    return wanted in MEDIA ? wanted : "video";
  }

  /** Opens camera and microphone; what goes wrong is in `state.local.problem`. */
  async prepare({ audio, video }) {
    this.wanted = { camera: video, microphone: audio };
    if (!audio && !video) return;
    this.#set({ preparing: true });
    try {
      await this.session.openMedia({ audio, video });
    } catch {
      // `local.problem` says what it was
    } finally {
      this.#set({ preparing: false });
    }
  }

  /** Never rejects: what went wrong is in `flow.failure`. */
  async ask() {
    this.#set({ failure: "" });
    try {
      await this.session.request(this.#body());
    } catch (error) {
      if (!this.#stopping.signal.aborted && !this.state.call) this.#set({ failure: error.code || "failed" });
    }
  }

  /** After a refusal or a network that did not come back. */
  retry() {
    this.session.stop();
    this.begin();
  }

  /** The seat moves here; the devices were given up when the other tab had it, and our request was refused because of it. */
  takeOver() {
    const { camera, microphone } = this.wanted;
    this.#seatless = true;
    this.#set({ failure: "" });
    this.session.takeOver();
    this.prepare({ audio: microphone, video: camera });
  }

  /** The red button: before the conversation it takes the request back. Settles when the server has been told. */
  async leave() {
    this.endedBy = "customer";
    const { call } = this.state;
    if (!call || call.state === "ended") return;
    await (call.state === "waiting" || call.state === "ringing" ? this.session.cancel() : this.session.hangUp());
  }

  /** The window goes away at once; a request that is on its way is still taken back, so that no agent is called in vain. */
  async abandon() {
    this.session.closeMedia();
    await this.#asking;
    await Promise.race([this.leave().catch(() => {}), after(LEAVE_MS)]); // unreachable: the server's own time limit ends the call
    this.stop();
  }

  stop() {
    this.#stopping.abort();
    this.session.closeMedia();
    this.session.stop();
  }

  #body() {
    const attribute = (name) => this.#host.getAttribute(name) || "";
    return {
      page_kind: attribute("page-kind"),
      subject: attribute("subject"),
      category: attribute("category"),
      storefront: attribute("storefront"),
      title: attribute("subject-title").slice(0, 200),
      language: this.#urls.language,
      url: (location.origin + location.pathname).slice(0, 2000), // the query may hold what is nobody's business
      media: this.media,
    };
  }

  #note(row) {
    if (row.kind === "call.answered") this.staffName = row.data.staff?.name || "";
    if (row.kind === "call.ended") this.endedBy = row.data.by || this.endedBy;
  }

  #changed() {
    if (this.#seatless && this.state.connection === "open") {
      this.#seatless = false;
      if (!this.state.call) this.#asking = this.ask(); // the other tab had the seat, but no call
    }
    if (this.flow.returning && (this.state.call || this.state.connection === "open")) this.flow = { ...this.flow, returning: false };
    this.staffName = this.state.call?.staff?.name || this.staffName;
    this.dispatchEvent(new Event("change"));
  }

  #set(flow) {
    this.flow = { ...this.flow, ...flow };
    this.dispatchEvent(new Event("change"));
  }
}

function after(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function localStorageOr(storage) {
  try {
    return globalThis.localStorage ?? storage;
  } catch {
    return storage; // the browser forbids it: the guest lives as long as the tab
  }
}
