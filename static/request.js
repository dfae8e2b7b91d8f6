// The form of a new request: its people as chips, its draft, its keys. The textarea stays the field
// and the truth: what is typed here edits its lines, and the server draws the chips from them.

const form = document.getElementById("request-form");
const who = document.getElementById("who");
const field = document.getElementById("id_people");
const asText = document.getElementById("as-text");
const toggle = document.getElementById("text-toggle");
const BREAKS = /\r\n|[\n\r\v\f\x1c-\x1e\x85\u2028\u2029]/; // where the server ends a line, too
const SAVE_AFTER = 5000;

let version = 0; // of the text; an answer about an older one is not shown
let asked = 0;
let goTo = null; // the entry that gets the focus once the chips are drawn again
let saving = 0;
let submitting = false;
let before = null; // where one was while the chips are drawn again

const lines = () => field.value.split(BREAKS);
const people = () => document.getElementById("people");
const blockOf = (element) => element.closest(".one");
const entries = () => [...people().querySelectorAll("[data-entry]")];
const entryOf = (line) => people().querySelector(`[data-entry="${line}"]`);

function check() {
  version += 1;
  if (submitting) return;
  htmx.trigger(people(), "check");
  changed();
}

function write(changedLines, next) {
  // No more than one empty line between two blocks, none at the ends.
  const kept = [];
  let focused = next;
  changedLines.forEach((line, at) => {
    const empty = !line.trim();
    if (empty && (!kept.length || !kept.at(-1).trim())) {
      if (typeof next === "number" && at + 1 < next) focused -= 1;
    } else kept.push(empty ? "" : line);
  });
  while (kept.length && !kept.at(-1)) kept.pop();
  field.value = kept.join("\n");
  goTo = focused ?? null;
  check();
}

// --- What is typed: Enter adds, Backspace takes back, a paste of many lines is a list ------------

const labelled = (kind, value) => (/[,;|\t]|^[^\W\d][\w.-]*\s*:/.test(value) ? value : `${kind}: ${value}`);
const partsOf = (block) => [...block.querySelectorAll(".chip")].map((chip) => chip.dataset.text);
const lineOf = (block, parts) => (block.dataset.key ? `${block.dataset.key} | ` : "") + parts.join(", ");
const plain = (text) => text.split(BREAKS).map((line) => line.trim()).filter(Boolean);

function add(entry) {
  const value = entry.value.trim();
  if (!value) return false;
  const block = blockOf(entry);
  const kind = block.querySelector("[data-kind]");
  const said = kind ? labelled(kind.value, value) : value;
  const now = lines();
  let next;
  entry.value = "";
  if ("new" in block.dataset) {
    while (now.length && !now.at(-1).trim()) now.pop();
    if (now.length) now.push("");
    next = now.push(said);
  } else if ("alone" in block.dataset) {
    next = Number(block.dataset.line);
    const bare = said.includes("|") ? "" : now[next - 1];
    now[next - 1] = bare ? `${bare}, ${said}` : `${said}, ${partsOf(block).join(", ")}`;
  } else {
    now.splice(Number(block.dataset.end), 0, said);
    next = Number(block.dataset.line);
  }
  write(now, next);
  return true;
}

function pasted(entry, text) {
  const list = plain(text);
  const now = lines();
  const block = blockOf(entry);
  const asList = !("new" in block.dataset) && !("alone" in block.dataset);
  const at = "new" in block.dataset ? now.length : Number(block.dataset.end);
  now.splice(at, 0, ...(asList ? list : ["", ...list, ""]));
  write(now, asList ? Number(block.dataset.line) : at + 2);
}

function putBack(entry, kind, text) {
  const named = text.match(/^([^:]+):\s*(.*)$/);
  const option = named && [...kind.options].find((one) => same(one.value) === same(named[1]));
  if (option) kind.value = option.value;
  entry.value = option ? named[2] : text;
}

function takeBack(entry) {
  const block = blockOf(entry);
  if ("new" in block.dataset) {
    const before = block.previousElementSibling?.closest(".one")?.querySelector("[data-entry]");
    before?.focus();
    return;
  }
  const now = lines();
  if ("alone" in block.dataset) {
    const parts = partsOf(block);
    putBack(entry, block.querySelector("[data-kind]"), parts.pop() ?? "");
    const line = Number(block.dataset.line);
    now[line - 1] = parts.length ? lineOf(block, parts) : "";
    write(now, parts.length ? line : "new");
  } else {
    [entry.value] = now.splice(Number(block.dataset.end) - 1, 1);
    write(now, Number(block.dataset.line));
  }
  entry.select();
}

