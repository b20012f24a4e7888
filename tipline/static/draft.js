// Keeps a draft on this device, for those who ask for it: text and choices, never files, contact details or the trap.
// It goes when the tip is sent, when it is forgotten, when the page is left by its button, and after a week.
// Without being asked, the window's own history holds the same, so that Back and reloading lose nothing: it goes
// with the window, when the tip is sent, and when the page is left by its button.
const KEY = "tipline-draft";
const LONGEST_MS = 7 * 24 * 3600 * 1000;
const PAUSE_MS = 400;
const KEPT = ["kind", "body", "how", "about", "place", "happened", "link", "files_mine", "files_use", "files_facts"];
const byId = (id) => document.getElementById(id);
const say = (what) => { byId("draft-said").textContent = what ? byId("draft-said").dataset[what] : ""; };

let timer = 0;

function stored() {
  try {
    const draft = JSON.parse(localStorage.getItem(KEY));
    if (draft && Date.now() - draft.at < LONGEST_MS) return draft;
    localStorage.removeItem(KEY);
  } catch {
    // none, or not ours
  }
  return null;
}

function written(form) {
  const data = new FormData(form);
  const fields = Object.fromEntries(KEPT.map((name) => [name, data.get(name) ?? ""]));
  // With the token, a tip that had arrived after all is not stored twice.
  const files = Boolean(byId("files-list")?.children.length || data.get("stage"));
  return { at: Date.now(), fields, files, token: data.get("token"), story: form.dataset.story };
}

function remember(tip) {
  try {
    history.replaceState({ tip }, "");
  } catch {
    // too often, or too long
  }
}

function keep() {
  clearTimeout(timer);
  const form = byId("tip");
  if (!form || form.dataset.sending) return;
  const draft = written(form);
  remember(draft);
  if (!byId("keep-draft").checked) return;
  try {
    localStorage.setItem(KEY, JSON.stringify(draft));
    say("kept");
    byId("forget-draft").hidden = false;
  } catch {
    say("full");
  }
}

function soon() {
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE_MS);
}

function forget() {
  clearTimeout(timer);
  remember(null);
  try {
    localStorage.removeItem(KEY);
  } catch {
    // then nothing was kept either
  }
}

function putBack(draft) {
  const form = byId("tip");
  for (const name of KEPT) {
    for (const field of form.querySelectorAll(`[name="${name}"]`)) {
      if (["radio", "checkbox"].includes(field.type)) field.checked = field.value === draft.fields[name];
      else field.value = draft.fields[name];
      if (draft.fields[name] && name !== "kind") field.closest("details")?.setAttribute("open", "");
    }
  }
  // Files wait under the token: the page is asked for once more, so that they are seen before they are sent.
  const again = document.querySelector("#languages [aria-current]");
  const mine = draft.story === form.dataset.story && draft.token && (!draft.files || again);
  if (mine) form.querySelector('[name="token"]').value = draft.token;
  if (mine && draft.files) again.click();
  byId("body").dispatchEvent(new Event("input", { bubbles: true }));
  clearTimeout(timer); // nothing is new yet
}

function start(answered) {
  if (!byId("draft")) return;
  // What the server answers has all that was sent, under a token of its own: nothing older goes over it.
  const amiss = answered || document.querySelector(".error-summary, #proof");
  const left = amiss ? null : history.state?.tip;
  if (left) putBack(left);
  else if (byId("tip") && (answered || byId("body").value)) remember(written(byId("tip")));
  if (byId("files-list")) new MutationObserver(soon).observe(byId("files-list"), { childList: true });
  try {
    localStorage.setItem(`${KEY}-test`, "");
    localStorage.removeItem(`${KEY}-test`);
  } catch {
    return; // this browser keeps nothing, so nothing is offered
  }
  const draft = stored();
  byId("draft").hidden = false;
  byId("keep-draft").checked = Boolean(draft);
  byId("forget-draft").hidden = !draft;
  if (!draft?.fields.body || amiss || (!left && byId("body").value)) return;
  if (!left) putBack(draft);
  say("back");
}

document.addEventListener("input", (event) => {
  if (event.target.id === "keep-draft") {
    if (event.target.checked) return keep();
    forget();
    byId("forget-draft").hidden = true;
    return say("forgotten");
  }
  if (event.target.form?.id === "tip") soon();
});

document.addEventListener("click", (event) => {
  if (event.target.id !== "forget-draft") return;
  forget();
  byId("keep-draft").checked = false;
  byId("keep-draft").focus();
  byId("forget-draft").hidden = true;
  say("forgotten");
});

document.addEventListener("visibilitychange", () => document.hidden && byId("keep-draft") && keep());
addEventListener("pagehide", () => timer && byId("keep-draft") && keep());
document.addEventListener("tip:sent", forget);
document.addEventListener("tip:left", () => { byId("keep-draft").checked = false; forget(); });
document.addEventListener("tip:shown", () => start(true));
start(false);
