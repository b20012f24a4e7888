// The next tip is fetched while this one is read, and painted the moment a decision is made. The answer to the
// decision has the last word: it replaces what was painted, unless that is the same tip as it stands.
import { afterPaint } from "./after-paint.js";

const pane = document.getElementById("pane");
const rows = document.getElementById("rows");
const spare = document.createElement("div");
const painted = new Map(); // request -> the tip it was about
let ahead = null; // the tip that was fetched: its link, its nodes, which load nothing before they stand in the page
let fetching = "";
let newest = null; // the last request for the pane: an older one's answer comes too late for it
const numbers = new WeakMap(); // request -> its place among those for the pane
let asked = 0;
let told = 0; // the number of the request whose notice stands
let late = false; // whether the answer that is being read is older than that

const stamp = (root) => {
  const tip = root.querySelector(".tip");
  return tip && `${tip.dataset.ref} ${tip.querySelector('.decisions [name="version"]')?.value}`;
};
const shown = () => pane.querySelector(".tip")?.dataset.ref;

function following() {
  const all = [...rows.querySelectorAll(".row")];
  const here = all.findIndex((row) => row.dataset.ref === shown());
  const waiting = (row) => !row.classList.contains("settled") && row.dataset.ref !== shown();
  return all.slice(here + 1).find(waiting) ?? all.find(waiting);
}

async function fetchAhead() {
  const row = following();
  const ref = row?.dataset.ref;
  if (!ref || ahead?.ref === ref || fetching === ref) return;
  ahead = null;
  fetching = ref;
  const link = row.querySelector(".row-link");
  try {
    const headers = { "HX-Request": "true", "HX-Current-URL": link.href };
    const answer = await fetch(`/newsroom/tips/${ref}`, { headers, redirect: "error", signal: AbortSignal.timeout(15000) });
    const read = document.createElement("template");
    read.innerHTML = answer.ok ? await answer.text() : "";
    if (answer.ok && following()?.dataset.ref === ref) ahead = { ref, href: link.href, nodes: read.content };
  } catch {
    ahead = null; // without it a decision waits for its answer
  }
  if (fetching === ref) fetching = "";
}

function put(href, ...nodes) {
  pane.replaceChildren(...nodes);
  htmx.process(pane);
  history.replaceState(null, "", href);
  pane.dispatchEvent(new CustomEvent("tipline:shown", { bubbles: true }));
}

const paint = (next) => put(next.href, next.nodes);

const leaves = (form) => /\/(decision|links)$/.test(form?.getAttribute("hx-post") ?? "");

function start(event) {
  const { elt, xhr, target } = event.detail;
  if (target !== pane) return;
  newest = xhr;
  numbers.set(xhr, (asked += 1));
  if (!leaves(elt) || !elt.closest("#pane") || !ahead || ahead.ref !== following()?.dataset.ref) return;
  const left = { ref: shown(), href: location.href, nodes: [...pane.childNodes] };
  // Which story was linked last stands in the next tip too, so a link's answer replaces what was painted.
  if (!/\/links$/.test(elt.getAttribute("hx-post"))) painted.set(xhr, left.ref);
  // The form is gone by then, so what htmx says on it reaches nobody.
  xhr.addEventListener("error", () => failed(left, "htmx:sendError", {}));
  const refused = () => xhr.status >= 400 && ![409, 422].includes(xhr.status);
  elt.addEventListener("htmx:beforeOnLoad", (answer) => answer.detail.xhr === xhr && refused() && answer.preventDefault());
  xhr.addEventListener("load", () => refused() && turnedDown(left, xhr));
  xhr.addEventListener("loadend", () => setTimeout(() => painted.delete(xhr)));
  // One thing after the other, or the server would be busy with all of them while the next tip is painted.
  xhr.addEventListener("load", () => setTimeout(fetchAhead));
  const { send } = xhr;
  xhr.send = (body) => afterPaint(() => send.call(xhr, body), () => sendFromTheDoor(elt, body));
  const next = ahead;
  ahead = null;
  document.getElementById(`row-${left.ref}`)?.classList.add("settled");
  queueMicrotask(() => paint(next)); // htmx is still reading the form
}

// Somebody leaves the page before the frame came: the browser keeps its promise to send this one.
function sendFromTheDoor(form, body) {
  const type = "application/x-www-form-urlencoded";
  navigator.sendBeacon(form.getAttribute("hx-post"), typeof body === "string" ? new Blob([body], { type }) : body);
}

function answered(event) {
  const { xhr, target } = event.detail;
  if (target !== pane) return;
  late = numbers.get(xhr) < told;
  told = Math.max(told, numbers.get(xhr));
  if (xhr.status >= 300) return;
  const page = new DOMParser().parseFromString(xhr.responseText, "text/html");
  if (newest === xhr && !(painted.has(xhr) && stamp(page) === stamp(pane))) return;
  event.detail.target = spare; // only what stands beside the tip is news
}

// Of two decisions the later one's notice stays, in whichever order they are answered: it holds its undo.
function keepNotice(event) {
  if (late && event.detail.target.id === "notices") event.detail.shouldSwap = false;
}

// What was decided was not stored: its tip comes back as it was left. The connection may be gone, so nothing
// is asked for.
function failed(left, said, detail) {
  document.dispatchEvent(new CustomEvent(said, { detail }));
  document.getElementById(`row-${left.ref}`)?.classList.remove("settled");
  put(left.href, ...left.nodes);
  for (const menu of pane.querySelectorAll("details.menu[open]")) menu.open = false;
}

function turnedDown(left, xhr) {
  const responseText = xhr.status < 500 ? xhr.responseText : "";
  failed(left, "htmx:responseError", { xhr: { responseText } });
  if (responseText) htmx.swap(xhr.getResponseHeader("HX-Retarget") ?? "#notices", responseText, { swapStyle: "innerHTML" });
}

if (rows && pane) {
  spare.hidden = true;
  document.body.append(spare);
  document.addEventListener("htmx:beforeRequest", start);
  document.addEventListener("htmx:beforeSwap", answered);
  document.addEventListener("htmx:oobBeforeSwap", keepNotice);
  document.addEventListener("htmx:afterSettle", (event) => event.detail.target === pane && fetchAhead());
  document.addEventListener("htmx:afterSwap", (event) => event.detail.target === spare && spare.replaceChildren());
  addEventListener("tipline:arrived", fetchAhead);
  if (document.readyState === "complete") fetchAhead();
  else addEventListener("load", fetchAhead);
}
