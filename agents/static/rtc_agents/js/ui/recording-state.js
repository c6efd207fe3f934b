/** Pure readings of a call's recording for the workbench: what it says, what can be done, which alarms stand. */

const LIVE = new Set(["starting", "running", "paused"]);

/** What staff may ask for in each state; a question that is not answered yet is taken back by `stop`. */
const ACTIONS = {
  none: ["start"], refused: ["start"], failed: ["start"], finalising: ["start"], ready: ["start"], deleted: ["start"],
  asked: ["stop"], starting: ["pause", "stop"], running: ["pause", "stop"], paused: ["resume", "stop"],
};

/** The state of the call's newest recording; "none" without one. */
export function recordingOf(call) {
  return call?.recording?.state ?? "none";
}

export function isLive(state) {
  return LIVE.has(state);
}

/** @returns {string[]} of start, pause, resume, stop */
export function actionsOf(state) {
  return ACTIONS[state] ?? [];
}

/** The alarms of one recording, from `recordings.alarm` events in whatever order they come. */
export class Alarms {
  #recording = null;
  /** "participant problem" → {participant, problem, on, seq} */
  #known = new Map();

  /** Turn to this recording; another one's alarms say nothing about it. @returns {boolean} whether it is a new one */
  follow(recording) {
    if (recording === this.#recording) return false;
    this.#recording = recording;
    this.#known.clear();
    return true;
  }

  /** @param {{kind: string, seq: number, data: any}} event @returns {boolean} whether it changed something */
  add({ kind, seq, data }) {
    if (kind !== "recordings.alarm" || data.recording !== this.#recording) return false;
    const { participant = null, problem, on } = data;
    const key = `${participant} ${problem}`;
    if ((this.#known.get(key)?.seq ?? 0) >= seq) return false;
    this.#known.set(key, { participant, problem, on, seq });
    return true;
  }

  /** Those that stand, the oldest first. */
  get standing() {
    return [...this.#known.values()].filter(({ on }) => on).sort((a, b) => a.seq - b.seq);
  }
}
