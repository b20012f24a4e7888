// Keeps a draft on this device, for those who ask for it: text and choices, never files, contact details or the trap.
// It goes when the tip is sent, when it is forgotten, when the page is left by its button, and after a week.
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

function keep() {
  clearTimeout(timer);
  const form = byId("tip");
  if (!form || form.dataset.sending || !byId("keep-draft").checked) return;
  const data = new FormData(form);
  const fields = Object.fromEntries(KEPT.map((name) => [name, data.get(name) ?? ""]));
  // With the token, a tip that had arrived after all is not stored twice.
  const files = Boolean(byId("files-list")?.children.length || data.get("stage"));
  const draft = { at: Date.now(), fields, files, token: data.get("token"), story: form.dataset.story };
  try {
    localStorage.setItem(KEY, JSON.stringify(draft));
    say("kept");
    byId("forget-draft").hidden = false;
  } catch {
    say("full");
  }
}

function forget() {
  clearTimeout(timer);
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
  say("back");
}

function start() {
  if (!byId("draft")) return;
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
  const untouched = !byId("body").value && !document.querySelector(".error-summary");
  if (draft?.fields.body && untouched) putBack(draft);
}

document.addEventListener("input", (event) => {
  if (event.target.id === "keep-draft") {
    if (event.target.checked) return keep();
    forget();
    byId("forget-draft").hidden = true;
    return say("forgotten");
  }
  if (event.target.form?.id !== "tip") return;
  clearTimeout(timer);
  timer = setTimeout(keep, PAUSE_MS);
});

document.addEventListener("click", (event) => {
  if (event.target.id !== "forget-draft") return;
  forget();
  byId("keep-draft").checked = false;
  byId("keep-draft").focus();
  byId("forget-draft").hidden = true;
  say("forgotten");
});

document.addEventListener("visibilitychange", () => document.hidden && byId("keep-draft")?.checked && keep());
document.addEventListener("tip:sent", forget);
document.addEventListener("tip:left", () => { byId("keep-draft").checked = false; forget(); });
document.addEventListener("tip:shown", start);
start();
