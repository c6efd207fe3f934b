/**
 * What two getStats reports (W3C webrtc-stats) say about the time between them. Pure: a report is anything that
 * iterates over its entries' values.
 *
 * @typedef {import("./types.js").Stats} Stats
 * @typedef {import("./types.js").Route} Route
 * @typedef {Iterable<any>|{values(): Iterable<any>}} Report
 */

/** A percentile of fewer values than this says more about chance than about the call. */
const P95_NEEDS = 40;
const P50_NEEDS = 5;

/**
 * @param {Report} report
 * @returns {any[]}
 */
function entries(report) {
  return Array.from(report instanceof Map || "values" in report ? /** @type {any} */ (report).values() : report);
}

/**
 * The selected candidate pair's entry, or undefined.
 * @param {any[]} list
 */
function selectedPair(list) {
  const transport = list.find((entry) => entry.type === "transport" && entry.selectedCandidatePairId);
  if (transport) return list.find((entry) => entry.id === transport.selectedCandidatePairId);
  return list.find((entry) => entry.type === "candidate-pair" && entry.nominated && entry.state === "succeeded");
}

/**
 * How the packets travel: kinds, never addresses.
 * @param {Report} report
 * @returns {Route|null} null before a pair is selected
 */
export function route(report) {
  const list = entries(report);
  const pair = selectedPair(list);
  if (!pair) return null;
  const local = list.find((entry) => entry.id === pair.localCandidateId) ?? {};
  const remote = list.find((entry) => entry.id === pair.remoteCandidateId) ?? {};
  // `protocol` of a relay candidate is what the relay speaks to the peer; `relayProtocol` is what we speak to the relay.
  return { local: local.candidateType ?? "", remote: remote.candidateType ?? "", protocol: local.relayProtocol ?? local.protocol ?? "" };
}

/**
 * Counters that tell whether media flows.
 * @param {Report} report
 * @returns {{packets: number, frames: number}} RTP packets received and frames decoded so far
 */
export function flow(report) {
  const counters = { packets: 0, frames: 0 };
  for (const entry of entries(report)) {
    if (entry.type !== "inbound-rtp") continue;
    counters.packets += entry.packetsReceived ?? 0;
    counters.frames += entry.framesDecoded ?? 0;
  }
  return counters;
}

/**
 * Nearest-rank percentile.
 * @param {number[]} values
 * @param {number} share  0 to 1
 */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}

/**
 * @param {Report} before
 * @param {Report} after
 * @param {number} seconds  between the two
 * @param {number[]} [latencies]  ms, of the frames shown in between
 * @returns {Stats}
 */
export function summarise(before, after, seconds, latencies = []) {
  const [older, newer] = [entries(before), entries(after)];
  const oldById = new Map(older.map((entry) => [entry.id, entry]));
  const streams = (/** @type {string} */ type, /** @type {string} */ kind = "") =>
    newer.filter((entry) => entry.type === type && (!kind || entry.kind === kind));
  const grown = (/** @type {any[]} */ list, /** @type {string} */ field) =>
    list.reduce((sum, entry) => sum + Math.max(0, (entry[field] ?? 0) - (oldById.get(entry.id)?.[field] ?? 0)), 0);

  const inbound = streams("inbound-rtp");
  const audio = streams("inbound-rtp", "audio");
  const video = streams("inbound-rtp", "video");
  const outbound = streams("outbound-rtp");
  const received = grown(inbound, "packetsReceived");
  const lost = grown(inbound, "packetsLost");
  const frames = grown(video, "framesDecoded");
  const size = video.find((entry) => entry.frameWidth) ?? {};
  const samples = grown(audio, "totalSamplesReceived");
  const rtt = selectedPair(newer)?.currentRoundTripTime;
  const jitter = inbound.filter((entry) => grown([entry], "packetsReceived") > 0).map((entry) => (entry.jitter ?? 0) * 1000);
  // Without a single packet there is no sound to conceal: the microphone is not connected, or the link is down.
  const heard = samples > 0 && grown(audio, "packetsReceived") > 0;
  const pictured = grown(video, "packetsReceived") > 0;
  return {
    rtt_ms: rtt === undefined ? null : rounded(rtt * 1000),
    loss: received + lost > 0 ? share(lost, received + lost) : null,
    jitter_ms: jitter.length ? rounded(Math.max(...jitter)) : null,
    bitrate: inbound.length ? rounded((grown(inbound, "bytesReceived") * 8) / seconds) : null,
    bitrate_out: outbound.length ? rounded((grown(outbound, "bytesSent") * 8) / seconds) : null,
    fps: pictured ? rounded(frames / seconds) : null,
    width: pictured ? (size.frameWidth ?? null) : null,
    height: pictured ? (size.frameHeight ?? null) : null,
    frozen: pictured ? share(grown(video, "totalFreezesDuration"), seconds) : null,
    concealed: heard ? share(grown(audio, "concealedSamples"), samples) : null,
    latency_ms: latencies.length >= P50_NEEDS ? rounded(percentile(latencies, 0.5)) : null,
    latency_p95_ms: latencies.length >= P95_NEEDS ? rounded(percentile(latencies, 0.95)) : null,
  };
}

/**
 * Would a person notice? What either side receives badly makes the network "weak" on the screen.
 * @param {Stats|null|undefined} stats
 */
export function isWeak(stats) {
  if (!stats) return false;
  const above = (/** @type {number|null} */ value, /** @type {number} */ limit) => value !== null && value > limit;
  return above(stats.loss, 0.08) || above(stats.rtt_ms, 400) || above(stats.frozen, 0.1) || above(stats.concealed, 0.08) ||
    above(stats.latency_ms, 500);
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 10) / 10;
}

/**
 * @param {number} part
 * @param {number} whole
 */
function share(part, whole) {
  return Math.round(Math.min(1, Math.max(0, part / whole)) * 10_000) / 10_000;
}