function take(chip) {
  const block = blockOf(chip);
  const now = lines();
  const line = Number(chip.dataset.line);
  if ("alone" in block.dataset) {
    const rest = [...block.querySelectorAll(".chip")].filter((one) => one !== chip);
    now[line - 1] = rest.length ? lineOf(block, rest.map((one) => one.dataset.text)) : "";
    write(now, rest.length ? line : "new");
  } else {
    now.splice(line - 1, 1);
    write(now, block.dataset.line === block.dataset.end ? "new" : Number(block.dataset.line));
  }
}

function remove(block) {
  const now = lines();
  const first = Number(block.dataset.line);
  now.splice(first - 1, Number(block.dataset.end) - first + 1);
  write(now, "new");
}

function mend({ line, found, instead }) {
  const now = lines();
  now[line - 1] = now[line - 1].replace(found, () => instead);
  const block = entries().map(blockOf).find((one) => +one.dataset.line <= +line && +line <= +one.dataset.end);
  write(now, Number(block?.dataset.line) || "new");
}

who.addEventListener("keydown", (event) => {
  const entry = event.target.closest("[data-entry]");
  if (!entry || event.isComposing || event.ctrlKey || event.metaKey) return;
  if (event.key === "Enter") {
    event.preventDefault();
    if (add(entry)) return;
    goTo = "new"; // also where the chips are still to be drawn
    entryOf("new").focus();
  } else if (event.key === "Backspace" && !entry.value) {
    event.preventDefault();
    takeBack(entry);
  }
});

who.addEventListener("paste", (event) => {
  const entry = event.target.closest("[data-entry]");
  const text = event.clipboardData?.getData("text/plain") ?? "";
  if (!entry || plain(text).length < 2) return;
  event.preventDefault();
  pasted(entry, text);
});

who.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (!button || !people().contains(button)) return;
  if ("take" in button.dataset) take(button.closest(".chip"));
  else if ("remove" in button.dataset) remove(blockOf(button));
  else if (button.name === "mend") {
    event.preventDefault();
    mend(button.dataset);
  } else if ("more" in button.dataset) {
    people().querySelector("[name=shown]").value = button.dataset.more;
    goTo = Number(blockOf(button).dataset.line);
    check();
  }
});

// What is left is not lost: it becomes a chip, unless one only goes to choose what kind it is.
who.addEventListener("focusout", (event) => {
  const entry = event.target.closest("[data-entry]");
  if (!entry?.value.trim() || before || event.relatedTarget?.closest("[data-kind]")) return;
  if (event.relatedTarget && blockOf(event.relatedTarget) === blockOf(entry)) return;
  if (event.relatedTarget?.closest("#review button")) return; // drawn again, it would miss its click
  const next = event.relatedTarget;
  if (!document.hasFocus()) return;
  add(entry);
  goTo = next?.closest("[data-entry]")?.dataset.entry ?? "stay";
});

// The review and the draft hear of people by way of the check alone.
for (const kind of ["input", "change"]) who.addEventListener(kind, (event) => event.stopPropagation());
let typing = 0;
field.addEventListener("input", () => {
  clearTimeout(typing);
  typing = setTimeout(() => { goTo = "stay"; check(); }, 400);
});
document.getElementById("id_namespace").addEventListener("change", () => { goTo = "stay"; check(); });

// --- Chips drawn again: only if nothing was typed meanwhile, and one goes on where one was --------

form.addEventListener("htmx:configRequest", (event) => {
  if (event.target === people()) asked = version;
});

form.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target !== people()) return;
  if (asked !== version) {
    event.detail.shouldSwap = false;
    return;
  }
  const active = document.activeElement.closest?.("[data-entry], [data-kind]");
  before = {
    inside: people().contains(document.activeElement),
    entry: active && blockOf(active).querySelector("[data-entry]").dataset.entry,
    typed: active && "entry" in active.dataset ? [active.value, active.selectionStart, active.selectionEnd] : null,
    kind: active && blockOf(active).querySelector("[data-kind]")?.value,
  };
});

