// In a frame on another site: tells that page, and nobody else, how tall the form is, that the tip is
// sent, and that the reader wants to close it. Nothing of what is written leaves the frame.
const page = document.documentElement;
const { host } = page.dataset;

if (host && window !== window.parent) {
  const tell = (what, more) => window.parent.postMessage({ tipline: what, ...more }, host);

  new ResizeObserver(() => tell("height", { height: document.body.offsetHeight })).observe(document.body);
  if ("sent" in page.dataset) tell("sent");
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented && !event.isComposing) tell("close");
  });
  document.addEventListener("click", (event) => event.target.closest("[data-close]") && tell("close"));
  const offer = () => document.querySelectorAll("[data-close]").forEach((button) => { button.hidden = false; });
  document.addEventListener("tip:shown", offer);
  offer();
}
