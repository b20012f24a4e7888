// “Got A Tip?” on another site's page: a button, and a dialog that holds the form in a frame.
// The server wraps this file in a block and calls put({…}) with the newsroom's words and origins.
// It needs no cookie and no storage; without script, or on a page that may not embed it, a link does.
const tag = document.currentScript ?? document.querySelector("script[data-tipline]");
const desk = new URL(tag.src).origin;
const html = document.documentElement;

const make = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

// Read when it is needed: a script in the head runs before the page says which address is its own.
const address = (path, more) => {
  const canonical = document.querySelector('link[rel~="canonical"]')?.href;
  const query = new URLSearchParams({ url: canonical || location.origin + location.pathname, ...more });
  if (html.lang) query.set("lang", html.lang);
  return `${desk}${path}?${query}`;
};

const look = (accent) => `
:host { all: initial; color-scheme: light dark; --accent: ${accent}; --fill: var(--accent); }
@supports (color: oklch(from red l c h)) { :host { --fill: oklch(from var(--accent) min(l, .54) c h); } }
.tip { display: inline-block; padding: .7em 1.3em; border: 0; border-radius: 6px; background: var(--fill); color: #fff; font: 600 16px/1.25 system-ui, sans-serif; text-decoration: none; cursor: pointer; }
.tip:hover { background: color-mix(in oklab, var(--fill), #000 14%); }
.float { position: fixed; inset-block-end: 16px; inset-inline-end: 16px; z-index: 2147483000; box-shadow: 0 2px 12px #0004; }
:focus-visible { outline: 3px solid var(--fill); outline-offset: 2px; }
dialog { inline-size: min(42rem, 100vw - 3rem); max-block-size: calc(100dvh - 3rem); padding: 0; border: 0; border-radius: 10px; overflow: hidden; background: light-dark(#fbfaf6, #171614); color: light-dark(#1d1b18, #ece8df); font: 15px/1.4 system-ui, sans-serif; box-shadow: 0 16px 64px #0006; }
dialog[open] { display: flex; flex-direction: column; }
dialog::backdrop { background: #0009; }
header { display: flex; align-items: center; gap: .6rem; padding-inline: 1rem .4rem; border-block-end: 1px solid light-dark(#e1ddd2, #36332e); }
header strong { flex: 1; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
header a { color: inherit; padding-block: .8em; }
header button { inline-size: 44px; block-size: 44px; border: 0; border-radius: 6px; background: none; color: inherit; font: 26px/1 system-ui, sans-serif; cursor: pointer; }
iframe { border: 0; inline-size: 100%; block-size: 80dvh; min-block-size: 8rem; flex: 0 1 auto; }
@media (width < 36rem) { dialog { inline-size: 100%; max-inline-size: 100%; block-size: 100%; max-block-size: 100dvh; border-radius: 0; } iframe { flex: 1; } }
@media (prefers-reduced-motion: no-preference) { dialog[open] { animation: rise .14s ease-out; } @keyframes rise { from { opacity: 0; translate: 0 8px; } } }
`;

const put = (newsroom) => {
  const allowed = newsroom.origins.includes(location.origin);
  const chosen = { className: "tip", textContent: tag.dataset.tipline || newsroom.button };
  const button = allowed
    ? make("button", { ...chosen, type: "button", ariaHasPopup: "dialog" })
    : make("a", { ...chosen, href: address("/tip"), target: "_blank", rel: "noopener" });
  const place = make("div");
  const root = place.attachShadow({ mode: "open" });
  const color = tag.dataset.color;
  const css = look(CSS.supports("color", color) ? color : newsroom.accent || "#c8361d");
  try {
    // A constructed sheet, because the page's own policy may forbid inline styles.
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
  } catch {
    // Safari before 16.4 makes none.
    root.append(make("style", { textContent: css }));
  }
  root.append(button);
  if (allowed) root.append(dialog(newsroom, button));
  if (tag.closest("body")) return tag.after(place);
  button.classList.add("float");
  addEventListener("DOMContentLoaded", () => document.body.append(place));
  if (document.body) document.body.append(place);
};

const dialog = (newsroom, button) => {
  let sent = false;
  let overflow = "";
  const frame = make("iframe", { title: newsroom.title, allow: "clipboard-write", referrerPolicy: "no-referrer" });
  const apart = make("a", { textContent: newsroom.apart, target: "_blank", rel: "noopener" });
  const close = make("button", { type: "button", textContent: "×", ariaLabel: newsroom.close });
  const box = make("dialog", { ariaLabel: newsroom.title }, make("header", {}, make("strong", { textContent: newsroom.name }), apart, close), frame);

  button.addEventListener("click", () => {
    // What somebody began to write stays in the frame while the dialog is closed.
    if (sent || !frame.src) frame.src = address("/embed/tip", { host: location.origin });
    sent = false;
    apart.href = address("/tip");
    overflow = html.style.overflow;
    html.style.overflow = "hidden";
    box.showModal();
    frame.focus();
  });
  close.addEventListener("click", () => box.close());
  box.addEventListener("close", () => {
    html.style.overflow = overflow;
    button.focus();
  });
  addEventListener("message", ({ origin, source, data }) => {
    if (origin !== desk || source !== frame.contentWindow) return;
    if (data.tipline === "height" && data.height > 0) frame.style.blockSize = `${Math.ceil(data.height)}px`;
    if (data.tipline === "sent") sent = true;
    if (data.tipline === "close") box.close();
  });
  return box;
};
