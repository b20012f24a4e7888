// Opening a tip claims it for two minutes, and again each minute while somebody is at the keys. A page that
// merely stands open claims nothing, and neither does who only walks past.
const pane = document.getElementById("pane");
const CLAIM_EVERY_MS = 60_000;
const STAY_MS = 400;
let lastInput = 0;
let letGo = null; // the tip that was let go here: nobody's until it is opened anew, or somebody says otherwise

const shown = () => pane?.querySelector(".tip")?.dataset.ref;

for (const kind of ["keydown", "pointerdown"]) {
  document.addEventListener(kind, () => { lastInput = Date.now(); }, { capture: true, passive: true });
}

function claim() {
  const box = document.getElementById("claim");
  if (letGo !== shown()) letGo = null;
  if (!box || letGo || !navigator.onLine || box.contains(document.activeElement)) return;
  const values = Object.fromEntries([...new FormData(box.querySelector("form"))].filter(([name]) => name !== "act"));
  htmx.ajax("POST", box.dataset.claim, { target: "#claim", swap: "outerHTML", values });
}

document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
  if (elt.closest?.("#claim")) letGo = elt.elements.act?.value === "release" ? shown() : null;
});
let staying;
pane?.addEventListener("tipline:settled", () => {
  clearTimeout(staying);
  staying = setTimeout(claim, STAY_MS);
});
setInterval(() => {
  if (document.visibilityState === "visible" && Date.now() - lastInput < CLAIM_EVERY_MS) claim();
}, CLAIM_EVERY_MS);
