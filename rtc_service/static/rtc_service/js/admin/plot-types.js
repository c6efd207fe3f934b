/**
 * What the modules of the charts hand to each other.
 *
 * @typedef {{at: number, word: string, text: string, tone: string}} Mark
 * @typedef {{name: string, index: number, at: number[], values: Record<string, Array<number|null>>}} Line
 * @typedef {object} Data  times in seconds since the call was requested
 * @property {number} start
 * @property {number} end
 * @property {Record<string, {digits: number, least: number}>} metrics
 * @property {Line[]} series
 * @property {Array<[number, number|null]>} bands  no packets
 * @property {Mark[]} marks
 * @typedef {{lines: string[], grid: string, text: string, band: string, tones: Record<string, string>, font: string}} Theme
 */

export {};
