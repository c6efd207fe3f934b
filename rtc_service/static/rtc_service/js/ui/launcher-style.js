/** The button's style, in the script itself so that the button is there with the first file. */
export const LAUNCHER_CSS = `
:host { display: contents !important; opacity: 1 !important; }
.root { all: initial; direction: inherit; -webkit-text-size-adjust: 100%;
  font: 400 15px/1.5 var(--rtc-font, system-ui, -apple-system, "Segoe UI", Roboto, "PingFang SC", "Hiragino Sans GB", "Microsoft YaHei", "Noto Sans CJK SC", "Noto Sans SC", sans-serif);
  --_accent: var(--rtc-accent, #2457d6); --_on-accent: var(--rtc-on-accent, #fff); --_z: var(--rtc-z-index, 2147483000);
  --_x: max(var(--rtc-offset-x, 24px), env(safe-area-inset-right)); --_y: max(var(--rtc-offset-y, 24px), env(safe-area-inset-bottom)); }
.root [hidden] { display: none !important; }
.launcher { all: unset; box-sizing: border-box; position: fixed; z-index: var(--_z); right: var(--_x); bottom: var(--_y);
  display: inline-flex; align-items: center; gap: 10px; min-width: 56px; min-height: 56px; max-width: min(320px, calc(100vw - 32px)); padding: 0 22px 0 18px;
  border-radius: 28px; background: var(--_accent); color: var(--_on-accent); cursor: pointer; user-select: none; -webkit-tap-highlight-color: transparent;
  font-weight: 600; letter-spacing: .005em; box-shadow: 0 1px 2px rgba(13, 24, 48, .18), 0 10px 28px -6px rgba(13, 24, 48, .38);
  transition: transform .18s cubic-bezier(.2, .8, .2, 1), box-shadow .18s, opacity .18s; }
.root[data-side="left"] .launcher { right: auto; left: var(--_x); }
.launcher:hover { transform: translateY(-2px); box-shadow: 0 2px 4px rgba(13, 24, 48, .18), 0 16px 36px -6px rgba(13, 24, 48, .44); }
.launcher:active { transform: scale(.97); }
.launcher:focus-visible { outline: 3px solid var(--_on-accent); outline-offset: -6px; box-shadow: 0 0 0 3px var(--_accent), 0 10px 28px -6px rgba(13, 24, 48, .38); }
.launcher-icon { flex: none; width: 26px; height: 26px; fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.launcher-label { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; font-variant-numeric: tabular-nums; }
.launcher-label[hidden] + .launcher-badge { margin: 0; }
.launcher-badge { position: absolute; top: -6px; inset-inline-end: -4px; min-width: 22px; height: 22px; box-sizing: border-box; padding: 0 6px; border-radius: 11px;
  background: #d3303f; color: #fff; font: 700 12px/22px system-ui, sans-serif; text-align: center; }
.launcher[data-state="opening"] { cursor: progress; }
.launcher[data-state="opening"] .launcher-icon { animation: rtc-pulse 1s ease-in-out infinite; }
.launcher[data-state="opened"] { opacity: 0; pointer-events: none; visibility: hidden; transform: scale(.9); }
.launcher[data-state="live"]::before { content: ""; flex: none; width: 10px; height: 10px; border-radius: 50%; background: #5ee09a; box-shadow: 0 0 0 4px rgba(94, 224, 154, .28); }
.launcher[data-state="live"] .launcher-icon { display: none; }
@keyframes rtc-pulse { 50% { opacity: .35; } }
@media (prefers-reduced-motion: reduce) { .launcher, .launcher-icon { transition: none; animation: none !important; } }
@media (forced-colors: active) { .launcher { border: 2px solid ButtonText; } }
@media (max-width: 640px) { .root { --_x: max(var(--rtc-offset-x, 16px), env(safe-area-inset-right)); --_y: calc(var(--rtc-offset-y, 16px) + env(safe-area-inset-bottom)); } }
@media print { .launcher { display: none; } }
`;
