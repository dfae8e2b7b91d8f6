// The page of uploads: the whole window is where files are dropped, and what is chosen is sent.

const form = document.getElementById("upload");
const input = document.getElementById("files");
const drop = document.getElementById("drop");
const most = Number(form.dataset.most);
let inside = 0; // elements that a dragged file is over: it enters the next before it leaves the last

const brings = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function over(change) {
  inside = Math.max(0, inside + change);
  drop.classList.toggle("over", inside > 0);
}

function send() {
  const large = [...input.files].some((file) => file.size > most);
  document.getElementById("too-large").hidden = !large;
  if (!input.files.length || large) return;
  document.getElementById("busy").hidden = false;
  form.requestSubmit();
}

addEventListener("dragenter", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  over(1);
});
addEventListener("dragleave", (event) => { if (brings(event)) over(-1); });
addEventListener("dragover", (event) => { if (brings(event)) event.preventDefault(); });
addEventListener("drop", (event) => {
  if (!brings(event)) return;
  event.preventDefault();
  inside = 0;
  over(0);
  input.files = event.dataTransfer.files;
  send();
});
input.addEventListener("change", send);

document.getElementById("replace")?.addEventListener("change", (event) => {
  if (event.target.files.length) event.target.form.requestSubmit();
});

// A page that is gone back to is not busy any more.
addEventListener("pageshow", () => { document.getElementById("busy").hidden = true; });
