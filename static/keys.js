// Keys: what a page offers stands in its elements as data-key ("n", "/", or "g r" for one after the
// other), rows in a table with data-rows. Never while typing, and off where the person said so.

const SEQUENCE = 1200; // milliseconds for the second key
let first = "", timer = 0;

const typing = (target) => target.closest("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");
const shown = (element) => element.checkVisibility({ visibilityProperty: true });
const offers = (keys) => [...document.querySelectorAll(`[data-key="${CSS.escape(keys)}"]`)];

// A field takes the focus, a menu opens, all else is clicked; the drawer comes out for what is in it.
const use = (element) => {
  const drawer = element.closest("[popover]");
  if (element.matches("input")) {
    if (drawer && !shown(element)) drawer.showPopover();
    element.focus();
    element.select();
  } else {
    element.click();
    if (element.matches("summary")) element.parentElement.querySelector("select, input:not([type=hidden])")?.focus();
  }
};

const walk = (step) => {
  const rows = [...document.querySelectorAll("[data-rows] tbody tr")];
  const now = rows.findIndex((row) => row.contains(document.activeElement));
  const next = rows[now < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, now + step))];
  const link = next?.querySelector("th a");
  link?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
  return Boolean(link);
};

const pick = () => {
  const box = document.activeElement.closest("[data-rows] tr")?.querySelector(".pick");
  box?.click();
  return Boolean(box);
};

const press = (key) => {
  const keys = first ? `${first} ${key}` : key;
  first = "";
  clearTimeout(timer);
  if (keys === "g") {
    first = key;
    timer = setTimeout(() => { first = ""; }, SEQUENCE);
    return true;
  }
  if (keys === "j") return walk(1);
  if (keys === "k") return walk(-1);
  if (keys === "x") return pick();
  const found = offers(keys);
  const element = found.find(shown) ?? found.find((one) => one.matches("input, a, .side *"));
  if (element) use(element);
  return Boolean(element);
};

addEventListener("keydown", (event) => {
  if (!("shortcuts" in document.body.dataset) || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length !== 1 || event.isComposing || typing(event.target) || document.querySelector("dialog[open]")) return;
  if (press(event.key.toLowerCase())) event.preventDefault();
});
