/**
 * The call as the log tells it: `reduce(snapshot, event)` gives the next snapshot. Pure; the same rules as
 * `rtc_service/services/snapshots.py`, so that replaying the log gives what a fresh read gives.
 *
 * @typedef {import("./types.js").CallSnapshot} CallSnapshot
 * @typedef {import("./types.js").EventRow} EventRow
 * @typedef {import("./types.js").Message} Message
 */

const NO_MEDIA = Object.freeze({ camera: false, microphone: false, screen: false });

/**
 * @param {EventRow} event  a `call.requested`
 * @returns {CallSnapshot}
 */
function begin({ call, data, at }) {
  const { page_kind = "", subject = "", category = "", title = "", language = "", media = "video" } = data;
  return {
    call, seq: 0, state: "waiting", version: 1, requested_at: at, answered_at: null, ended_at: null, end_reason: "",
    media, page_kind, subject, title, language, category,
    staff: null, participants: {}, messages: [], links: {}, rating: null, ticket: null, recording: null,
  };
}

/** @param {string} state */
const moved = (state) => (/** @type {CallSnapshot} */ call) => ({ ...call, state, version: (call.version ?? 0) + 1 });

/**
 * @param {CallSnapshot} call
 * @param {string} id
 * @param {object} change
 */
function changeParticipant(call, id, change) {
  const known = call.participants[id];
  return known ? { ...call, participants: { ...call.participants, [id]: { ...known, ...change } } } : call;
}

/**
 * @param {string} state
 * @returns {(call: CallSnapshot, event: EventRow) => CallSnapshot}
 */
const linkMoved = (state) => (call, { data }) => {
  const known = call.links[data.link];
  // A late word about an older generation says nothing about the present one.
  if (!known || (data.generation ?? known.generation) < known.generation) return call;
  return { ...call, links: { ...call.links, [data.link]: { ...known, state } } };
};

/**
 * @param {CallSnapshot} call
 * @param {EventRow} event
 * @returns {CallSnapshot}
 */
function ticket(call, { data }) {
  return { ...call, ticket: { number: data.number, state: data.state, url: data.url } };
}

/**
 * The newest recording is shown: what becomes of an older one while it runs says nothing about it.
 * @param {CallSnapshot} call
 * @param {EventRow} event
 * @returns {CallSnapshot}
 */
function recording(call, { data: { recording, state, parties = [] }, at }) {
  const shown = call.recording;
  const newest = !shown || shown.recording === recording || state === "asked" || state === "starting";
  return newest ? { ...call, recording: { recording, state, since: at, parties } } : call;
}

/** @type {Record<string, (call: any, event: EventRow) => any>} */
const RULES = {
  "call.ringing": moved("ringing"),
  "call.waiting": (call) => ({ ...moved("waiting")(call), staff: null }),
  "call.answered": (call, { data, at }) => ({ ...moved("connecting")(call), staff: data.staff, answered_at: at }),
  "call.active": moved("active"),
  "call.ended": (call, { data, at }) => ({ ...moved("ended")(call), staff: null, ended_at: at, end_reason: data.reason }),
  "call.rated": (call, { data }) => ({ ...call, rating: data.score }),
  "participant.joined": (call, { data }) => ({
    ...call,
    participants: {
      ...call.participants,
      [data.participant]: { role: data.role, name: data.name ?? "", present: true, media: { ...NO_MEDIA } },
    },
  }),
  "participant.lost": (call, { data }) => changeParticipant(call, data.participant, { present: false }),
  "participant.back": (call, { data }) => changeParticipant(call, data.participant, { present: true }),
  "participant.left": (call, { data }) => {
    const { [data.participant]: _, ...participants } = call.participants;
    return { ...call, participants };
  },
  media: (call, { data: { participant, camera = false, microphone = false, screen = false } }) =>
    changeParticipant(call, participant, { media: { camera, microphone, screen } }),
  message: (call, { data: { message, participant, role, client_id, body }, at }) => ({
    ...call,
    messages: [...call.messages, { message, participant, role, client_id, body, at }],
  }),
  "link.opened": (call, { data: { link, kind, generation, parties } }) => ({
    ...call,
    links: { ...call.links, [link]: { kind, generation, state: "new", parties } },
  }),
  "link.up": linkMoved("up"),
  "link.stale": linkMoved("stale"),
  "link.closed": (call, { data }) => {
    const { [data.link]: _, ...links } = call.links;
    return { ...call, links };
  },
  "tickets.opened": ticket,
  "tickets.changed": ticket,
  "recordings.state": recording,
};

/**
 * @param {CallSnapshot|null} snapshot  null before the call's first event
 * @param {EventRow} event  with the next seq; an event that the snapshot already contains changes nothing
 * @returns {CallSnapshot|null}  null when there is still nothing to build on
 */
export function reduce(snapshot, event) {
  const call = snapshot ?? (event.kind === "call.requested" ? begin(event) : null);
  if (!call || call.call !== event.call || event.seq <= call.seq) return snapshot;
  const rule = RULES[event.kind];
  return { ...(rule ? rule(call, event) : call), seq: event.seq };
}

/**
 * Apply events in order as far as they go without a gap.
 * @param {CallSnapshot|null} snapshot
 * @param {EventRow[]} events
 * @returns {{snapshot: CallSnapshot|null, applied: EventRow[], gap: boolean}} `gap` = later ones wait for a replay
 */
export function advance(snapshot, events) {
  const applied = [];
  for (const event of [...events].sort((a, b) => a.seq - b.seq)) {
    const known = snapshot?.seq ?? 0;
    if (event.seq <= known) continue;
    if (event.seq > known + 1) return { snapshot, applied, gap: true };
    snapshot = reduce(snapshot, event);
    applied.push(event);
  }
  return { snapshot, applied, gap: false };
}

/**
 * The chat lines to show: those of the log, then the ones that came by data channel or are still on their way.
 * @param {Message[]} logged
 * @param {Message[]} early  dropped as soon as the log has the same `client_id`
 */
export function mergeMessages(logged, early) {
  const known = new Set(logged.map((message) => message.client_id));
  return [...logged, ...early.filter((message) => !known.has(message.client_id))];
}
