// Sends a form in the background, so that a lost connection costs nothing: the page stays until there is an answer.
// A tip's receipt is then asked for by an ordinary form post, so that it is a page which survives a reload.
const PATIENCE_MS = 60_000; // for text; files take as long as they take

document.addEventListener("submit", (event) => {
  const form = event.target;
  // a browser that does not say which button was pressed sends by itself, and means the same
  if (!form.dataset.background || !("submitter" in event)) return;
  event.preventDefault(); // also for another language: files on their way go on
  if (form.dataset.sending) return;
  send(form, event.submitter);
});

async function send(form, button) {
  const data = new FormData(form);
  if (button?.name) data.append(button.name, button.value);
  const address = button?.hasAttribute("formaction") ? button.formAction : form.action;
  const done = busy(form);
  let answer, page;
  try {
    answer = await post(address, data);
    page = new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (error) {
    done();
    lost(error.name === "TimeoutError" ? "failed" : "offline");
    return;
  }
  if (answer.status === 201 && form.id === "tip") {
    document.dispatchEvent(new Event("tip:sent"));
    showReceipt(form, data.get("token"));
    return;
  }
  done();
  // a page that could not carry all of it is no page to go on with: this one has it all
  const whole = answer.status !== 413;
  if (whole && (page.getElementById(form.id) || page.getElementById("open"))) {
    if (button?.name === "speak") history.replaceState(null, "", address);
    show(page);
  } else lost(whole ? "failed" : "large");
}

function post(address, data) {
  const pairs = [...data];
  const files = pairs.some(([, value]) => value instanceof File && value.size > 0);
  const text = pairs.filter(([, value]) => typeof value === "string");
  return fetch(address, {
    method: "POST",
    body: files ? data : new URLSearchParams(text),
    credentials: "omit",
    signal: files ? undefined : AbortSignal.timeout?.(PATIENCE_MS),
  });
}

// Nothing can be written that would not be sent; the fields are read by now.
function busy(form) {
  const button = form.querySelector("[data-sending]");
  const words = [...button.childNodes];
  const still = (yes) => {
    for (const field of form.querySelectorAll("input, textarea")) {
      if (["radio", "checkbox"].includes(field.type)) field.disabled = yes;
      else field.readOnly = yes;
    }
  };
  form.dataset.sending = "yes";
  still(true);
  button.setAttribute("aria-busy", "true");
  button.textContent = document.getElementById("send-said").textContent = button.dataset.sending;
  return () => {
    delete form.dataset.sending;
    still(false);
    button.removeAttribute("aria-busy");
    button.replaceChildren(...words);
    document.getElementById("send-said").textContent = "";
  };
}

// What the server says of the form takes the place of the page, which may have become one in another language.
function show(page) {
  const { lang, dir } = page.documentElement;
  const switched = lang !== document.documentElement.lang;
  Object.assign(document.documentElement, { lang, dir });
  document.title = page.title;
  document.body.replaceChildren(...page.body.children);
  document.dispatchEvent(new Event("tip:shown"));
  const here = switched && document.querySelector("#languages [aria-current]");
  (here || document.querySelector(".error-summary, .said") || document.getElementById("main")).focus();
}

function lost(why) {
  const words = document.getElementById("lost");
  const shown = words.content.cloneNode(true);
  for (const part of shown.querySelectorAll("[data-when]")) if (part.dataset.when !== why) part.remove();
  document.querySelector(".error-summary")?.remove();
  document.querySelector("main > .column").prepend(shown);
  document.title = words.dataset.title;
  document.querySelector(".error-summary").focus();
}

function showReceipt(form, token) {
  const again = document.createElement("form");
  again.method = "post";
  again.action = form.action;
  for (const [name, value] of Object.entries({ token, again: "y" })) {
    const field = document.createElement("input");
    Object.assign(field, { type: "hidden", name, value });
    again.append(field);
  }
  form.reset(); // so that “back” shows no words of theirs
  document.body.append(again);
  again.submit();
}
