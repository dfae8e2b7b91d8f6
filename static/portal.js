// What pages cannot say in HTML alone. No page needs it to be read, sent or filtered.

// Browsers of before 2025 do not know `commandfor` yet.
if (!("commandForElement" in HTMLButtonElement.prototype)) {
  addEventListener("click", (event) => {
    const button = event.target.closest("button[commandfor]");
    const dialog = button && document.getElementById(button.getAttribute("commandfor"));
    if (dialog) button.getAttribute("command") === "close" ? dialog.close() : dialog.showModal();
  });
}

// Toasts: eight seconds, but never away from under the pointer or the focus.
const PASSES = 8000;
const fade = (toast) => setTimeout(() => {
  toast.matches(":hover, :focus-within") ? fade(toast) : toast.remove();
}, PASSES);
document.querySelectorAll(".toast-x.passes").forEach(fade);
addEventListener("click", (event) => event.target.closest("[data-close]")?.closest(".toast-x")?.remove());

// Copies a field, which stays selected where the browser does not let it; and says so.
addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copy);
  field.select();
  try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
  button.parentElement.querySelector("[role=status]").textContent = button.dataset.copied;
});

// A poll asks nothing while nobody looks.
addEventListener("htmx:beforeRequest", (event) => {
  if (document.hidden && event.detail.elt.matches("[data-poll]")) event.preventDefault();
});

// A list that is looked through says so; if it takes long it turns to bones (see the style sheet).
addEventListener("htmx:beforeRequest", ({ detail: { elt, target } }) => {
  if (!elt.matches("[data-poll], #job-next *")) (target.closest("section") ?? target).setAttribute("aria-busy", "true");
});
addEventListener("htmx:afterRequest", () => {
  document.querySelectorAll("[aria-busy]").forEach((region) => region.removeAttribute("aria-busy"));
});

// A live region that comes with what is swapped in may not be heard: one that stays says the same.
addEventListener("htmx:afterSwap", (event) => {
  const { elt, target } = event.detail;
  if (event.detail.requestConfig?.elt.matches("[data-poll]")) return;
  const told = [elt, target, event.target].map((one) => one?.querySelector?.("[role=status]")).find(Boolean);
  if (told) document.getElementById("said").textContent = told.textContent.trim();
});

// A refresh leaves an open question alone, and what a person opened or closed stays so: nothing
// that one reads is moved by what happens elsewhere.
addEventListener("htmx:oobBeforeSwap", (event) => {
  if (event.detail.target.querySelector("dialog[open]")) event.preventDefault();
  for (const row of event.detail.target.querySelectorAll("details[id]")) {
    const next = event.detail.fragment.querySelector(`#${CSS.escape(row.id)}`);
    if (next) next.open = row.open;
  }
});
