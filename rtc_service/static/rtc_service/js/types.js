/**
 * The shapes that the modules hand to each other, as JSDoc types only; nothing here exists at run time.
 * The messages themselves are described in `rtc_service/signalling/protocol/`. Times are milliseconds
 * since the Unix epoch on the server's clock unless a field says otherwise.
 *
 * @typedef {{kind: string, v?: number, id?: string, call?: string, seq?: number, body: any}} Envelope
 *
 * @typedef {{camera: boolean, microphone: boolean, screen: boolean}} MediaFlags
 * @typedef {{role: string, name: string, present: boolean, media: MediaFlags}} Participant
 * @typedef {{message: string|null, participant: string|null, role: string, client_id: string, body: string, at: number,
 *   pending?: boolean}} Message
 *   A chat line; `message` is null until the server has numbered it, `pending` marks an own line it has not confirmed.
 * @typedef {{kind: string, generation: number, state: string, parties: string[]}} LinkSnapshot
 * @typedef {{number: string, state: string, url: string}} Ticket
 * @typedef {"asked"|"starting"|"running"|"paused"|"finalising"|"ready"|"refused"|"failed"|"deleted"} RecordingState
 * @typedef {{recording: string, state: RecordingState, since: number, parties: string[]}} Recording
 *   `parties` are the participants whose sound and picture are recorded.
 * @typedef {{prompt: string, kind: string, payload: any, until: number, answering: boolean}} Prompt
 *   A question to this person; `answering` while the answer is on its way.
 *
 * @typedef {object} CallSnapshot
 * @property {string} call
 * @property {number} seq  the newest event that it contains
 * @property {"waiting"|"ringing"|"connecting"|"active"|"held"|"ended"} state
 * @property {number} [version]
 * @property {number|null} requested_at
 * @property {number|null} answered_at
 * @property {number|null} ended_at
 * @property {string} end_reason
 * @property {string} media  what the customer asked for: video, audio, text
 * @property {string} page_kind
 * @property {string} subject
 * @property {string} title
 * @property {string} language
 * @property {string} [category]
 * @property {{participant: string, name: string}|null} staff
 * @property {Record<string, Participant>} participants
 * @property {Message[]} messages
 * @property {Record<string, LinkSnapshot>} links
 * @property {number|null} rating
 * @property {Ticket|null} ticket
 * @property {Recording|null} [recording]  the newest one of the call
 *
 * @typedef {{call: string, seq: number, kind: string, at: number, actor: string|null, data: Record<string, any>}} EventRow
 *
 * @typedef {{local: string, remote: string, protocol: string}} Route
 * @typedef {object} Stats  one direction of one link over one window; null = not known
 * @property {number|null} rtt_ms
 * @property {number|null} loss  0 to 1
 * @property {number|null} jitter_ms
 * @property {number|null} bitrate  received, bits per second
 * @property {number|null} bitrate_out  sent, bits per second
 * @property {number|null} fps  decoded frames per second
 * @property {number|null} width
 * @property {number|null} height
 * @property {number|null} frozen  share of the window
 * @property {number|null} concealed  share of the samples
 * @property {number|null} latency_ms  capture to display, median
 * @property {number|null} latency_p95_ms
 *
 * @typedef {"denied"|"missing"|"busy"|"insecure"|"overconstrained"|"failed"} ProblemCode
 * @typedef {{code: ProblemCode, kind: "camera"|"microphone"|"all"}} MediaProblem
 * @typedef {"camera"|"microphone"} Source
 * @typedef {{stream: MediaStream|null, camera: boolean, microphone: boolean, screen: boolean,
 *   problem: MediaProblem|null}} LocalState
 *
 * @typedef {"connecting"|"up"|"stale"|"failed"} FlowState
 * `kind` of a link: "talk" (picture and sound both ways, shown) or "record" (a recorder listens, nothing comes back).
 * @typedef {{link: string, kind: string, generation: number, peer: {participant: string, role: string, name: string},
 *   polite: boolean, offer: boolean, profile: Record<string, any>,
 *   ahead?: string|null}} LinkOpen
 *
 * @typedef {"offline"|"connecting"|"open"|"reconnecting"|"elsewhere"|"refused"|"ended"} ConnectionState
 * @typedef {object} SessionState
 * @property {ConnectionState} connection
 * @property {{role: string, name: string, participant: string|null}|null} you
 * @property {CallSnapshot|null} call
 * @property {{position: number, waiting: number, agents: number, free: number}|null} queue
 * @property {Record<string, any>} desk
 * @property {readonly Prompt[]} prompts  what waits for this person's answer, oldest first
 * @property {LocalState} local
 * @property {{stream: MediaStream, media: MediaFlags, name: string}|null} remote
 * @property {{state: FlowState, weak: boolean, generation: number}|null} link
 * @property {{local: Stats|null, remote: Stats|null}|null} quality
 * @property {{code: string, detail: string}|null} error
 */

export {};
