/** The connection to the server, as a dot and a word in the header. <rtc-desk-connection data-text-open …> */
import { Part, define, setText } from "./part.js";

class Connection extends Part {
  update(state) {
    this.dataset.state = state.connection;
    setText(this.part("words"), this.say(state.connection));
  }
}

define("rtc-desk-connection", Connection);
