"use strict";
(() => {
  const form = document.getElementById("filters");
  const list = document.getElementById("findings");
  if (!list) return;
  const [search, rule, object, shown, nothing] =
    ["search", "rule", "object", "shown", "nothing"].map((id) => document.getElementById(id));
  const boxes = [...form.querySelectorAll("input[name=severity]")];
  const rows = [...list.children].map((element) => ({
    element,
    severity: element.dataset.severity,
    rule: element.dataset.rule,
    object: element.dataset.object.toLowerCase(),
    text: element.textContent.toLowerCase().replace(/\s+/g, " "),
  }));
  const number = new Intl.NumberFormat("en");

  // What is filtered is in the address, so that it can be passed on; severities that are off, so that none means all.
  const write = () => {
    const state = new URLSearchParams();
    if (search.value) state.set("q", search.value);
    if (rule.value) state.set("rule", rule.value);
    if (object.value) state.set("table", object.value);
    const off = boxes.filter((box) => !box.checked).map((box) => box.value);
    if (off.length) state.set("without", off.join(" "));
    const hash = state.toString();
    try {
      history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
    } catch { /* A page inside of another may not. */ }
  };
  const read = () => {
    const state = new URLSearchParams(location.hash.slice(1));
    search.value = state.get("q") || "";
    rule.value = state.get("rule") || "";
    if (rule.selectedIndex < 0) rule.value = "";
    object.value = state.get("table") || "";
    const off = (state.get("without") || "").split(" ");
    for (const box of boxes) box.checked = !off.includes(box.value);
  };

  const filter = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const wanted = object.value.trim().toLowerCase();
    // A table's whole name is that table; a part of one, every table that has it.
    const exact = rows.some((row) => row.object === wanted);
    let count = 0;
    for (const row of rows) {
      const fits = severities.has(row.severity)
        && (!rule.value || row.rule === rule.value)
        && (!wanted || (exact ? row.object === wanted : row.object.includes(wanted)))
        && words.every((word) => row.text.includes(word));
      if (row.element.hidden === fits) row.element.hidden = !fits;
      if (fits) count += 1;
    }
    shown.value = count === rows.length
      ? number.format(count) + (count === 1 ? " finding" : " findings")
      : number.format(count) + " of " + number.format(rows.length) + " findings";
    nothing.hidden = count > 0;
    list.hidden = count === 0;
  };
  const apply = () => { filter(); write(); };

  const clear = () => {
    search.value = rule.value = object.value = "";
    for (const box of boxes) box.checked = true;
    apply();
  };
  const move = (step) => {
    const visible = rows.filter((row) => !row.element.hidden).map((row) => row.element);
    const at = visible.findIndex((element) => element.contains(document.activeElement));
    const next = visible[at < 0 ? (step > 0 ? 0 : visible.length - 1) : at + step];
    if (next) {
      next.querySelector("summary").focus({ preventScroll: true });
      next.scrollIntoView({ block: "nearest" });
    }
  };

  form.addEventListener("input", apply);
  form.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => { event.preventDefault(); clear(); });
  window.addEventListener("hashchange", () => { read(); filter(); });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") {
      clear();
      document.activeElement.blur();
      return;
    }
    if (event.target.matches("input[type=search], select")) return;
    const keys = { "/": () => search.focus(), j: () => move(1), k: () => move(-1) };
    if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
    }
  });

  form.hidden = false;
  document.getElementById("keys").hidden = false;
  read();
  filter();
})();
