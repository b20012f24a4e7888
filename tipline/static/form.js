// The reader's form, quicker: a count while writing, what the kind asks for, and a way out. It works the same without.
const byId = (id) => document.getElementById(id);

const count = () => {
  const body = byId("body");
  const shown = byId("body-count");
  if (!body || !shown) return;
  // Characters as the server counts them: an emoji is one, a line end is one.
  const left = Number(body.dataset.max) - [...body.value].length;
  const number = new Intl.NumberFormat(document.documentElement.lang).format(Math.abs(left));
  shown.textContent = (left < 0 ? shown.dataset.over : shown.dataset.left).replace("#", number);
  shown.classList.toggle("near", left >= 0 && left < 500);
  shown.classList.toggle("over", left < 0);
};

const start = () => {
  count();
  byId("leave-key")?.removeAttribute("hidden");
};

document.addEventListener("input", (event) => {
  if (event.target.id === "body") count();
});

document.addEventListener("change", (event) => {
  // A correction begins with its story, a press release with its sender.
  const first = event.target.name === "kind" && ["correction", "release"].includes(event.target.value);
  if (first) byId("details")?.setAttribute("open", "");
});

// Files that were added and not sent are erased: the word travels by itself, and the leaving waits for nothing.
const forgetFiles = () => {
  const find = (name) => document.querySelector(`:is(#tip, #reply, #open) input[name=${name}]`);
  const stamp = find("stage") ?? find("token") ?? find("once");
  if (!stamp || !(find("stage") || byId("files-list")?.children.length)) return;
  if (stamp.form.dataset.sending) return; // they belong to what is on its way
  navigator.sendBeacon?.(byId("leave").dataset.forget, new URLSearchParams({ token: stamp.value, all: "y" }));
};

// The page is emptied and replaced, so that neither the text nor the way back stays on the screen.
const go = () => {
  document.dispatchEvent(new Event("tip:left"));
  forgetFiles();
  for (const form of document.forms) form.reset();
  document.body.hidden = true;
  document.title = " ";
  location.replace(byId("leave").href);
};

document.addEventListener("click", (event) => {
  if (!event.target.closest("#leave")) return;
  event.preventDefault();
  go();
});

let escaped = -Infinity;
document.addEventListener("keydown", (event) => {
  // while a word is being composed, Escape belongs to the keyboard
  if (event.key !== "Escape" || event.repeat || event.isComposing || !byId("leave")) return;
  if (event.timeStamp - escaped < 1000) go();
  escaped = event.timeStamp;
  byId("leave-said").textContent = byId("leave-said").dataset.onceMore;
});

document.addEventListener("tip:shown", start);
start();
