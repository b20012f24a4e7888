// Copy, save or print the six words. Without script they can be selected, the browser prints, and the form
// brings the same file that is made here without asking the server again.
const words = document.getElementById("receipt-words");
const tools = document.getElementById("receipt-tools");
const said = document.getElementById("receipt-said");

const text = () => words.textContent.trim().replace(/\s+/g, " ");

const acts = {
  async copy() {
    try {
      await navigator.clipboard.writeText(text());
      said.textContent = tools.dataset.copied;
    } catch {
      getSelection().selectAllChildren(words);
      said.textContent = tools.dataset.selected;
    }
  },
  save() {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([`${text()}\n`], { type: "text/plain" }));
    link.download = "receipt.txt";
    link.click();
    URL.revokeObjectURL(link.href);
    said.textContent = tools.dataset.saved;
  },
  print() {
    window.print();
  },
};

// The browser prints a page's title on the sheet, and names the file after it.
const title = document.title;
addEventListener("beforeprint", () => { document.title = words?.closest("section").querySelector("h2").textContent ?? title; });
addEventListener("afterprint", () => { document.title = title; });

if (words && tools) {
  for (const button of tools.querySelectorAll("[hidden]")) button.hidden = false;
  tools.addEventListener("click", (event) => {
    const act = acts[event.target.closest("[data-do]")?.dataset.do];
    if (!act) return;
    event.preventDefault();
    act();
  });
}
