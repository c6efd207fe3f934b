/**
 * The signalling protocol as the browser reads and writes it. Pure; the source is `rtc_service/signalling/protocol/`,
 * and the golden messages in `tests/fixtures/protocol/` hold the two together.
 *
 * @typedef {import("./types.js").Envelope} Envelope
 */

import { RtcError } from "./errors.js";

export const VERSION = 1;
const OLDEST_VERSION = 1;

/** Close codes (RFC 6455 7.4.2: 4000 to 4999 are for applications). */
export const CLOSE = Object.freeze({
  BAD: 4400,
  TOKEN: 4401,
  NOT_YOURS: 4403,
  NO_HELLO: 4408,
  TAKEN_OVER: 4409,
  FLOOD: 4429,
});

/**
 * What a body must look like: field → type, "?" after it = may be missing or null.
 * @type {Record<string, Record<string, string>>}
 */
const CLIENT_KINDS = {
  hello: { token: "string?", resume: "string?", tab: "string?", last_seq: "count?", links: "array?", take_over: "boolean?", capabilities: "array?" },
  ping: { t: "number?", seqs: "object?", hidden: "boolean?" },
  replay: { from_seq: "count?" },
  "call.request": { page_kind: "string?", subject: "string?", category: "string?", language: "string?", storefront: "string?", url: "string?", title: "string?", media: "string?" },
  "call.cancel": { version: "count?" },
  "call.hang_up": { version: "count?" },
  "call.rate": { score: "count", comment: "string?" },
  "link.description": { link: "uuid", generation: "count", n: "count", type: "string", sdp: "string?" },
  "link.candidates": { link: "uuid", generation: "count", n: "count", candidates: "array" },
  "link.ahead": { ahead: "uuid", n: "count", sdp: "string?", candidates: "array?" },
  "link.state": { link: "uuid", generation: "count", state: "string", cause: "string?", route: "object?" },
  "link.renew": { link: "uuid", generation: "count", cause: "string?" },
  media: { camera: "boolean?", microphone: "boolean?", screen: "boolean?" },
  chat: { client_id: "uuid", body: "string" },
  "prompt.answer": { prompt: "uuid", accept: "boolean", answer: "object?" },
  quality: { link: "uuid", window: "count", seconds: "number", stats: "object" },
};

/** @type {Record<string, Record<string, string>>} */
const SERVER_KINDS = {
  welcome: { you: "object", call: "uuid?", snapshot: "object?", desk: "object", ice_servers: "array", ice_policy: "string", resume_token: "string", limits: "object", heartbeat: "number", server_time: "number" },
  pong: { t: "number", server_time: "number", seqs: "object?", topics: "object?" },
  event: { call: "uuid", seq: "count", kind: "string", at: "number", actor: "uuid?", data: "object?" },
  replay: { call: "uuid", events: "array?", snapshot: "object?" },
  topic: { key: "string", version: "count", value: "object" },
  "link.open": { link: "uuid", kind: "string", generation: "count", peer: "object", polite: "boolean", offer: "boolean", profile: "object", ahead: "uuid?" },
  "link.close": { link: "uuid", generation: "count", reason: "string?" },
  "link.description": CLIENT_KINDS["link.description"],
  "link.candidates": CLIENT_KINDS["link.candidates"],
  prompt: { prompt: "uuid", kind: "string", payload: "object", until: "number" },
  bye: { reason: "string" },
  ok: { result: "object?" },
  error: { code: "string", detail: "string?", retry_after: "number?" },
};

export const KINDS = Object.freeze({ client: Object.keys(CLIENT_KINDS), server: Object.keys(SERVER_KINDS) });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** @type {Record<string, (value: any) => boolean>} */
const TYPES = {
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  boolean: (value) => typeof value === "boolean",
  count: (value) => Number.isSafeInteger(value) && value >= 0,
  uuid: (value) => typeof value === "string" && UUID.test(value),
  array: (value) => Array.isArray(value),
  object: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
};

/**
 * Throws RtcError `bad_message` naming the field. Kinds that are not in the table pass: leaves add their own.
 * @param {Record<string, Record<string, string>>} kinds
 * @param {string} kind
 * @param {any} body
 */
function check(kinds, kind, body) {
  if (!TYPES.object(body)) throw new RtcError("bad_message", `${kind}: the body is not an object`);
  for (const [field, type] of Object.entries(kinds[kind] ?? {})) {
    const optional = type.endsWith("?");
    const value = body[field];
    if (optional && (value === undefined || value === null)) continue;
    if (!TYPES[optional ? type.slice(0, -1) : type](value)) throw new RtcError("bad_message", `${kind}: ${field} is not a ${type}`);
  }
}

/**
 * Write one frame. Throws RtcError `bad_message` when the body is not what the kind asks for.
 * @param {string} kind
 * @param {object} [body]
 * @param {{id?: string|null, call?: string|null}} [envelope]
 * @returns {string}
 */
export function encode(kind, body = {}, { id = null, call = null } = {}) {
  check(CLIENT_KINDS, kind, body);
  return JSON.stringify({ v: VERSION, kind, ...(id && { id }), ...(call && { call }), body });
}

/**
 * Read one frame from the server. Throws RtcError `bad_json`, `bad_message` or `unsupported_version`.
 * @param {string} frame
 * @returns {Envelope}
 */
export function decode(frame) {
  let message;
  try {
    message = JSON.parse(frame);
  } catch {
    throw new RtcError("bad_json", "not JSON");
  }
  if (!TYPES.object(message) || typeof message.kind !== "string") throw new RtcError("bad_message", "no kind");
  const version = message.v ?? VERSION;
  if (!(version >= OLDEST_VERSION && version <= VERSION)) throw new RtcError("unsupported_version", `version ${version}`);
  const body = message.body ?? {};
  check(SERVER_KINDS, message.kind, body);
  return { ...message, body };
}

/** A random UUID; crypto.randomUUID exists only in secure contexts, and text chat works without one. */
export function uuid() {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40; // version 4, variant 10 (RFC 9562)
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, "$1-$2-$3-$4-$5");
}
