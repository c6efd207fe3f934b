/** The pure parts of the recordings' player, and the renewal of its links. */
import assert from "node:assert/strict";
import { test } from "node:test";

const load = (name) => import(new URL(`../../recordings/static/rtc_recordings/js/${name}.js`, import.meta.url));

const { PlayClock } = await load("play-clock");
const { correction, JUMP } = await load("drift");
const { common, silences, spanAt } = await load("spans");
const { filled, timeWords } = await load("format");
const { Links } = await load("links");

function clockAt(length = 100) {
  const time = { now: 0 };
  return [new PlayClock(length, () => time.now), time];
}

test("the clock runs by the wall, at its rate, and stands still when it is held", () => {
  const [clock, time] = clockAt();
  time.now = 5_000;
  assert.equal(clock.position, 0);
  clock.run();
  time.now = 7_000;
  assert.equal(clock.position, 2);
  clock.rate = 2;
  time.now = 8_000;
  assert.equal(clock.position, 4);
  clock.hold();
  time.now = 20_000;
  assert.equal(clock.position, 4);
});

test("the clock stays within the recording", () => {
  const [clock, time] = clockAt(10);
  clock.seek(-5);
  assert.equal(clock.position, 0);
  clock.seek(500);
  assert.equal(clock.position, 10);
  clock.seek(9);
  clock.run();
  time.now = 60_000;
  assert.equal(clock.position, 10);
  assert.ok(clock.ended);
});

test("seeking while it runs goes on from there", () => {
  const [clock, time] = clockAt();
  clock.run();
  time.now = 3_000;
  clock.seek(50);
  time.now = 4_000;
  assert.equal(clock.position, 51);
});

/** A video that moves by the rate it is given, checked as often as the player does. */
function driven(drift, rate = 1, seconds = 3, tick = 0.05) {
  let [now, correcting] = [drift, false];
  const course = [];
  for (let at = 0; at < seconds; at += tick) {
    const next = correction(now, rate, correcting);
    correcting = next.correcting;
    now = next.jump ? 0 : now + (next.rate - rate) * tick;
    course.push(now);
  }
  return course;
}

for (const drift of [0.29, -0.29, 0.1, -0.05]) {
  for (const rate of [0.5, 1, 2]) {
    test(`a video ${drift} s off at rate ${rate} comes within 50 ms in six seconds and stays there`, () => {
      const course = driven(drift, rate, 8);
      assert.ok(course.slice(-40).every((left) => Math.abs(left) < 0.03), String(course.at(-1)));
      assert.ok(course.every((left) => left * drift > -0.01), "never beyond the other side");
    });
  }
}

test("far away it jumps, and a small drift is left alone", () => {
  assert.ok(correction(JUMP + 0.01, 1).jump);
  assert.ok(correction(-JUMP - 0.01, 1).jump);
  assert.deepEqual(correction(0.015, 1.5), { jump: false, rate: 1.5, correcting: false });
});

test("a party is silent in its gaps, before its file and behind it", () => {
  assert.deepEqual(silences([[20, 24, "paused"]], 0.8, 50, 60), [[0, 0.8], [20, 24, "paused"], [50.8, 60]]);
  assert.deepEqual(silences([], 0, 60, 60), []);
});

test("what nobody recorded is where all are silent", () => {
  assert.deepEqual(common([[[20, 24], [36, 39]], [[0, 1], [22, 30]]]), [[22, 24]]);
  assert.deepEqual(common([[[20, 24]]]), [[20, 24]]);
  assert.deepEqual(common([[[1, 2]], []]), []);
});

test("a stretch holds its first moment and not its end", () => {
  assert.equal(spanAt([[1, 2]], 2), null);
  assert.deepEqual(spanAt([[1, 2]], 1), [1, 2]);
});

test("times are written as people read them", () => {
  assert.deepEqual([0, 65.9, 3665, -3].map(timeWords), ["0:00", "1:05", "1:01:05", "0:00"]);
  assert.equal(filled("{now} of {length} {x}", { now: "1:00", length: "2:00" }), "1:00 of 2:00 {x}");
});

function links(answers) {
  const seen = [];
  const made = new Links({
    url: "/renew/", csrf: "c", seconds: 300,
    post: async () => {
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  for (const name of ["links", "over", "gone", "offline"]) made.addEventListener(name, (event) => seen.push([name, event.detail]));
  return [made, seen];
}

const failure = (code) => Object.assign(new Error(code), { code });

test("fresh links are told, and calls that come together are one request", async () => {
  const answer = { links: { a: "/x/" }, seconds: 300, damaged: [] };
  const [made, seen] = links([answer]);
  await Promise.all([made.renew(), made.renew()]);
  made.stop();
  assert.deepEqual(seen, [["offline", false], ["links", answer]]);
});

test("what cannot be renewed says why: over, gone, or the network", async () => {
  for (const [code, name] of [["reason_needed", "over"], ["not_yours", "over"], ["gone", "gone"], ["connection_lost", "offline"], ["http_502", "offline"]]) {
    const [made, seen] = links([failure(code)]);
    await made.renew();
    made.stop();
    assert.deepEqual(seen, [[name, name === "offline" ? true : null]], code);
  }
});

test("when the network is back so are the links", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const answer = { links: {}, seconds: 300, damaged: [] };
  const [made, seen] = links([failure("connection_lost"), failure("connection_lost"), answer]);
  await made.renew();
  for (const seconds of [1, 2]) {
    context.mock.timers.tick(seconds * 1000);
    await new Promise(setImmediate);
    await new Promise(setImmediate);
  }
  made.stop();
  assert.deepEqual(seen.map(([name]) => name), ["offline", "offline", "offline", "links"]);
  assert.deepEqual(seen.at(-2), ["offline", false]);
});