form.addEventListener("htmx:afterSwap", (event) => {
  if (event.target.id !== "people" || !before) return;
  const { inside, entry, typed, kind } = before;
  before = null;
  document.getElementById("unchecked").hidden = true;
  const next = goTo === "stay" ? entry : goTo;
  goTo = null;
  if (!inside || next === null || next === undefined) return;
  const input = entryOf(next) ?? entryOf("new");
  const kinds = blockOf(input).querySelector("[data-kind]");
  if (typed) [input.value] = typed;
  if (kinds && kind && (input.value || input.dataset.entry === entry)) kinds.value = kind;
  input.focus({ preventScroll: false });
  if (typed) input.setSelectionRange(typed[1], typed[2]);
});

// What is drawn hears nothing before it has settled: who was faster is answered now.
form.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "people" && asked !== version && !submitting) htmx.trigger(people(), "check");
});

for (const failure of ["htmx:sendError", "htmx:responseError"]) {
  form.addEventListener(failure, (event) => {
    if (event.target !== people()) return;
    document.getElementById("unchecked").hidden = false;
    showText(true);
  });
}

function showText(open) {
  asText.classList.toggle("open", open);
  toggle.setAttribute("aria-pressed", open);
}
toggle.addEventListener("click", () => {
  showText(!asText.classList.contains("open"));
  if (asText.classList.contains("open")) field.focus();
});

// --- Submitting: what was typed last goes along; Ctrl+Enter from anywhere ---------------------------

form.addEventListener("submit", () => {
  submitting = true; // what is submitted is no draft any more
  clearTimeout(saving);
  const counting = document.getElementById("dry-run");
  if (counting) htmx.trigger(counting, "htmx:abort");
  for (const entry of entries()) add(entry);
});
addEventListener("pageshow", () => { submitting = false; });
form.addEventListener("htmx:beforeRequest", (event) => { if (submitting) event.preventDefault(); });

addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || !form.contains(event.target)) return;
  event.preventDefault();
  form.requestSubmit(document.getElementById("go"));
});

// --- The words that confirm a delete -----------------------------------------------------------------

const same = (words) => words.toLocaleLowerCase().trim().split(/\s+/).join(" ");
function confirmed() {
  const input = document.getElementById("id_confirm");
  const missing = document.querySelector("#why a");
  const said = input && same(input.value) === same(input.dataset.confirm);
  const reason = document.getElementById("why-confirm");
  if (reason) reason.hidden = said;
  const ready = !missing && (!input || said);
  document.getElementById("go").classList.toggle("off", !ready); // looks so; pressed, it says all
}
form.addEventListener("input", (event) => { if (event.target.id === "id_confirm") confirmed(); });
document.addEventListener("htmx:load", confirmed);
// The review is drawn as it was asked for: what was typed since then stays.
let words;
form.addEventListener("htmx:beforeSwap", () => { words = document.getElementById("id_confirm")?.value; });
for (const swapped of ["htmx:afterSwap", "htmx:oobAfterSwap"]) {
  form.addEventListener(swapped, () => {
    const input = document.getElementById("id_confirm");
    if (input && words !== undefined) input.value = words;
  });
}
form.addEventListener("focusin", (event) => {
  const uncounted = document.querySelector("#dry-run[data-uncounted] #count");
  if (event.target.id === "id_confirm" && uncounted) htmx.trigger(uncounted, "click");
});

// --- The draft: five seconds after a change, and when the page is left ------------------------------

function changed() {
  if (saving || submitting) return;
  saving = setTimeout(save, SAVE_AFTER);
}
function save() {
  saving = 0;
  htmx.trigger(document.getElementById("draft"), "save");
}
form.addEventListener("input", (event) => { if (event.target.id !== "id_confirm") changed(); });
form.addEventListener("change", (event) => { if (event.target.id !== "id_confirm") changed(); });
addEventListener("visibilitychange", () => {
  if (!document.hidden || !saving || submitting) return;
  clearTimeout(saving);
  save();
});

// --- Begin -------------------------------------------------------------------------------------------

who.classList.add("chips-on");
who.querySelector("h2 label").htmlFor = "who-new";
confirmed();
