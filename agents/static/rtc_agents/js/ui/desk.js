/** Pure readings of the session's state for the workbench: the desk, the view to show, the call the panels are about. */

const NO_PRESENCE = Object.freeze({ state: "offline", reason: "", since: null, until: null });
const NO_DESK = Object.freeze({ presence: NO_PRESENCE, offer: null, call: null, wrap_up: null, waiting: 0 });
const WITH_STAFF = new Set(["connecting", "active", "held"]);

/** The agents' desk (docs/architecture.md, Topics), never null. */
export function deskOf(state) {
  const desk = state.desk?.agents ?? null;
  return desk ? { ...NO_DESK, ...desk, presence: desk.presence ?? NO_PRESENCE } : NO_DESK;
}

/** Is the staff member on a call now (from accept to the end)? */
export function onCall(state) {
  if (state.call) return WITH_STAFF.has(state.call.state);
  return Boolean(deskOf(state).call);
}

/** Which of `start idle call wrap_up` the page shows. */
export function viewOf(state, page) {
  if (onCall(state)) return "call";
  const desk = deskOf(state);
  if (desk.wrap_up) return "wrap_up";
  return desk.presence.state === "offline" && !page.started ? "start" : "idle";
}

/** The uuid of the call that the panels show: the open one, or the one being wrapped up. */
export function callOf(state) {
  const desk = deskOf(state);
  if (onCall(state)) return state.call?.call ?? desk.call;
  return desk.wrap_up?.call ?? null;
}

export function customerOf(call) {
  return Object.values(call?.participants ?? {}).find((participant) => participant.role === "customer") ?? null;
}
