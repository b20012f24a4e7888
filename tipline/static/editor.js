// The draft editor, quicker: put a source's words into the text, save with Ctrl+S, warn before leaving unsaved.
const form = document.getElementById("draft");
const body = form?.querySelector(".set-body textarea");
let changed = false;

if (form && body) {
  form.addEventListener("input", () => { changed = true; });
  form.addEventListener("submit", (event) => { if (event.submitter?.formTarget !== "_blank") changed = false; });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      form.requestSubmit(form.querySelector("[data-save]"));
    }
  });
  for (const button of document.querySelectorAll("[data-insert]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const quote = button.dataset.insert.split("\n").map((line) => `> ${line}`).join("\n");
      body.setRangeText(`\n\n${quote}\n\n`, body.selectionStart, body.selectionEnd, "end");
      changed = true;
      body.focus();
    });
  }
}
