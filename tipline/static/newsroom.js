// The newsroom's keys and the reading pane. Every act is a form or a link on the page; keys only press them.
const pane = document.getElementById("pane");
const rows = document.getElementById("rows");
const keys = document.getElementById("keys");
const notices = () => document.getElementById("notices"); // each answer brings a new one

const links = () => (rows ? [...rows.querySelectorAll(".row-link")] : []);
const marked = () => (rows ? [...rows.querySelectorAll(".row-link[aria-current]")] : []);
const current = () => marked()[0];
const paneShows = () => Boolean(rows && pane && pane.offsetParent);

function mark(link) {
  for (const one of marked()) one.removeAttribute("aria-current");
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
  coming = link.closest(".row").dataset.ref;
  htmx.ajax("GET", `/newsroom/tips/${coming}`, { target: "#pane", swap: "innerHTML" });
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

// A letter names its act for ever; each person may have put another in its place (web/keys.py).
const own = JSON.parse(document.documentElement.dataset.keys ?? "{}");
const letters = own.letters ?? {};
const letterOf = (act) => letters[act] ?? act;
const actOf = (letter) => Object.keys(letters).find((act) => letters[act] === letter) ?? (letter in letters ? null : letter);

// Print each person's own letters on whatever has a key.
function print(root) {
  for (const one of root.querySelectorAll("[data-key]")) {
    const letter = own.off ? "" : letterOf(one.dataset.key);
    const label = one.matches("details") ? one.querySelector("summary") : one;
    const beside = one.form?.querySelector(`kbd[data-of="${one.dataset.key}"]`);
    const shown = beside ?? label.querySelector("kbd.of-key") ?? label.querySelector("kbd:not(.of-reason)");
    if (shown) shown.textContent = letter;
    if (shown) shown.hidden = !letter;
    if (letter) label.setAttribute("aria-keyshortcuts", letter);
    else label.removeAttribute("aria-keyshortcuts");
  }
}

const field = "textarea, input:not([type=hidden], [type=checkbox], [type=radio]), select";
const inClosedMenu = (one) => one.closest("details.menu:not([open])") && one.closest("details").offsetParent;
const reachable = (one) => !one.disabled && (one.offsetParent || inClosedMenu(one));

// The element that has a key now: in the notice first, because its undo belongs to what was just done.
function holder(act) {
  const found = [...document.querySelectorAll(`[data-key="${CSS.escape(act)}"]`)].filter(reachable);
  return found.find((one) => notices()?.contains(one)) ?? found[0];
}

function press(act) {
  const target = holder(act);
  if (!target) return false;
  if (target.matches("details.menu")) {
    target.open = !target.open;
    target.querySelector("summary").focus();
  } else if (target.matches("details")) {
    target.open = true;
    (target.querySelector(`form:last-of-type :is(${field})`) ?? target.querySelector("summary")).focus();
  } else if (target.matches(field)) {
    target.focus();
    target.select?.();
  } else {
    target.click();
  }
  return true;
}

// Until the tip that was moved to stands in the pane, a key that would decide the one before it waits.
const PASSING = ["j", "k", "x", "g", "?"];
let coming = null; // the tip that was asked for
let pressed = []; // the letters that wait for it

const shownRef = () => pane?.querySelector(".tip")?.dataset.ref;
const linkTo = (ref) => ref && document.querySelector(`#row-${CSS.escape(ref)} .row-link`);

function waits(act) {
  if (!coming || coming === shownRef() || going) return false;
  const target = holder(act);
  return pressed.length > 0 || !(PASSING.includes(act) || (target && !pane.contains(target)));
}

function came() {
  const letters = pressed;
  coming = null;
  pressed = [];
  // htmx is still at the answer that brought the tip
  queueMicrotask(() => letters.every((letter) => !underWay && key(letter)));
}

// It did not come: the row and the address are those of the tip that stands there.
document.addEventListener("htmx:afterRequest", ({ detail }) => {
  if (detail.successful || !coming || detail.requestConfig?.path !== `/newsroom/tips/${coming}`) return;
  const link = linkTo(shownRef());
  coming = null;
  pressed = [];
  if (!link) return;
  if (rows.contains(document.activeElement)) link.focus({ preventScroll: true });
  mark(link);
  history.replaceState(null, "", link.href);
});

function openPage() {
  const link = pane?.querySelector(".tip h2 a") ?? current() ?? links()[0];
  if (link) location.href = link.href;
}

const moves = {
  j: () => walk(1),
  k: () => walk(-1),
  x: () => current()?.closest(".row").querySelector(".tick input")?.click(),
  o: openPage,
  Enter: openPage,
  g: () => go(true),
  "?": () => keys?.showModal(),
};

let going;

// After g the bar shows its letters, for two seconds.
function go(on) {
  clearTimeout(going);
  going = on && setTimeout(go, 2000);
  document.documentElement.classList.toggle("going", Boolean(on));
}

function arrive(letter) {
  go(false);
  document.querySelector(`[data-go="${CSS.escape(letter)}"]`)?.click();
  return true;
}

const writesIn = (target) => target.matches("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

function escape(event, sheet) {
  if (going) go(false);
  else if (sheet) {
    sheet.open = false;
    sheet.querySelector("summary").focus();
  } else if (writesIn(event.target)) {
    event.target.blur();
  }
}

// In an open menu each line has a letter of its own; digits count its lines.
function choose(sheet, letter) {
  const line = sheet?.querySelector(`[data-letter="${CSS.escape(letter)}"], [data-digit="${CSS.escape(letter)}"]`);
  line?.click();
  return Boolean(line);
}

// Undo waits for what was sent before it: else it would take back the act before that one.
let underWay = 0;
let undosWaiting = 0;
const sentAt = new WeakMap(); // request for the pane -> when

function undo() {
  if (!underWay) return press("z");
  undosWaiting += 1;
  return true;
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target !== pane) return;
  sentAt.set(detail.xhr, Date.now());
  if (detail.requestConfig.verb !== "post") return;
  underWay += 1;
  detail.xhr.addEventListener("loadend", () => {
    underWay -= 1;
    if (underWay || !undosWaiting) return;
    undosWaiting -= 1;
    press("z");
  });
});

