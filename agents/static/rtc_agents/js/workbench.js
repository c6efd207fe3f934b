/**
 * Entry of the workbench page: makes the session, and connects each `rtc-desk-*` element to it.
 *
 * The page's `#rtc-workbench` carries what the server knows in `data-*`: see `rtc_agents/workbench.html`.
 */
import { CallSession } from "../../rtc_service/js/call-session.js";
import { Attention } from "./ui/attention.js";
import { Autosave } from "./ui/autosave.js";
import "./ui/chat.js";
import "./ui/connection.js";
import "./ui/controls.js";
import { deskOf, onCall } from "./ui/desk.js";
import "./ui/devices.js";
import "./ui/idle.js";
import "./ui/offer.js";
import { Page } from "./ui/page.js";
import "./ui/panels.js";
import "./ui/presence.js";
import "./ui/quality.js";
import "./ui/recording.js";
import "./ui/recording-sign.js";
import { Ring } from "./ui/ring.js";
import "./ui/stage.js";
import "./ui/start-work.js";
import "./ui/tabs.js";
import "./ui/today.js";
import "./ui/unheard.js";
import "./ui/workspace.js";
import "./ui/wrap-up.js";

const PARTS = "rtc-desk-presence, rtc-desk-connection, rtc-desk-workspace, rtc-desk-start, rtc-desk-unheard, rtc-desk-offer, "
  + "rtc-desk-stage, rtc-desk-recording-sign, rtc-desk-recording, rtc-desk-controls, rtc-desk-devices, rtc-desk-quality, rtc-desk-chat, rtc-desk-panels, rtc-desk-tabs, "
  + "rtc-desk-wrap-up, rtc-desk-idle, rtc-desk-today";

/** Bring the desk back as it was: in a call or ready after a refresh, or ready at once for the benchmark. */
async function resume(session, page) {
  const { presence } = deskOf(session.state);
  if (onCall(session.state)) {
    page.started = true;
    await page.openMedia();
  } else if (page.autoAccept) {
    page.started = true;
    await page.openMedia();
    if (presence.state !== "ready") await session.send("agents.ready", {});
  } else if (presence.state !== "offline") {
    page.started = true;
    if (page.keepCamera && presence.state === "ready") await page.openMedia();
  }
}

function start() {
  const root = document.getElementById("rtc-workbench");
  const session = new CallSession({
    role: "staff",
    openSession: () => page.openSession(),
    storage: sessionStorage,
    mediaConstraints: JSON.parse(root.dataset.mediaConstraints),
  });
  const page = new Page(root, session, new Ring(), new Attention(), (say) => new Autosave(root, say));
  const life = new AbortController();
  page.autosave.start(life.signal);
  for (const part of root.querySelectorAll(PARTS)) {
    try {
      part.connect(session, page);
    } catch (error) {
      page.report(error); // one card that fails must not take the call with it
    }
  }

  let resumed = false;
  let talking = false;
  session.addEventListener("rtc:state", ({ detail: state }) => {
    if (!resumed && state.connection === "open" && state.desk?.agents) {
      resumed = true;
      resume(session, page).catch((error) => page.report(error));
    }
    if (talking && !onCall(state) && !page.keepCamera) session.closeMedia();
    talking = onCall(state);
  });
  session.start();
}

start();
