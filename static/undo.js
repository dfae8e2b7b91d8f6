// Counts the seconds in which a submission can be taken back; then the offer goes, and soon its toast.
const toast = document.getElementById("undo");
const end = Date.now() + toast.dataset.left * 1000;
const tick = setInterval(() => {
  const left = Math.ceil((end - Date.now()) / 1000);
  if (left > 0) {
    toast.querySelector("[data-seconds]").textContent = left;
    return;
  }
  clearInterval(tick);
  const held = toast.contains(document.activeElement);
  toast.querySelectorAll(".undoing").forEach((part) => part.remove());
  if (held) document.getElementById("main").focus();
  setTimeout(() => toast.remove(), 2000);
}, 250);
