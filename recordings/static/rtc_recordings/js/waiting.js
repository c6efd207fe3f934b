/** The page of a recording that is not finished: goes on by itself. <div data-rtc-wait="state url" data-rtc-state="…"> */

const SECONDS = 4;

for (const box of document.querySelectorAll("[data-rtc-wait]")) {
  const look = async () => {
    const answer = await fetch(box.dataset.rtcWait, { credentials: "same-origin" }).catch(() => null);
    const state = answer?.ok ? (await answer.json()).state : box.dataset.rtcState;
    // 403: logged out, or no longer allowed. The page itself says which.
    if (state !== box.dataset.rtcState || answer?.status === 403) globalThis.location.reload();
    else setTimeout(look, SECONDS * 1000);
  };
  setTimeout(look, SECONDS * 1000);
}
