// Do something once the frame that is due is on the screen, so that nothing competes with it for the processor.
// No frame comes where nobody looks, so it is done soon in any case.
const SOON_MS = 100;

export function afterPaint(act, ifLeft) {
  const { port1, port2 } = new MessageChannel();
  let done = false;
  const once = (what) => () => {
    if (done) return;
    done = true;
    removeEventListener("pagehide", leave);
    what();
  };
  const leave = once(ifLeft);
  const go = once(act);
  port1.onmessage = go; // which comes after the frame that its message was sent from
  requestAnimationFrame(() => port2.postMessage(0));
  setTimeout(go, SOON_MS);
  addEventListener("pagehide", leave);
}
