// Under suspicion the server asks for a sum: this works it out, out of the way, and sends the form by itself.
// The challenge is ALTCHA's, version 2, with SHA-256; the answer goes back as base64 of {challenge, solution}.
let working = false;
let worker = null;
let answers = 0; // in turn, none of which was taken
const ENOUGH = 2; // one may have come too late

const start = () => {
  working = false;
  worker?.terminate();
  const part = document.getElementById("proof");
  if (!part) {
    answers = 0;
    return;
  }
  const show = (what) => {
    working = what === "working";
    for (const each of part.querySelectorAll("[data-when]")) each.hidden = each.dataset.when !== what;
    part.setAttribute("aria-labelledby", `proof-${what}`);
  };
  if (answers < ENOUGH) {
    show("working");
    work(JSON.parse(part.dataset.challenge), part.dataset.worker, () => show("failed"));
  } else {
    answers = 0;
    show("failed");
  }
  // After whoever put the form here has set the focus.
  setTimeout(() => part.focus());
};

const work = (challenge, program, failed) => {
  worker = new Worker(program);
  worker.addEventListener("error", failed);
  worker.addEventListener("message", ({ data: solution }) => {
    worker.terminate();
    working = false;
    answers += 1;
    document.getElementById("proof-answer").value = btoa(JSON.stringify({ challenge, solution }));
    document.getElementById("token").click();
  });
  worker.postMessage(challenge.parameters);
};

document.addEventListener("submit", (event) => {
  if (!working || event.submitter?.id === "unchecked") return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

document.addEventListener("tip:shown", start);
start();
