// Alerts of this browser. It is asked for its leave by a click alone, and tells only while nobody looks.
export const TAG = "tipline-new";
export const allowed = () => "Notification" in window && Notification.permission === "granted";

const WORDS = {
  granted: "This browser tells you of new tips.",
  denied: "This browser does not let us. Its settings for this site can change that.",
  default: "",
};

// One notice at a time: a later one takes the place of the one before. Some telephones allow none from a page.
export function tell(words, site) {
  let notice;
  try {
    notice = new Notification(words, { body: site, tag: TAG, icon: "/static/favicon.svg" });
  } catch {
    return null;
  }
  notice.addEventListener("click", () => {
    window.focus();
    notice.close();
  });
  return notice;
}

function offer(place) {
  const [button, status] = [place.querySelector("button"), place.querySelector("[role=status]")];
  const show = () => {
    button.hidden = Notification.permission !== "default";
    status.textContent = WORDS[Notification.permission];
  };
  button.addEventListener("click", async () => {
    await Notification.requestPermission();
    show();
    if (allowed()) place.dispatchEvent(new CustomEvent("tipline:alerts", { bubbles: true }));
  });
  show();
  // The queue only asks; the account's page says how it stands too.
  place.hidden = place.dataset.alertsHere === "ask" && Notification.permission !== "default";
}

if ("Notification" in window) for (const place of document.querySelectorAll("[data-alerts-here]")) offer(place);
