/** Stand-ins at the seams: the WebSocket, the storage and the devices. */

/** A WebSocket whose other end is the test: `sockets.at(-1).server(kind, body)` speaks, `.sent` listens. */
export function fakeSockets() {
  const sockets = [];
  class FakeSocket {
    readyState = 0;
    sent = [];
    constructor(url) {
      this.url = url;
      sockets.push(this);
    }
    open() {
      this.readyState = 1;
      this.onopen?.({});
    }
    send(text) {
      this.sent.push(JSON.parse(text));
    }
    server(kind, body = {}, envelope = {}) {
      this.onmessage?.({ data: JSON.stringify({ v: 1, kind, ...envelope, body }) });
    }
    answer(kind, body = {}) {
      const request = this.sent.findLast((message) => message.kind === kind);
      this.server("ok", { result: body }, { id: request.id });
    }
    drop(code = 1006) {
      this.readyState = 3;
      this.onclose?.({ code });
    }
    close(code) {
      this.readyState = 3;
      this.closedWith = code;
    }
    kinds() {
      return this.sent.map((message) => message.kind);
    }
  }
  return { FakeSocket, sockets };
}

export function fakeStorage(entries = {}) {
  const map = new Map(Object.entries(entries));
  return {
    getItem: (key) => map.get(key) ?? null,
    setItem: (key, value) => map.set(key, String(value)),
    removeItem: (key) => map.delete(key),
  };
}

export const WELCOME = {
  you: { role: "customer", name: "", participant: null },
  call: null,
  snapshot: null,
  desk: {},
  ice_servers: [],
  ice_policy: "all",
  resume_token: "resume-1",
  limits: {},
  heartbeat: 5,
  server_time: 0,
};

class FakeTrack extends EventTarget {
  enabled = true;
  readyState = "live";
  onended = null;
  constructor(kind, deviceId) {
    super();
    this.kind = kind;
    this.deviceId = deviceId;
  }
  getSettings() {
    return { deviceId: this.deviceId };
  }
  stop() {
    this.readyState = "ended";
  }
  unplug() {
    this.readyState = "ended";
    this.onended?.();
  }
}

export class FakeStream {
  #tracks;
  constructor(tracks = []) {
    this.#tracks = [...tracks];
  }
  getTracks() {
    return [...this.#tracks];
  }
  addTrack(track) {
    this.#tracks.push(track);
  }
  removeTrack(track) {
    this.#tracks = this.#tracks.filter((other) => other !== track);
  }
}

/** Devices of a machine: `plugged` is {audio: ids, video: ids}; `refuse` = {audio?: name, video?: name} of DOMExceptions. */
export class FakeDevices extends EventTarget {
  plugged = { audio: ["mic-1"], video: ["cam-1"] };
  refuse = {};
  asked = [];
  given = [];
  async getUserMedia(constraints) {
    this.asked.push(Object.keys(constraints).sort().join("+"));
    const tracks = Object.entries(constraints).map(([kind, { deviceId }]) => {
      if (this.refuse[kind]) throw new DOMException(kind, this.refuse[kind]);
      if (!this.plugged[kind].length) throw new DOMException(kind, "NotFoundError");
      if (deviceId && !this.plugged[kind].includes(deviceId.exact)) throw new DOMException(kind, "OverconstrainedError");
      return new FakeTrack(kind, deviceId?.exact ?? this.plugged[kind][0]);
    });
    this.given.push(...tracks);
    return new FakeStream(tracks);
  }
  async enumerateDevices() {
    return Object.entries(this.plugged).flatMap(([kind, ids]) => ids.map((deviceId) => ({ kind: `${kind}input`, deviceId, label: deviceId })));
  }
}

/** Peer connections that do nothing: `made` are all of them, each with `kinds` (its transceivers in order) and `closed`. */
export function fakePeers() {
  const made = [];
  class FakePeer {
    kinds = [];
    closed = false;
    localDescription = null;
    signalingState = "stable";
    iceConnectionState = "new";
    connectionState = "new";
    constructor(configuration) {
      this.configuration = configuration;
      made.push(this);
    }
    addTransceiver(trackOrKind) {
      this.kinds.push(trackOrKind.kind ?? trackOrKind);
      return { sender: { replaceTrack: async () => {} }, receiver: { track: {} } };
    }
    async getStats() {
      return new Map();
    }
    async setLocalDescription() {
      this.localDescription = { type: "offer", sdp: "v=0" };
    }
    /** As the browser does once there are transceivers. */
    async offerMade() {
      await this.onnegotiationneeded?.();
      await new Promise(setImmediate);
    }
    createDataChannel() {
      return { readyState: "connecting", close() {}, send() {} };
    }
    close() {
      this.closed = true;
    }
  }
  return { FakePeer, made };
}
