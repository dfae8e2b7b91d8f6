// The tables of a mapping: each choice is told what it does, and columns can be dragged to what they
// hold. Dragging only chooses: what is sent and saved is in the fields.

const CONTENT = ["personal", "secret", ""]; // whatever else a column holds identifies people
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const said = document.getElementById("said");
let row; // that is dragged

// Of the form only the table that one chooses in is sent, and which of its fields it was.
addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.matches("[data-table]")) return;
  const own = new Set(all("[name]", detail.elt).map((field) => field.name));
  const kept = ["facts", "csrfmiddlewaretoken"];
  for (const name of [...detail.formData.keys()]) if (!own.has(name) && !kept.includes(name)) detail.formData.delete(name);
  detail.formData.set("changed", detail.triggeringEvent?.target?.name ?? "");
});

function hold(lane) {
  const select = row.querySelector("select"), identifies = !CONTENT.includes(select.value);
  if (lane === "identity" ? identifies : lane === select.value) return;
  const value = lane === "identity" ? row.dataset.proposed : lane;
  if (lane === "identity" && !value) return ask(select);
  select.value = value;
  select.dispatchEvent(new Event("change", { bubbles: true }));
}

// Nothing says which identity it is: the person does.
function ask(select) {
  said.textContent = row.dataset.which;
  select.focus();
  try { select.showPicker(); } catch { /* an older browser: the focus is there */ }
}

const laneAt = (event) => {
  const lane = row && event.target.closest?.(".lanes li");
  return lane && lane.closest("[data-table]").contains(row) ? lane : null;
};
const mark = (lane) => all(".lanes .over").forEach((one) => one !== lane && one.classList.remove("over"));

addEventListener("dragstart", (event) => {
  const name = event.target.closest?.("[data-table] th[draggable]");
  if (!name) return;
  row = name.closest("tr");
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", name.textContent.trim());
  row.closest("[data-table]").classList.add("dragging");
});
addEventListener("dragover", (event) => {
  const lane = laneAt(event);
  mark(lane);
  if (!lane) return;
  event.preventDefault();
  lane.classList.add("over");
});
addEventListener("drop", (event) => {
  const lane = laneAt(event);
  if (!lane) return;
  event.preventDefault();
  hold(lane.dataset.lane);
});
addEventListener("dragend", () => {
  mark(null);
  all(".dragging").forEach((table) => table.classList.remove("dragging"));
  row = undefined;
});
