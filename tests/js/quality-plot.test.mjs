import assert from "node:assert/strict";
import { test } from "node:test";
import { load } from "./modules.mjs";

const { clockWords, closeGaps, lonely, nearest } = await load("admin/plot-data");
const { withWords } = await load("admin/plot-marks");
const nothing = undefined;

test("times are minutes and seconds of the call, with hours when there are any", () => {
  assert.deepEqual([0, 9.6, 65, 3599.4, 3600, 11045].map(clockWords), ["0:00", "0:10", "1:05", "59:59", "1:00:00", "3:04:05"]);
});

test("a gap reaches from value to value, whatever the other party has measured in between", () => {
  const mine = [1, nothing, nothing, null, nothing, 2, nothing, 3];
  assert.deepEqual(closeGaps(mine), [1, null, null, null, null, 2, nothing, 3]);
  assert.deepEqual(mine[1], nothing, "what was given stays");
});

test("without a gap nothing is closed", () => {
  assert.deepEqual(closeGaps([nothing, 1, nothing, 2, nothing]), [nothing, 1, nothing, 2, nothing]);
});

test("points between gaps are lonely, points of a line are not", () => {
  assert.deepEqual(lonely([1, null, 2, nothing, 3, null, nothing, 4], 0, 7), [0, 7]);
  assert.deepEqual(lonely([5], 0, 0), [0]);
  assert.deepEqual(lonely([1, nothing, 2], 0, 2), []);
});

test("the pointer reads the nearest own value, and nothing in a gap or far away", () => {
  const times = [0, 1, 5, 6, 10];
  assert.equal(nearest([7, nothing, 8, nothing, 9], times, 1, 1), 0);
  assert.equal(nearest([7, nothing, nothing, nothing, 9], times, 3, 6), 4);
  assert.equal(nearest([7, nothing, null, nothing, 9], times, 3, 5.8), 2); // a gap: the value there is null
  assert.equal(nearest([nothing, nothing, nothing, nothing, 9], times, 0, 0), 4);
  assert.equal(nearest([7, nothing, 8], [0, 100, 200], 1, 100), null);
});

test("words that would cover each other are left out, trouble first", () => {
  const mark = (x, tone = "quiet") => ({ x, width: 40, tone });
  assert.deepEqual(withWords([mark(0), mark(20, "warn"), mark(120)], 300), [false, true, true]);
  assert.deepEqual(withWords([mark(0), mark(46), mark(80)], 300), [true, true, false]);
  assert.deepEqual(withWords([mark(270)], 300), [false], "it would be cut off at the edge");
});
