// The palette (Ctrl-K): whatever can be done or gone to from here, found by its name. It only presses what is on the page.
const palette = document.getElementById("palette");
const input = document.getElementById("palette-q");
const list = document.getElementById("palette-list");
const none = document.getElementById("palette-none");
const MOVES = new Set(["j", "k", "x", "o", "g", "?"]);
let offers = [];

const visible = (one) => one.offsetParent || one.closest("details.menu");
const here = (act) => MOVES.has(act) ? act === "?" || act === "g" || document.getElementById("rows")
  : [...document.querySelectorAll(`[data-key="${CSS.escape(act)}"]`)].some((one) => visible(one) && !one.hidden);

function acts() {
  return [...document.querySelectorAll("#keys [data-act]")].filter((one) => here(one.dataset.act)).map((one) => ({
    words: one.querySelector("dd").textContent,
    key: document.documentElement.classList.contains("keys-off") ? "" : one.querySelector("kbd").textContent,
    run: () => document.dispatchEvent(new CustomEvent("tipline:act", { detail: one.dataset.act })),
  }));
}

function pages() {
  return [...document.querySelectorAll(".staffbar nav a, .views a, .account-menu a")].map((link) => ({
    words: `Go to ${link.textContent.replace(/\s+/g, " ").trim()}`,
    key: link.dataset.go ? `g ${link.dataset.go}` : "",
    run: () => link.click(),
  }));
}

const fits = (offer) => input.value.toLowerCase().split(/\s+/).every((word) => offer.words.toLowerCase().includes(word));

function option(offer, index) {
  const line = document.createElement("li");
  line.id = `palette-${index}`;
  line.setAttribute("role", "option");
  const words = document.createElement("span");
  words.textContent = offer.words[0].toUpperCase() + offer.words.slice(1);
  line.append(words);
  if (offer.key) {
    const key = document.createElement("kbd");
    key.textContent = offer.key;
    line.append(key);
  }
  line.addEventListener("click", () => run(offer));
  return line;
}

function fill() {
  offers = [...acts(), ...pages()].filter(fits);
  list.replaceChildren(...offers.map(option));
  none.textContent = offers.length ? "" : "Nothing here is called that. Try another word.";
  choose(0);
}

function choose(index) {
  for (const line of list.children) line.setAttribute("aria-selected", "false");
  const line = list.children[index];
  if (!line) {
    input.removeAttribute("aria-activedescendant");
    return;
  }
  line.setAttribute("aria-selected", "true");
  input.setAttribute("aria-activedescendant", line.id);
  line.scrollIntoView({ block: "nearest" });
}

const chosen = () => [...list.children].findIndex((line) => line.getAttribute("aria-selected") === "true");

function run(offer) {
  palette.close();
  offer.run();
}

const steps = { ArrowDown: 1, ArrowUp: -1 };

input?.addEventListener("input", fill);
input?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const at = chosen();
  if (steps[event.key] && offers.length) choose((at + steps[event.key] + offers.length) % offers.length);
  else if (event.key === "Enter" && offers[at]) run(offers[at]);
  else return;
  event.preventDefault();
});
palette?.addEventListener("click", (event) => event.target === palette && palette.close());

document.addEventListener("keydown", (event) => {
  if (!palette || event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  event.preventDefault();
  if (palette.open) {
    palette.close();
    return;
  }
  document.querySelector("dialog[open]")?.close();
  input.value = "";
  palette.showModal();
  fill();
});
