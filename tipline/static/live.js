// An open screen asks every five seconds what changed. Rows never move under the cursor: what arrived waits
// behind a button. A hidden page asks seldom, and only for who wants alerts; a lost connection is said quietly, and taken up again.
import { allowed, tell } from "./alerts.js";

const EVERY_MILLISECONDS = 5000;
const LONGEST_MILLISECONDS = 60000;
const ALERT_MILLISECONDS = 20000;
const groups = document.getElementById("groups");
const button = document.getElementById("arrivals");
const connection = document.getElementById("connection");
let mark = groups?.dataset.mark;
let tag = "";
let failures = 0;
let timer;
let asking = false;
let alerted = { mark, tag: "", words: "", notice: null };
let looking = Promise.resolve();

const address = (what, since) => `/newsroom/queue/${what}?${new URLSearchParams({ list: groups.dataset.list, since })}`;

class SignedOut extends Error {}

async function get(what, headers = {}, since = mark) {
  const answer = await fetch(address(what, since), { headers, redirect: "manual", cache: "no-store", signal: AbortSignal.timeout(15000) });
  if (answer.type === "opaqueredirect") throw new SignedOut();
  if (!answer.ok && answer.status !== 304) throw new Error(String(answer.status));
  return answer;
}

function later() {
  clearTimeout(timer);
  const pause = Math.min(EVERY_MILLISECONDS * 2 ** Math.max(failures, 0), LONGEST_MILLISECONDS);
  if (!document.hidden) timer = setTimeout(poll, pause);
  else if (alerting()) timer = setTimeout(askForAlert, Math.max(pause, ALERT_MILLISECONDS));
}

async function poll() {
  if (asking || document.hidden) return;
  asking = true;
  try {
    const asked = mark;
    const answer = await get("changes", tag ? { "If-None-Match": tag } : {});
    if (answer.status === 200) {
      const news = await answer.json();
      // What the button showed meanwhile is on the list already.
      if (asked === mark) show(news);
      tag = asked === mark ? answer.headers.get("ETag") : "";
    }
    failures = 0;
    say("");
  } catch (error) {
    if (error instanceof SignedOut) {
      asking = false;
      signedOut();
      return;
    }
    failures += 1;
    if (failures > 1 || !navigator.onLine) say("No connection. What you see may be old; we keep trying.");
  }
  asking = false;
  later();
}

const alerting = () => groups.dataset.alerts && allowed();

// While nobody looks: what came since somebody did, as one notice that grows.
async function askForAlert() {
  await looking;
  try {
    const headers = alerted.tag ? { "If-None-Match": alerted.tag } : {};
    const answer = await get("alert", headers, alerted.mark);
    if (answer.status === 200 && document.hidden) {
      const news = await answer.json();
      if (news.words && news.words !== alerted.words) alerted.notice = tell(news.words, groups.dataset.alerts);
      Object.assign(alerted, { tag: answer.headers.get("ETag"), words: news.words });
    }
    failures = 0;
  } catch (error) {
    if (error instanceof SignedOut) return signedOut();
    failures += 1;
  }
  later();
}

// Somebody looks again: what the screen shows them is no news any more.
async function looked() {
  alerted.notice?.close();
  try {
    const news = await (await get("alert", {}, alerted.mark)).json();
    alerted = { mark: news.mark, tag: "", words: "", notice: null };
  } catch {
    alerted.notice = null;
  }
}

function say(words) {
  if (connection.textContent !== words) connection.textContent = words;
}

function signedOut() {
  const link = document.createElement("a");
  link.href = location.href;
  link.textContent = "Sign in again";
  connection.replaceChildren("You are signed out; this list stands still. ", link);
}

function show(news) {
  button.querySelector("span").textContent = news.new;
  button.hidden = !news.new;
  const counted = [document.getElementById("queue-count"), document.getElementById("focus-count")];
  for (const place of counted) if (place && news.count) place.textContent = news.count;
  for (const place of document.querySelectorAll("[data-counted]")) place.textContent = news.counts[place.dataset.counted] ?? "0";
  for (const row of document.querySelectorAll("#rows .row")) claim(row, news.claims[row.dataset.ref]);
}

function claim(row, name) {
  const meta = row.querySelector(".row-meta");
  let line = meta.querySelector(".claim");
  if (!name) {
    line?.remove();
    return;
  }
  if (!line) {
    line = document.createElement("span");
    line.className = "claim";
    meta.append(line);
  }
  line.textContent = `${name} has it open`;
}

// The list of rows; an empty list has none yet.
function list() {
  const found = document.getElementById("rows");
  if (found) return found;
  location.reload();
  return null;
}

// A row that says the same is replaced where it stands; all others go on top.
function place(row, members) {
  const same = [row.dataset.ref, ...members].map((ref) => document.getElementById(`row-${ref}`)).find(Boolean);
  if (!same) return row;
  if (same.querySelector("[aria-current]")) row.querySelector(".row-link").setAttribute("aria-current", "true");
  same.replaceWith(row);
  return null;
}

async function bring() {
  button.disabled = true;
  try {
    const page = new DOMParser().parseFromString(await (await get("arrivals")).text(), "text/html");
    const arrived = page.getElementById("arrived");
    const rows = list();
    if (arrived.hasAttribute("data-more")) location.reload();
    else if (rows) {
      const members = new Map([...arrived.querySelectorAll("[data-for]")].map((one) => [one.dataset.for, one.dataset.members.split(" ")]));
      const fresh = [...arrived.querySelectorAll(".row")].map((row) => place(document.adoptNode(row), members.get(row.dataset.ref))).filter(Boolean);
      rows.prepend(...fresh);
      mark = groups.dataset.mark = arrived.dataset.mark;
      tag = "";
      button.hidden = true;
      groups.scrollTop = 0;
      const first = fresh[0]?.querySelector(".row-link");
      first?.focus({ preventScroll: true });
      for (const row of fresh) htmx.process(row);
      rows.dispatchEvent(new CustomEvent("tipline:arrived", { bubbles: true }));
    }
  } catch {
    say("The new tips could not be fetched. Try again in a moment.");
  }
  button.disabled = false;
}

if (mark) {
  button.addEventListener("click", bring);
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) return later();
    if (alerting()) looking = looked();
    poll();
  });
  addEventListener("online", () => {
    failures = -1; // what is on its way already may fail once more, which says nothing of the new connection
    poll();
  });
  addEventListener("offline", () => say("No connection. What you see may be old; we keep trying."));
  later();
}
