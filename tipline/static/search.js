// Completion of the search field (ARIA combobox with a listbox): what the last word before the caret may become.
// Without this script the operators stand under the field, and everything can be typed.
const field = document.getElementById("queue-q");
const WAIT = 120; // milliseconds of quiet before the desk is asked

if (field) {
  const list = document.createElement("ul");
  list.id = "queue-completions";
  list.className = "completions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Completions");
  list.hidden = true;
  field.form.after(list);
  const status = document.createElement("span");
  status.className = "visually-hidden";
  status.setAttribute("role", "status");
  list.after(status);
  field.setAttribute("role", "combobox");
  field.setAttribute("aria-autocomplete", "list");
  field.setAttribute("aria-controls", list.id);
  field.setAttribute("aria-expanded", "false");

  let timer;
  let asked = 0;
  let chosen = -1;
  const options = () => [...list.children];
  const before = () => field.value.slice(0, field.selectionStart ?? field.value.length);
  // The same cut as the desk makes: an open quote belongs to the word.
  const lastWord = (text) => text.match(/(?:^|\s)(-?(?:[a-z]+:)?(?:"[^"]*|[^\s"]*))$/i)?.[1] ?? "";

  function close() {
    list.hidden = true;
    chosen = -1;
    field.setAttribute("aria-expanded", "false");
    field.removeAttribute("aria-activedescendant");
  }

  function choose(place) {
    const all = options();
    chosen = (place + all.length) % all.length;
    all.forEach((option, at) => option.setAttribute("aria-selected", String(at === chosen)));
    all[chosen].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", all[chosen].id);
  }

  function take(option) {
    const start = before();
    const rest = field.value.slice(start.length);
    const kept = start.slice(0, start.length - lastWord(start).length);
    const value = option.dataset.value;
    const open = value.endsWith(":");
    const typed = kept + value + (open || rest.startsWith(" ") ? "" : " ");
    field.value = typed + rest;
    field.setSelectionRange(typed.length, typed.length);
    close();
    if (open) ask();
  }

  function show(completions) {
    list.replaceChildren(
      ...completions.map(({ value, label }, place) => {
        const option = document.createElement("li");
        option.id = `queue-completion-${place}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.dataset.value = value;
        const name = document.createElement("bdi");
        name.textContent = value;
        const words = document.createElement("span");
        words.className = "muted";
        words.dir = "auto";
        words.textContent = label;
        option.append(name, " ", words);
        return option;
      }),
    );
    chosen = -1;
    field.removeAttribute("aria-activedescendant");
    list.hidden = !completions.length;
    field.setAttribute("aria-expanded", String(!list.hidden));
    status.textContent = completions.length ? `${completions.length} completions` : "";
  }

  async function ask() {
    const typed = before();
    if (!lastWord(typed)) return close();
    const number = ++asked;
    try {
      const answer = await fetch(`/newsroom/queue/completion?${new URLSearchParams({ typed })}`, { headers: { "HX-Request": "true" } });
      const { completions } = answer.ok && answer.status === 200 ? await answer.json() : { completions: [] };
      if (number === asked && document.activeElement === field) show(completions);
    } catch {
      close(); // the desk cannot be reached; typing goes on
    }
  }

  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  field.addEventListener("blur", () => {
    asked += 1;
    close();
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "ArrowDown" && list.hidden) ask();
    else if (list.hidden) return;
    else if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (["Enter", "Tab"].includes(event.key) && chosen >= 0) take(options()[chosen]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  // On the way down, so that the field keeps its focus.
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("[role=option]");
    if (option) take(option);
  });
}
