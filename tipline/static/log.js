// Ctrl-Enter (⌘-Enter) sends the form that is being written in, from any of its fields.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat || event.isComposing) return;
  const form = event.target.closest?.("form[data-quick]");
  if (!form) return;
  event.preventDefault();
  form.requestSubmit();
});