function does(act) {
  if (act === "z") return undo();
  if (!Object.hasOwn(moves, act)) return press(act);
  moves[act]();
  return true;
}

function takesLastUsed(target) {
  const last = target.id === "story-q" && !target.value.trim() && pane?.querySelector("[data-last-used]");
  if (last) last.click();
  return Boolean(last);
}

function key(letter) {
  if (going) return arrive(letter);
  const sheet = document.querySelector("details.menu[open]");
  const digit = /^\d$/.test(letter); // an open sheet's digits are not those of the likely stories
  return choose(sheet, letter) || (!(sheet && digit) && does(letter === "Enter" ? letter : actOf(letter)));
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (event.key === "Escape") {
    escape(event, document.querySelector("details.menu[open]"));
    return;
  }
  if (event.key === "Enter" && takesLastUsed(event.target)) event.preventDefault();
  if (own.off || writesIn(event.target) || document.querySelector("dialog[open]")) return;
  if (Date.now() < interruptedUntil) return interrupt(event);
  const act = event.key === "Enter" ? "Enter" : actOf(event.key);
  if (!act || (event.repeat && act !== "j" && act !== "k")) return;
  // A button under the focus keeps its own Enter.
  if (act === "Enter" && !event.target.matches("body, main, .pane, .row-link, .tick input")) return;
  if (waits(act)) pressed.push(event.key);
  else if (!key(event.key)) return;
  event.preventDefault();
});

// Where another tip came in under what somebody was writing or choosing, the rest of it are no acts: its keys
// mean nothing until they pause.
const PAUSE_MS = 800;
let interruptedUntil = 0;

function interrupt(key) {
  interruptedUntil = Date.now() + PAUSE_MS;
  key?.preventDefault();
}

