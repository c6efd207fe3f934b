/** The tab's note that a call is open with a service, so that the next page of the shop goes on with it. */

const KEY = "rtc.customer.open";
const RESUME = "rtc.customer.resume"; // written by signalling-client for the customer's scope

/** sessionStorage, or one that forgets where the browser forbids it. */
export function tabStorage() {
  try {
    sessionStorage.getItem(KEY);
    return sessionStorage;
  } catch {
    const kept = new Map();
    return { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => kept.set(key, String(value)), removeItem: (key) => kept.delete(key) };
  }
}

/** @returns {{camera: boolean, microphone: boolean, minimised: boolean}|null} how the call was left on the last page */
export function openCall(storage, service) {
  if (!storage.getItem(RESUME)) return null;
  try {
    const note = JSON.parse(storage.getItem(KEY) || "null");
    return note?.service === service ? note : null;
  } catch {
    return null;
  }
}

export function keepOpenCall(storage, service, { camera, microphone, minimised }) {
  storage.setItem(KEY, JSON.stringify({ service, camera, microphone, minimised }));
}

export function forgetOpenCall(storage) {
  storage.removeItem(KEY);
}
