import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { flow, isWeak, percentile, route, summarise } = await load("stats-summary");

function report({ audio = {}, video = {}, out = {}, rtt = 0.02, pair = {} } = {}) {
  return new Map(
    [
      { id: "T", type: "transport", selectedCandidatePairId: "P" },
      { id: "P", type: "candidate-pair", currentRoundTripTime: rtt, localCandidateId: "L", remoteCandidateId: "R", ...pair },
      { id: "P2", type: "candidate-pair", currentRoundTripTime: 9, nominated: true, state: "succeeded" },
      { id: "L", type: "local-candidate", candidateType: "relay", protocol: "udp", relayProtocol: "tls", address: "192.0.2.1" },
      { id: "R", type: "remote-candidate", candidateType: "srflx", protocol: "udp", address: "192.0.2.2" },
      { id: "IA", type: "inbound-rtp", kind: "audio", packetsReceived: 0, packetsLost: 0, jitter: 0.004, bytesReceived: 0, ...audio },
      { id: "IV", type: "inbound-rtp", kind: "video", packetsReceived: 0, packetsLost: 0, jitter: 0.012, bytesReceived: 0, framesDecoded: 0, ...video },
      { id: "OV", type: "outbound-rtp", kind: "video", bytesSent: 0, ...out },
    ].map((entry) => [entry.id, entry]),
  );
}

test("two reports tell what happened in between", () => {
  const before = report({ audio: { packetsReceived: 100, totalSamplesReceived: 48_000, concealedSamples: 480 }, video: { packetsReceived: 10, framesDecoded: 30 } });
  const after = report({
    audio: { packetsReceived: 340, packetsLost: 10, bytesReceived: 20_000, totalSamplesReceived: 288_000, concealedSamples: 5280 },
    video: { packetsReceived: 660, packetsLost: 90, bytesReceived: 605_000, framesDecoded: 180, frameWidth: 640, frameHeight: 360, totalFreezesDuration: 0.5 },
    out: { bytesSent: 500_000 },
  });
  assert.deepEqual(summarise(before, after, 5, [30, 40, 50, 60, 70]), {
    rtt_ms: 20, loss: 0.101, jitter_ms: 12, bitrate: 1_000_000, bitrate_out: 800_000, fps: 30, width: 640, height: 360,
    frozen: 0.1, concealed: 0.02, latency_ms: 50, latency_p95_ms: null,
  });
});

test("what did not arrive has no figures, rather than perfect ones", () => {
  const stats = summarise(report(), report(), 5);
  for (const name of ["loss", "jitter_ms", "fps", "width", "frozen", "concealed", "latency_ms"]) assert.equal(stats[name], null, name);
  assert.equal(stats.bitrate, 0);
});

test("counters that start again do not go below zero", () => {
  const stats = summarise(report({ video: { packetsReceived: 900, bytesReceived: 900 } }), report({ video: { packetsReceived: 10, bytesReceived: 10 } }), 5);
  assert.equal(stats.bitrate, 0);
});

test("a 95th percentile needs forty values", () => {
  const values = (n) => Array.from({ length: n }, (_, i) => i + 1);
  assert.equal(summarise(report(), report(), 5, values(39)).latency_p95_ms, null);
  assert.equal(summarise(report(), report(), 5, values(40)).latency_p95_ms, 38);
  assert.equal(percentile([3, 1, 2], 0.5), 2);
});

test("the route has kinds and no addresses", () => {
  assert.deepEqual(route(report()), { local: "relay", remote: "srflx", protocol: "tls" });
  assert.equal(route(new Map()), null);
});

test("browsers without a transport entry have a nominated pair", () => {
  const stats = report();
  stats.delete("T");
  assert.equal(summarise(stats, stats, 5).rtt_ms, 9000);
});

test("flow counts packets and frames", () => {
  assert.deepEqual(flow(report({ audio: { packetsReceived: 5 }, video: { packetsReceived: 7, framesDecoded: 2 } })), { packets: 12, frames: 2 });
});

test("a person would notice loss, delay, freezes and gaps in the sound", () => {
  const good = { rtt_ms: 40, loss: 0.01, frozen: 0, concealed: 0.01, latency_ms: 80 };
  assert.equal(isWeak(good), false);
  assert.equal(isWeak(null), false);
  for (const bad of [{ loss: 0.2 }, { rtt_ms: 600 }, { frozen: 0.3 }, { concealed: 0.2 }, { latency_ms: 900 }]) assert.equal(isWeak({ ...good, ...bad }), true);
});
