/**
 * The banner "you will not hear calls": shown while the browser keeps sound locked, for instance after a refresh.
 * Any click in the page opens the sound; the banner's button also rings once, as a proof.
 */
import { deskOf, viewOf } from "./desk.js";
import { Part, define, show } from "./part.js";

class Unheard extends Part {
  ready() {
    const { ring } = this.page;
    this.on(this.part("unlock"), "click", async () => { if (await ring.unlock()) ring.once(); });
    this.on(document, "pointerdown", () => { if (!ring.audible) ring.unlock(); });
    this.on(ring, "rtc:ring", () => this.update(this.session.state));
  }

  update(state) {
    // On the start card its own steps say the same; away or offline no call comes.
    const listening = deskOf(state).presence.state !== "offline" && viewOf(state, this.page) !== "start";
    show(this, state.connection === "open" && listening && !this.page.ring.audible);
  }
}

define("rtc-desk-unheard", Unheard);
