/** The one object that the screens show, put together from what the session's parts know. Pure. */

import { isWeak } from "./stats-summary.js";

export const NO_MEDIA = Object.freeze({ camera: false, microphone: false, screen: false });

/**
 * @param {object} parts
 * @param {import("./signalling-client.js").SignallingClient} parts.signalling
 * @param {import("./call-log.js").CallLog} parts.log
 * @param {import("./links.js").Links} parts.links
 * @param {import("./media-devices.js").LocalMedia} parts.media
 * @param {import("./topics.js").Topics} parts.topics
 * @param {any} parts.you  of the newest welcome
 * @param {readonly import("./types.js").Prompt[]} parts.prompts
 * @param {string} parts.role
 * @param {import("./types.js").SessionState["quality"]} parts.quality
 * @param {import("./types.js").SessionState["error"]} parts.error
 * @returns {import("./types.js").SessionState}
 */
export function sessionState({ signalling, log, links, media, topics, prompts, you, role, quality, error }) {
  const call = log.view;
  const link = links.shown;
  const queued = call?.state === "waiting" || call?.state === "ringing";
  const refused = signalling.state === "refused" ? signalling.error : null;
  return Object.freeze({
    connection: signalling.state,
    you: you && { ...you, participant: log.participant(role) ?? you.participant ?? null },
    call,
    queue: queued ? topics.queue : null,
    desk: topics.desk,
    prompts,
    local: media.state,
    remote: link && remote(link, call),
    link: link && { state: link.state, weak: isWeak(quality?.local) || isWeak(quality?.remote), generation: link.open.generation },
    quality,
    error: refused ? { code: refused.code, detail: refused.detail } : error,
  });
}

/**
 * @param {import("./link.js").Link} link
 * @param {import("./types.js").CallSnapshot|null} call
 */
function remote(link, call) {
  const { stream } = link.peer;
  if (!stream.getTracks().length) return null;
  const { participant, name } = link.open.peer;
  const known = call?.participants[participant];
  return { stream, media: known?.media ?? NO_MEDIA, name: name || known?.name || "" };
}
