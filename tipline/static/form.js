// The reader's form, quicker: a count while writing, and a way out. The form works the same without.
const body = document.getElementById("body");
const count = document.getElementById("body-count");
const leave = document.getElementById("leave");

if (body && count) {
  const max = Number(body.dataset.max);
  const number = new Intl.NumberFormat(document.documentElement.lang);
  const show = () => {
    // Characters as the server counts them: an emoji is one, a line end is one.
    const left = max - [...body.value].length;
    count.textContent = left < 0 ? `${number.format(-left)} too many` : `${number.format(left)} left`;
    count.classList.toggle("near", left >= 0 && left < 500);
    count.classList.toggle("over", left < 0);
  };
  body.addEventListener("input", show);
  show();
}

if (leave) {
  // The page is emptied and replaced, so that neither the text nor the way back stays on the screen.
  const go = () => {
    document.getElementById("tip")?.reset();
    document.body.hidden = true;
    location.replace(leave.href);
  };
  leave.addEventListener("click", (event) => {
    event.preventDefault();
    go();
  });
  let escaped = 0;
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    if (event.timeStamp - escaped < 800) go();
    escaped = event.timeStamp;
  });
  leave.title = "Or press Esc twice";
}
