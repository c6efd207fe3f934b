/**
 * What the customer is told, as a pure function of the session's state: one phase and at most one banner.
 *
 * @typedef {"checking"|"connecting"|"returning"|"waiting"|"busy"|"nobody"|"ringing"|"joining"|"active"|"elsewhere"|"refused"|"ended"} Phase
 * @typedef {{preparing: boolean, returning: boolean, failure: string}} Flow
 *   `preparing`: the browser is still asking for camera and microphone; `returning`: the last page left a call open; `failure`: code of a refused request, or ""
 */

/**
 * @param {import("../types.js").SessionState} state
 * @param {Flow} flow
 * @returns {Phase}
 */
export function phaseOf(state, flow) {
  const { call, connection } = state;
  if (call?.state === "ended") return "ended";
  if (connection === "elsewhere") return "elsewhere";
  if (flow.failure || connection === "refused") return "refused";
  if (call?.state === "active" || call?.state === "held") return "active";
  // Our side of the path stands: what is there is shown, the server's word follows when the other side has said so too.
  if (call?.state === "connecting") return state.link?.state === "up" ? "active" : "joining";
  if (call?.state === "ringing") return "ringing";
  if (flow.returning && !call) return "returning";
  if (flow.preparing) return "checking";
  if (call?.state === "waiting") return waitingPhase(state.queue);
  return "connecting";
}

/** `free` agents are ready now; `agents` are at work at all. */
function waitingPhase(queue) {
  if (!queue) return "waiting";
  if (queue.agents === 0) return "nobody";
  return queue.free === 0 && queue.position <= 1 ? "busy" : "waiting";
}

export const LOBBY = new Set(["checking", "connecting", "returning", "waiting", "busy", "nobody", "ringing", "joining", "elsewhere", "refused"]);
export const LIVE = new Set(["checking", "connecting", "returning", "waiting", "busy", "nobody", "ringing", "joining", "active"]);

/**
 * What disturbs a call that goes on, the worst first.
 * @returns {""|"offline"|"reconnecting"|"other_lost"|"weak"}
 */
export function bannerOf(state, online = true) {
  const { call, connection, link } = state;
  if (!call || call.state === "ended" || connection === "elsewhere") return "";
  if (connection === "reconnecting" || connection === "connecting" || connection === "offline") return online ? "reconnecting" : "offline";
  if (call.state !== "active" && call.state !== "held") return "";
  if (staffAway(call)) return "other_lost";
  if (link && (link.state === "stale" || link.state === "failed")) return "reconnecting";
  return link?.weak ? "weak" : "";
}

function staffAway(call) {
  const staff = call.staff && call.participants[call.staff.participant];
  return Boolean(staff) && !staff.present;
}

/**
 * The words of a phase.
 * @returns {{title: string, detail: string}}
 */
export function wordsOf(phase, state, flow, texts) {
  const name = state.call?.staff?.name || texts.get("agent");
  if (phase === "refused") {
    const code = flow.failure || state.error?.code || "";
    return { title: texts.get("phase.refused"), detail: texts.first([`phase.refused.${code}`, "phase.refused.detail"]) };
  }
  return { title: queueTitle(phase, state.queue, texts) || texts.get(`phase.${phase}`, { name }), detail: texts.get(`phase.${phase}.detail`, { name }) };
}

/** In the queue the place is what matters most. */
function queueTitle(phase, queue, texts) {
  if (phase !== "waiting" || !queue) return "";
  return queue.position <= 1 ? texts.get("phase.waiting.next") : texts.count("phase.waiting.ahead", queue.position - 1);
}

/** From when the clock in the window counts, on the server's clock: the conversation, or the wait before it; null = no clock. */
export function startOf(phase, call) {
  if (phase === "active") return call.answered_at;
  return WAITING.has(phase) ? call?.requested_at ?? null : null;
}

const WAITING = new Set(["waiting", "busy", "nobody", "ringing"]);

/** The few words under the window's title: key of a text. */
export function headerOf(phase, banner) {
  if (phase === "active") return { "": "phase.active", weak: "header.weak" }[banner] ?? "header.reconnecting";
  if (phase === "ended") return "header.ended";
  if (phase === "elsewhere" || phase === "refused") return "header.off";
  return WAITING.has(phase) ? "header.waiting" : "header.connecting";
}
