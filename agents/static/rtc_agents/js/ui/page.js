/** What the workbench's elements share: the page's data, its clock, ring and autosave, and words for errors. */

import { postJson } from "../../../rtc_service/js/http.js";

export class Page {
  started = false;
  keepCamera = true;

  constructor(root, session, ring, attention, makeAutosave) {
    this.root = root;
    this.session = session;
    this.ring = ring;
    this.attention = attention;
    this.autosave = makeAutosave((key) => this.words(key));
    const asked = new URLSearchParams(globalThis.location.search).get("auto_accept") === "1";
    this.autoAccept = asked && root.dataset.allowAutoAccept === "true";
    this.urls = {
      panel: (call, name) => root.dataset.panelUrl.replace("00000000-0000-0000-0000-000000000000", call).replace("NAME", name),
    };
  }

  /** The offer says who calls (masked); the call itself does not, so it is kept through a refresh. */
  rememberCustomer({ call, customer }) {
    sessionStorage.setItem("rtc.customer", JSON.stringify({ call, customer }));
  }

  customerName(call) {
    const kept = JSON.parse(sessionStorage.getItem("rtc.customer") ?? "null");
    return kept && kept.call === call ? kept.customer : "";
  }

  words(key) {
    return this.root.getAttribute(`data-text-${key}`) ?? "";
  }

  /** Now by the server's clock, in ms since the epoch, as far as the session knows it. */
  now() {
    return this.session.serverNow();
  }

  /** A sentence for an error of the socket: by its stable code, else a general one. */
  explain(error) {
    this.report(error);
    return this.words(`error-${error?.code}`) || this.words("error");
  }

  report(error) {
    console.warn("rtc workbench:", error);
  }

  /** Open camera and microphone unless they are open. Resolves to the problem, or null. */
  async openMedia() {
    if (!this.session.state.local?.stream) {
      await this.session.openMedia({ audio: true, video: true }).catch((error) => this.report(error));
    }
    return this.session.state.local?.problem ?? null;
  }

  /** A fresh token for the socket, from the staff member's Django session: `{token, ws}`. */
  async openSession() {
    try {
      return await postJson(this.root.dataset.sessionUrl, {}, { csrf: this.root.dataset.csrf });
    } catch (error) {
      // Logged out meanwhile, or the second factor has lapsed: the page itself leads to the right form.
      if (["http_401", "http_403", "not_authenticated"].includes(error.code)) globalThis.location.reload();
      throw error;
    }
  }
}
