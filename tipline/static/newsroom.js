// The newsroom's keys and the reading pane. Every act is a form or a link on the page; keys only press them.
const pane = document.getElementById("pane");
const rows = document.getElementById("rows");
const keys = document.getElementById("keys");
const notices = document.getElementById("notices");

const links = () => (rows ? [...rows.querySelectorAll(".row-link")] : []);
const current = () => rows?.querySelector(".row-link[aria-current]");
const paneShows = () => Boolean(rows && pane && pane.offsetParent);

function mark(link) {
  current()?.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
  link.scrollIntoView({ block: "nearest" });
}

function open(link) {
  if (!paneShows()) {
    location.href = link.href;
    return;
  }
  mark(link);
  history.replaceState(null, "", link.href);
  htmx.ajax("GET", `/newsroom/tips/${link.closest(".row").dataset.ref}`, { target: "#pane", swap: "innerHTML" });
}

function walk(step) {
  const all = links();
  const here = all.indexOf(current());
  const next = all[here + step];
  if (next) {
    open(next);
    next.focus({ preventScroll: true });
  }
}

function press(key) {
  // The last one on the page wins: the notice's undo stands before the tip's, but belongs to what was just done.
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].filter((one) => one.offsetParent);
  const target = found.find((one) => notices?.contains(one)) ?? found[0];
  if (!target) return false;
  if (target.matches("details")) {
    target.open = !target.open;
    target.querySelector("summary").focus();
  } else if (target.matches("input")) {
    target.focus();
    target.select();
  } else {
    target.click();
  }
  return true;
}

// Opening a tip claims it for two minutes, and again each minute while somebody is at the keys. A page that
// merely stands open claims nothing.
const CLAIM_EVERY_MS = 60_000;
let lastInput = 0;
for (const kind of ["keydown", "pointerdown"]) {
  document.addEventListener(kind, () => { lastInput = Date.now(); }, { capture: true, passive: true });
}

function claim() {
  const box = document.getElementById("claim");
  if (!box || box.contains(document.activeElement)) return;
  const values = Object.fromEntries([...new FormData(box.querySelector("form"))].filter(([name]) => name !== "act"));
  htmx.ajax("POST", box.dataset.claim, { target: "#claim", swap: "outerHTML", values });
}

setInterval(() => {
  if (document.visibilityState === "visible" && Date.now() - lastInput < CLAIM_EVERY_MS) claim();
}, CLAIM_EVERY_MS);

const moves = {
  x: () => current()?.closest(".row").querySelector(".tick input")?.click(),
  j: () => walk(1),
  k: () => walk(-1),
  "?": () => keys?.showModal(),
  Enter: () => {
    const link = pane?.querySelector(".tip h2 a");
    if (link) location.href = link.href;
  },
};

const writesIn = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select");

function takesLastUsed(target) {
  const last = target.id === "story-q" && !target.value.trim() && pane?.querySelector("[data-last-used]");
  if (last) last.click();
  return Boolean(last);
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const sheet = document.querySelector("details.menu[open]");
  if (event.key === "Escape") {
    if (sheet) {
      sheet.open = false;
      sheet.querySelector("summary").focus();
    } else if (writesIn(event.target)) {
      event.target.blur();
    }
    return;
  }
  if (event.key === "Enter" && takesLastUsed(event.target)) event.preventDefault();
  if (writesIn(event.target) || keys?.open) return;
  // A button under the focus keeps its own Enter.
  if (event.key === "Enter" && !event.target.matches("body, main, .pane, .row-link, .tick input")) return;
  const digit = sheet?.querySelector(`[data-digit="${CSS.escape(event.key)}"]`);
  if (digit) digit.click();
  else if (sheet && /^\d$/.test(event.key)) return; // the sheet's digits, and not those of the likely stories
  else if (moves[event.key]) moves[event.key]();
  else if (!press(event.key)) return;
  event.preventDefault();
});

rows?.addEventListener("click", (event) => {
  const link = event.target.closest(".row-link");
  if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || !paneShows()) return;
  event.preventDefault();
  open(link);
});

document.addEventListener("click", (event) => {
  for (const sheet of document.querySelectorAll("details.menu[open]")) {
    if (!sheet.contains(event.target)) sheet.open = false;
  }
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== pane) return;
  pane.scrollTop = 0;
  claim();
  const ref = pane.querySelector(".tip")?.dataset.ref;
  const link = ref && document.querySelector(`#row-${CSS.escape(ref)} .row-link`);
  if (link && link !== current()) mark(link);
  // What had the focus is gone with the old tip: a screen reader goes on at the new one, or at what is wrong.
  const urgent = pane.querySelector("[autofocus]");
  if (urgent) urgent.focus();
  else if (document.activeElement === document.body) pane.focus({ preventScroll: true });
});

function say(words) {
  const line = document.createElement("p");
  line.textContent = words;
  const notice = document.createElement("div");
  notice.className = "notice wrong";
  notice.append(line);
  notices.replaceChildren(notice);
}

document.addEventListener("htmx:sendError", () => say("The desk cannot be reached. Nothing was changed. Try again in a moment."));
document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.xhr.responseText) say("The desk could not do that. Nothing was changed.");
});
