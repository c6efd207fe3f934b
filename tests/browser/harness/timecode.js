// Test doubles for camera, microphone, eyes and ears, run in every page before its own scripts.
//
// Camera: a canvas whose top shows the wall clock in ms, the number of its owner and a checksum as black and
// white blocks, so that a picture proves by itself whose it is and when it was taken.
// Microphone: a tone of the owner's frequency; with `beeps` 80 ms of it at each full second of the wall clock.
// Eyes: every <video> that is given a stream, also inside shadow roots, is watched frame by frame.
// Ears: the strongest frequency of what unmuted foreign media elements play.
//
// `rtcTestPerson` = {source: 0..255, tone: Hz, width, height, fps, beeps}; everything else is reached by `rtcTest`.
(() => {
  "use strict";
  if (window.rtcTest) return;
  const person = window.rtcTestPerson;

  const COLUMNS = 16;
  const ROWS = 3;
  const TIME_BITS = 24; // ms, wraps after 4.6 hours
  const WRAP = 2 ** TIME_BITS;
  const SOURCE_BITS = 8;
  const CHECK_BITS = 16;

  const now = () => performance.timeOrigin + performance.now();

  // Fletcher's sum over the four bytes: a smeared block must not pass for another time.
  function checksum(time, source) {
    let a = 1;
    let b = 0;
    for (const byte of [time & 255, (time >> 8) & 255, (time >> 16) & 255, source]) {
      a = (a + byte) % 251;
      b = (b + a) % 251;
    }
    return (b << 8) | a;
  }

  function blocks(time, source) {
    const bits = [];
    const push = (value, count) => {
      for (let i = 0; i < count; i += 1) bits.push((value >> i) & 1);
    };
    push(time, TIME_BITS);
    push(source, SOURCE_BITS);
    push(checksum(time, source), CHECK_BITS);
    return bits;
  }

  // --- camera ---------------------------------------------------------------------------------------

  function texture() {
    // Camera-like work for the encoder, the same in every run.
    const canvas = document.createElement("canvas");
    canvas.width = 160;
    canvas.height = 90;
    const context = canvas.getContext("2d");
    const image = context.createImageData(160, 90);
    let seed = 12345;
    for (let i = 0; i < image.data.length; i += 4) {
      seed = (Math.imul(seed, 1103515245) + 12345) & 0x7fffffff;
      const value = (seed >> 16) & 255;
      image.data.set([value, (value * 3 + i) & 255, 255 - value, 255], i);
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  function camera() {
    const canvas = document.createElement("canvas");
    canvas.width = person.width;
    canvas.height = person.height;
    const context = canvas.getContext("2d", { alpha: false });
    const ground = texture();
    const stream = canvas.captureStream(0);
    const [track] = stream.getVideoTracks();
    const alive = watchLife(track);
    let frame = 0;
    let due = performance.now();
    const tick = () => {
      if (!alive()) return;
      draw(context, ground, frame);
      track.requestFrame();
      frame += 1;
      due = Math.max(due + 1000 / person.fps, performance.now() - 200);
      setTimeout(tick, Math.max(0, due - performance.now()));
    };
    tick();
    return track;
  }

  function draw(context, ground, frame) {
    const { width, height } = context.canvas;
    const shift = (frame * 2) % width;
    context.drawImage(ground, -shift, 0, width, height);
    context.drawImage(ground, width - shift, 0, width, height);
    context.fillStyle = "#e33";
    context.beginPath();
    context.arc(width / 2 + (Math.sin(frame / 20) * width) / 3, height * 0.7, height / 8, 0, 7);
    context.fill();
    const side = width / COLUMNS;
    blocks(Math.floor(now()) % WRAP, person.source).forEach((bit, i) => {
      context.fillStyle = bit ? "#fff" : "#000";
      context.fillRect((i % COLUMNS) * side, Math.floor(i / COLUMNS) * side, side, side);
    });
  }

  // A page may clone a track and stop the original: the source lives as long as one of them.
  function watchLife(track) {
    const family = [track];
    const adopt = (member) => {
      const clone = member.clone.bind(member);
      member.clone = () => {
        const child = clone();
        family.push(child);
        adopt(child);
        return child;
      };
    };
    adopt(track);
    return () => family.some((member) => member.readyState === "live");
  }

  // --- microphone -----------------------------------------------------------------------------------

  let audio = null;
  const audioContext = () => (audio ??= new AudioContext());

  function microphone() {
    const context = audioContext();
    const tone = new OscillatorNode(context, { frequency: person.tone });
    const gain = new GainNode(context, { gain: 0.3 });
    const output = new MediaStreamAudioDestinationNode(context);
    tone.connect(gain).connect(output);
    tone.start();
    if (person.beeps) beep(context, gain.gain);
    return output.stream.getAudioTracks()[0];
  }

  function beep(context, gain) {
    gain.value = 0;
    let last = 0;
    setInterval(() => {
      const shift = context.currentTime - now() / 1000; // wall clock to the context's
      for (let second = Math.ceil(now() / 1000); second < now() / 1000 + 2; second += 1) {
        if (second <= last || second + shift < context.currentTime + 0.05) continue;
        last = second;
        gain.setValueAtTime(0.5, second + shift);
        gain.setValueAtTime(0, second + shift + 0.08);
      }
    }, 300);
  }

  // --- getUserMedia ---------------------------------------------------------------------------------

  const own = new WeakSet(); // streams made here: never foreign
  const ownTracks = new WeakSet();
  const trouble = { video: null, audio: null };

  async function getUserMedia(constraints) {
    const wanted = ["audio", "video"].filter((kind) => constraints?.[kind]);
    if (!wanted.length) throw new TypeError("At least one of audio and video must be requested");
    for (const kind of wanted) {
      if (trouble[kind]) throw new DOMException(`the test says so (${kind})`, trouble[kind]);
    }
    const tracks = wanted.map((kind) => (kind === "video" ? camera() : microphone()));
    tracks.forEach((track) => ownTracks.add(track));
    const stream = new MediaStream(tracks);
    own.add(stream);
    return stream;
  }
  if (navigator.mediaDevices) navigator.mediaDevices.getUserMedia = getUserMedia;

  // --- peer connections -----------------------------------------------------------------------------

  const connections = [];
  window.RTCPeerConnection = class extends window.RTCPeerConnection {
    constructor(...args) {
      super(...args);
      connections.push(this);
      this.rtcTestChannels = [];
    }
    createDataChannel(...args) {
      const channel = super.createDataChannel(...args);
      this.rtcTestChannels.push(channel);
      return channel;
    }
  };

  async function inboundVideo() {
    for (const connection of connections) {
      if (connection.connectionState !== "connected") continue;
      const report = await connection.getStats();
      for (const row of report.values()) {
        if (row.type !== "inbound-rtp" || row.kind !== "video" || !row.framesDecoded) continue;
        const codec = report.get(row.codecId)?.mimeType ?? "";
        return { codec, width: row.frameWidth, height: row.frameHeight, framesDecoded: row.framesDecoded };
      }
    }
    return null;
  }

  async function route() {
    for (const connection of connections) {
      if (connection.connectionState !== "connected") continue;
      const report = await connection.getStats();
      for (const row of report.values()) {
        if (row.type !== "transport" || !row.selectedCandidatePairId) continue;
        const pair = report.get(row.selectedCandidatePairId);
        const local = report.get(pair.localCandidateId);
        const remote = report.get(pair.remoteCandidateId);
        return { local: local?.candidateType, remote: remote?.candidateType, relay: local?.relayProtocol ?? "" };
      }
    }
    return null;
  }

  // --- eyes -----------------------------------------------------------------------------------------

  const CELL = 8;
  const reader = document.createElement("canvas");
  reader.width = COLUMNS * CELL;
  reader.height = ROWS * CELL;
  const readerContext = reader.getContext("2d", { willReadFrequently: true });

  // {source, time} of the picture the video shows now, or null when it shows no valid time code.
  function decode(video) {
    // The first frame callback may come before the element can be drawn, whatever its readyState says. The canvas
    // must not keep what another video left there: one's own picture would end the watch of the other's.
    if (!video.videoWidth || video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return null;
    const side = video.videoWidth / COLUMNS;
    readerContext.clearRect(0, 0, reader.width, reader.height);
    readerContext.drawImage(video, 0, 0, video.videoWidth, side * ROWS, 0, 0, reader.width, reader.height);
    const pixels = readerContext.getImageData(0, 0, reader.width, reader.height).data;
    if (pixels[3] === 0) return null; // nothing was drawn
    const bits = [];
    for (let i = 0; i < COLUMNS * ROWS; i += 1) {
      const x = (i % COLUMNS) * CELL + CELL / 2;
      const y = Math.floor(i / COLUMNS) * CELL + CELL / 2;
      bits.push(pixels[(y * reader.width + x) * 4 + 1] > 128 ? 1 : 0);
    }
    const value = (from, count) => bits.slice(from, from + count).reduce((sum, bit, i) => sum | (bit << i), 0);
    const time = value(0, TIME_BITS);
    const source = value(TIME_BITS, SOURCE_BITS);
    const check = value(TIME_BITS + SOURCE_BITS, CHECK_BITS);
    return check === checksum(time, source) ? { source, time } : null;
  }

  const elements = new Set(); // media elements that were given a stream
  const firsts = new Map(); // source → wall clock of its first readable frame on this page
  let recording = null; // {source, frames, unreadable} while sample() runs

  // A detached element that only measures, or a hidden one, shows nothing to anybody.
  const shown = (video) => video.isConnected && video.checkVisibility({ opacityProperty: true, visibilityProperty: true });

  const watched = new Set();
  const resting = new Set(); // videos that show one's own camera: reading them would only cost

  function watch(video) {
    if (watched.has(video) && !resting.has(video)) return; // frame callbacks survive a change of the stream
    watched.add(video);
    resting.delete(video);
    const onFrame = (_when, meta) => {
      const at = now();
      const seen = shown(video) ? decode(video) : null;
      if (seen && !firsts.has(seen.source)) firsts.set(seen.source, at);
      if (recording) record(at, seen, meta, video);
      if (seen?.source === person.source) resting.add(video);
      else video.requestVideoFrameCallback(onFrame);
    };
    video.requestVideoFrameCallback(onFrame);
  }

  function record(at, seen, meta, video) {
    if (!seen) {
      if (shown(video) && !own.has(video.srcObject)) recording.unreadable += 1;
      return;
    }
    if (seen.source !== recording.source) return;
    const latency = (((Math.floor(at) % WRAP) - seen.time + WRAP) % WRAP) + (at % 1);
    recording.frames.push({ at, latency, width: meta.width, height: meta.height });
  }

  const plain = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, "srcObject");
  Object.defineProperty(HTMLMediaElement.prototype, "srcObject", {
    configurable: true,
    enumerable: true,
    get() {
      return plain.get.call(this);
    },
    set(stream) {
      plain.set.call(this, stream);
      if (!stream) return;
      elements.add(this);
      if (this instanceof HTMLVideoElement) watch(this);
    },
  });

  // Frames of `source` shown during `ms`: {frames: [{at, latency, width, height}], unreadable, seconds}.
  async function sample(source, ms) {
    recording = { source, frames: [], unreadable: 0 };
    const start = now();
    await new Promise((resolve) => setTimeout(resolve, ms));
    const { frames, unreadable } = recording;
    recording = null;
    return { frames, unreadable, seconds: (now() - start) / 1000 };
  }

  // The sources that videos of this page show right now.
  function visible() {
    const found = new Set();
    for (const element of elements) {
      const seen = element instanceof HTMLVideoElement && shown(element) && decode(element);
      if (seen) found.add(seen.source);
    }
    return [...found];
  }

  // --- ears -----------------------------------------------------------------------------------------

  const analysers = new Map(); // audio track → AnalyserNode

  function analyser(track) {
    if (!analysers.has(track)) {
      const node = new AnalyserNode(audioContext(), { fftSize: 8192, smoothingTimeConstant: 0 });
      audioContext().createMediaStreamSource(new MediaStream([track])).connect(node);
      analysers.set(track, node);
    }
    return analysers.get(track);
  }

  // The strongest tone of each foreign track that somebody at this page hears: [{frequency: Hz, level: dBFS}].
  function heard() {
    const tones = [];
    for (const element of elements) {
      if (!element.isConnected || element.muted || element.paused || element.volume === 0) continue;
      for (const track of element.srcObject?.getAudioTracks?.() ?? []) {
        if (ownTracks.has(track) || track.readyState !== "live") continue;
        tones.push(strongest(analyser(track)));
      }
    }
    return tones;
  }

  function strongest(node) {
    const bins = new Float32Array(node.frequencyBinCount);
    node.getFloatFrequencyData(bins);
    let best = 1;
    for (let i = 2; i < bins.length; i += 1) if (bins[i] > bins[best]) best = i;
    const level = Number.isFinite(bins[best]) ? bins[best] : -200;
    return { frequency: (best * node.context.sampleRate) / node.fftSize, level };
  }

  // --- waiting --------------------------------------------------------------------------------------

  // Resolves with the first truthy value of `check()`, asked every 20 ms; with null after `ms`.
  async function until(check, ms) {
    const end = performance.now() + ms;
    for (;;) {
      const value = await check();
      if (value) return value;
      if (performance.now() > end) return null;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  window.rtcTest = {
    person,
    now,
    trouble, // e.g. rtcTest.trouble.video = "NotAllowedError"
    connections,
    inboundVideo,
    route,
    visible,
    sample,
    heard,
    until,
    forget: () => firsts.clear(), // before the next call on the same page
    firstFrame: (source, ms) => until(() => firsts.get(source), ms),
    sees: (source, ms) => until(() => visible().includes(source), ms),
    hears: (tone, ms) => until(() => heard().find((one) => Math.abs(one.frequency - tone) < 12 && one.level > -60), ms),
    silent: (ms) => until(() => heard().every((one) => one.level < -90), ms),
  };
})();