const isBusy = () => pane?.contains(document.activeElement) && (writesIn(document.activeElement) || pane.querySelector("details.menu[open]"));

document.addEventListener("tipline:act", (event) => does(event.detail));
document.addEventListener("htmx:load", (event) => print(event.detail.elt));
document.addEventListener("tipline:shown", (event) => print(event.target));
print(document);
document.documentElement.classList.toggle("keys-off", Boolean(own.off));

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

// What somebody has half written about a tip waits for them there, while they read another.
const written = new Map(); // where a text is sent, and as what -> the text
const texts = () => [...(pane?.querySelectorAll("form textarea") ?? [])];
const placeOf = (text) => `${text.form.action} ${text.name}`;

function bringBack() {
  for (const text of texts()) {
    const kept = written.get(placeOf(text));
    if (!kept || text.value) continue;
    text.value = kept;
    const fold = text.closest("details");
    if (fold) fold.open = true;
  }
}

document.addEventListener("input", (event) => {
  if (texts().includes(event.target)) written.set(placeOf(event.target), event.target.value);
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const arrived = detail.xhr.status < 300 ? texts().filter((text) => text.form === detail.requestConfig.elt) : [];
  for (const text of arrived) written.delete(placeOf(text));
});

let lastInput = 0;
for (const kind of ["keydown", "pointerdown"]) {
  document.addEventListener(kind, () => { lastInput = Date.now(); }, { capture: true, passive: true });
}

let settled = shownRef(); // the tip that stood in the pane last
let busy = false; // whether somebody was writing or choosing there, when what came in replaced it

// The page of one tip is the next one's now.
function name(ref) {
  const spoken = `Tip ${ref.slice(0, 4)}-${ref.slice(4)}`;
  document.title = document.title.replace(/^.*(?= · )/, spoken);
  document.querySelector("h1").textContent = spoken;
  history.replaceState(null, "", pane.querySelector("#tip-title a").href);
}

function settle() {
  const ref = shownRef();
  if (coming && coming !== ref) return; // somebody has moved on
  pane.scrollTop = 0;
  bringBack();
  pane.dispatchEvent(new CustomEvent("tipline:settled"));
  const link = linkTo(ref);
  // a row that came back brings a mark of its own
  if (link && (marked().length !== 1 || link !== current())) mark(link);
  if (!rows && ref && ref !== settled) name(ref);
  // What had the focus is gone with the old tip: a screen reader goes on at the new one, or at what is wrong.
  // htmx gives the focus to the field of the same name, where in another tip keys would be letters.
  const urgent = pane.querySelector("[autofocus]");
  const strayed = ref !== settled && pane.contains(document.activeElement);
  if (urgent) urgent.focus();
  else if (strayed || document.activeElement === document.body) pane.focus({ preventScroll: true });
  settled = ref;
  if (coming) came();
}

document.addEventListener("htmx:beforeSwap", ({ detail: { target, xhr } }) => {
  if (target === pane) busy = isBusy() && lastInput > sentAt.get(xhr);
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target !== pane) return;
  if (busy && shownRef() !== settled) interrupt();
  settle();
});
pane?.addEventListener("tipline:shown", settle);

function say(words) {
  const line = document.createElement("p");
  line.textContent = words;
  const notice = document.createElement("div");
  notice.className = "notice wrong";
  notice.append(line);
  notices().replaceChildren(notice);
}

// Where nobody waits for its promise, htmx rejects it without a reason; the event has said what happened.
addEventListener("unhandledrejection", (event) => event.reason === undefined && event.preventDefault());
document.addEventListener("htmx:sendError", () => {
  say("The desk cannot be reached. Nothing was changed. Try again in a moment.");
  for (const sheet of document.querySelectorAll("details.menu[open]")) sheet.open = false; // its keys begin anew
});
document.addEventListener("htmx:responseError", (event) => {
  if (!event.detail.xhr.responseText) say("The desk could not do that. Nothing was changed.");
});
