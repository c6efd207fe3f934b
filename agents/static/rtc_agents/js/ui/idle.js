/** Between calls: are calls coming, and how many wait. <rtc-desk-idle>: parts `words`, `waiting`, `hint`. */
import { deskOf } from "./desk.js";
import { Part, define, setText } from "./part.js";

class Idle extends Part {
  update(state) {
    const { presence, waiting } = deskOf(state);
    this.dataset.state = presence.state;
    setText(this.part("words"), this.say(presence.state));
    setText(this.part("hint"), this.say(`${presence.state}-hint`));
    setText(this.part("waiting"), String(waiting ?? 0));
  }
}

define("rtc-desk-idle", Idle);
