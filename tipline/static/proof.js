// Under suspicion the server asks for a sum: this works it out, out of the way, and sends the form by itself.
// The challenge is ALTCHA's, version 2, with SHA-256; the answer goes back as base64 of {challenge, solution}.
let working = false;
let worker = null;

const start = () => {
  working = false;
  worker?.terminate();
  const part = document.getElementById("proof");
  if (!part) return;
  const challenge = JSON.parse(part.dataset.challenge);
  const show = (what) => {
    working = what === "working";
    for (const each of part.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== what;
    part.setAttribute("aria-labelledby", `proof-${what}`);
  };
  worker = new Worker(part.dataset.worker);
  worker.addEventListener("error", () => show("failed"));
  worker.addEventListener("message", ({ data: solution }) => {
    worker.terminate();
    working = false;
    document.getElementById("proof-answer").value = btoa(JSON.stringify({ challenge, solution }));
    document.getElementById("token").click();
  });
  show("working");
  worker.postMessage(challenge.parameters);
  // After whoever put the form here has set the focus.
  setTimeout(() => part.focus());
};

document.addEventListener("submit", (event) => {
  if (!working || event.submitter?.id === "unchecked") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("tip:shown", start);
start();
