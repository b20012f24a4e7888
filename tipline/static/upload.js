// Files of a reader's form, sent in parts while the reader writes: progress, stopping, and going on after the
// connection broke. Without this script the same field sends them in the form's body.
const GRAIN = 512 * 1024; // parts begin and end at multiples of this
const PARTS = { least: GRAIN, first: 2 * GRAIN, most: 8 * GRAIN };
const QUICK = 1000;
const SLOW = 8000;
const PATIENCE = 60000; // without any progress
const PAUSES = [1000, 2000, 4000, 8000, 16000, 30000];

let listening = new AbortController();

// A form that was sent comes back as a new piece of the page.
begin();
document.addEventListener("tip:shown", begin);

function begin() {
  listening.abort();
  listening = new AbortController();
  const area = document.getElementById("files-area");
  if (area) take(area, listening.signal);
}

function take(area, signal) {
  const input = area.querySelector("input[type=file]");
  const list = document.getElementById("files-list");
  const said = document.getElementById("files-said");
  const form = area.closest("form");
  const words = JSON.parse(area.dataset.said);
  const percent = new Intl.NumberFormat(document.documentElement.lang, { style: "percent" });
  const uploads = new Set();
  let running = null;
  let waiting = null; // the button that was pressed before the files were here
  let pressed = null; // for browsers that do not say so with the form

  const say = (text) => { said.textContent = text; };
  const fill = (text, values) => text.replace(/%\((\w+)\)s/g, (_, name) => values[name]);
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const written = (unit) => new Intl.NumberFormat(`${document.documentElement.lang}-u-nu-latn`, { style: "unit", unit, maximumFractionDigits: unit === "megabyte" ? 1 : 0 });
  const [kilobytes, megabytes] = ["kilobyte", "megabyte"].map(written);
  const size = (bytes) => (bytes < 1048576 ? kilobytes.format(Math.max(1, bytes / 1024)) : megabytes.format(bytes / 1048576));
  const pause = (milliseconds) => new Promise((go) => {
    const timer = setTimeout(go, milliseconds);
    addEventListener("online", () => { clearTimeout(timer); go(); }, { once: true });
  });

  function post(path, fields, watch = () => {}, began = () => {}) {
    return new Promise((done, lost) => {
      const request = new XMLHttpRequest();
      const body = new FormData();
      // files wait for an older token, when the form carries one, else for its own
      const [stamp] = ["stage", "token", "once"].map((name) => form.querySelector(`input[name=${name}]`)).filter(Boolean);
      body.append("token", stamp.value);
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      let alarm = 0;
      const patient = () => { clearTimeout(alarm); alarm = setTimeout(() => request.abort(), PATIENCE); };
      request.upload.addEventListener("progress", (event) => { patient(); watch(event.loaded); });
      request.addEventListener("loadend", () => {
        clearTimeout(alarm);
        let answer = null;
        try { answer = JSON.parse(request.responseText); } catch { /* a page, from something in between */ }
        if (answer?.error) done({ ...answer, again: request.status === 429 || request.status >= 500 });
        else if (answer) done(answer);
        else lost(new Error("lost"));
      });
      request.open("POST", path);
      request.setRequestHeader("Accept", "application/json");
      began(request);
      patient();
      request.send(body);
    });
  }

  class Upload {
    constructor(file) {
      this.file = file;
      this.sent = 0;
      this.part = PARTS.first;
      this.state = "waiting";
      this.ref = "";
      this.row = make("li", {});
      this.bar = make("progress", { max: file.size || 1, value: 0 });
      this.bar.setAttribute("aria-label", file.name);
      this.note = make("span", { className: "file-state", textContent: words.waiting });
      this.again = button(words.again, file.name, () => this.restart());
      this.button = button(words.cancel, file.name, () => this.leave());
      const acts = make("span", { className: "file-acts" });
      acts.append(this.again, this.button);
      this.again.hidden = true;
      this.row.append(make("span", { className: "file-name", dir: "auto", textContent: file.name }), this.note, acts, this.bar);
      list.append(this.row);
    }

    get id() {
      return `${this.file.size}-${this.file.lastModified}-${hash(this.file.name)}`;
    }

    show(loaded) {
      this.bar.value = loaded;
      this.note.textContent = fill(words.percent, { percent: percent.format(loaded / (this.file.size || 1)), size: size(this.file.size) });
    }

    leave() {
      this.state = "gone";
      this.request?.abort();
      uploads.delete(this);
      drop(this.row, { upload: this.id }, this.file.name, this.ref);
    }

    restart() {
      this.state = "waiting";
      this.row.classList.remove("failed");
      this.bar.hidden = false;
      this.again.hidden = true;
      this.button.focus();
      name(this.button, words.cancel, this.file.name);
      next();
    }

    fields(more) {
      return { upload: this.id, name: this.file.name, size: this.file.size, offset: this.sent, ...more };
    }

    async run() {
      this.state = "going";
      say(fill(words.going, { name: this.file.name }));
      let failures = 0;
      let known = false; // how much the server has
      while (this.state === "going") {
        try {
          const answer = known ? await this.step() : await post(area.dataset.send, this.fields({}));
          // it may have been begun after it was removed; parts are never added to a file that is gone
          if (this.state === "gone" && !known) post(area.dataset.remove, { upload: this.id }).catch(() => {});
          if (this.state !== "going") return;
          known = true;
          failures = 0;
          this.take(answer);
        } catch {
          if (this.state !== "going") return;
          known = false;
          this.note.textContent = words.broken;
          if (!failures) say(words.broken);
          await pause(PAUSES[Math.min(failures++, PAUSES.length - 1)]);
        }
      }
    }

    async step() {
      const chunk = this.file.slice(this.sent, this.sent + this.part);
      const began = performance.now();
      const answer = await post(
        area.dataset.send,
        this.fields(chunk.size ? { chunk } : {}),
        (loaded) => this.show(Math.min(this.sent + loaded, this.sent + chunk.size)),
        (request) => { this.request = request; },
      );
      const took = performance.now() - began;
      if (took < QUICK) this.part = Math.min(this.part * 2, PARTS.most);
      if (took > SLOW) this.part = Math.max(this.part / 2, PARTS.least);
      return answer;
    }

    take(answer) {
      if (answer.error) return this.fail(answer.error, answer.again);
      this.ref = answer.ref || this.ref;
      this.sent = answer.received;
      this.show(this.sent);
      if (answer.done) this.finish();
    }

    finish() {
      this.state = "done";
      this.bar.hidden = true;
      this.row.dataset.ref = this.ref;
      this.row.append(make("input", { type: "hidden", name: "has", value: this.ref }));
      this.note.textContent = `${size(this.file.size)}, ${words.arrived}`;
      name(this.button, words.remove, this.file.name);
      say(fill(words.done, { name: this.file.name }));
    }

    fail(sentence, again = false) {
      this.state = "failed";
      this.again.hidden = !again;
      this.bar.hidden = true;
      this.row.classList.add("failed");
      this.note.textContent = sentence;
      name(this.button, words.remove, this.file.name);
      say(sentence);
    }
  }

  function hash(text) {
    let number = 5381;
    for (const character of text) number = (Math.imul(number, 33) ^ character.codePointAt(0)) >>> 0;
    return number.toString(36);
  }

  function name(button, text, file) {
    button.replaceChildren(text, make("span", { className: "visually-hidden", textContent: ` ${file}` }));
  }

  function button(text, file, act) {
    const made = make("button", { type: "button", className: "button quiet" });
    name(made, text, file);
    made.addEventListener("click", act);
    return made;
  }

  function drop(row, fields, file, ref) {
    // should the word not get through, the form says it again
    if (ref) form.append(make("input", { type: "hidden", name: "leave_out", value: ref }));
    const following = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (following?.querySelector("button:not([hidden])") ?? input).focus();
    post(area.dataset.remove, fields).catch(() => {});
    say(fill(words.removed, { name: file }));
  }

  function add(files) {
    for (const file of files) {
      const upload = new Upload(file);
      if ([...uploads].some((other) => other.id === upload.id && other.state !== "failed")) {
        upload.row.remove();
        continue;
      }
      uploads.add(upload);
      const count = list.querySelectorAll("li:not(.failed)").length;
      const total = [...uploads].reduce((sum, each) => sum + (each.state === "failed" ? 0 : each.file.size), 0);
      if (count > Number(area.dataset.maxFiles)) upload.fail(words.many);
      else if (total > Number(area.dataset.mostBytes)) upload.fail(words.large);
    }
    area.closest("details")?.setAttribute("open", "");
    next();
  }

  async function next() {
    if (running) return;
    running = [...uploads].find((upload) => upload.state === "waiting") ?? null;
    if (running) {
      await running.run();
      running = null;
      next();
    } else if (waiting !== null) {
      const button = waiting;
      waiting = null;
      document.getElementById("files-wait").hidden = true;
      const failed = [...uploads].find((upload) => upload.state === "failed");
      if (failed) failed.button.focus();
      else button.click();
    }
  }

  input.addEventListener("change", () => {
    add([...input.files]);
    input.value = ""; // so that the body does not bring them again
  });
  form.addEventListener("submit", (event) => {
    if (!running) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    waiting = event.submitter ?? pressed ?? form.querySelector("[data-sending]");
    // Send, or something that only changes the page: another language, another story.
    const sentence = waiting.name ? words.turn : words.wait;
    say(sentence);
    Object.assign(document.getElementById("files-wait"), { hidden: false, textContent: sentence });
  }, { capture: true });
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.form === form) pressed = button;
  }, { signal, capture: true });
  document.addEventListener("tip:left", () => {
    // form.js erases what is there; nothing may follow it
    for (const upload of uploads) {
      upload.state = "gone";
      upload.request?.abort();
    }
  }, { signal });
  document.addEventListener("dragover", (event) => {
    if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
  }, { signal });
  document.addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  }, { signal });
  document.addEventListener("paste", (event) => {
    // Word and Excel put a picture of the text beside the text
    const { files, types } = event.clipboardData ?? {};
    if (files?.length && !types.includes("text/plain")) add([...event.clipboardData.files]);
  }, { signal });

  for (const row of list.querySelectorAll("li[data-ref]")) {
    const file = row.querySelector(".file-name").textContent;
    row.querySelector("label").replaceWith(button(words.remove, file, () => drop(row, { ref: row.dataset.ref }, file, row.dataset.ref)));
  }
  document.getElementById("files-drop").hidden = false;
}
