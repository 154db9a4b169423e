/* The incidents of one runbook, kept in this browser: who reads and changes them asks `drillbook.incidents`. */
(function () {
  "use strict";

  const place = document.querySelector(".db-incident");
  if (!place) return;
  const site = window.__md_scope ? window.__md_scope.pathname : "/";
  const prefix = ["drillbook", site, place.dataset.runbook, ""].join("|");
  const known = new Map();
  const listeners = [];
  let chosen = null;
  let isKept = true;

  function parsed(text) {
    try {
      const value = JSON.parse(text);
      return value && typeof value.id === "string" && value.steps && value.fields ? value : null;
    } catch (error) {
      return null;
    }
  }

  function readAll() {
    try {
      for (let index = 0; index < localStorage.length; index += 1) take(localStorage.key(index));
      chosen = sessionStorage.getItem(prefix);
    } catch (error) {
      isKept = false;
    }
  }

  function take(key) {
    const value = key.startsWith(prefix) ? parsed(localStorage.getItem(key)) : null;
    if (value) known.set(value.id, value);
  }

  /* A full or forbidden storage costs the memory of this page, not its use. */
  function keep(action) {
    try {
      action();
      isKept = true;
    } catch (error) {
      isKept = false;
    }
  }

  function write(incident) {
    known.set(incident.id, incident);
    keep(() => localStorage.setItem(prefix + incident.id, JSON.stringify(incident)));
  }

  function forget(id) {
    known.delete(id);
    keep(() => localStorage.removeItem(prefix + id));
  }

  function choose(id) {
    chosen = id;
    keep(() => sessionStorage.setItem(prefix, id));
  }

  function tell() {
    for (const listener of listeners) listener();
  }

  function list() {
    return [...known.values()].sort((one, other) => (one.opened < other.opened ? 1 : -1));
  }

  function current() {
    if (chosen !== null) return known.get(chosen) || null;
    return list().find((incident) => !incident.ended) || null;
  }

  function now() {
    return new Date().toISOString();
  }

  function start(id, started) {
    const opened = now(), begun = started || opened;
    const name = known.has(id) ? `${id} ${opened.slice(11, 19)}` : id;
    write({ id: name, opened, started: begun, noticed: opened, ended: "", fields: {}, marks: {}, steps: {} });
    choose(name);
    tell();
  }

  /* Change the current incident; without one, the first tick starts one. */
  function change(edit) {
    if (!current()) start(`${now().slice(0, 16).replace("T", " ")}`);
    const incident = current();
    edit(incident);
    write(incident);
    tell();
  }

  function rename(id) {
    const incident = current();
    if (!incident || !id || known.has(id)) return;
    forget(incident.id);
    incident.id = id;
    write(incident);
    choose(id);
    tell();
  }

  function switchTo(id) {
    choose(id);
    tell();
  }

  function reset() {
    change((incident) => { incident.steps = {}; incident.marks = {}; });
  }

  function end() {
    change((incident) => { incident.ended = now(); });
    switchTo("");
  }

  function remove(id) {
    forget(id);
    switchTo("");
  }

  function elsewhere(event) {
    if (event.key === null) known.clear();
    else if (!event.key.startsWith(prefix)) return;
    else if (event.newValue === null) known.delete(event.key.slice(prefix.length));
    else if (parsed(event.newValue)) known.set(event.key.slice(prefix.length), parsed(event.newValue));
    tell();
  }

  readAll();
  window.addEventListener("storage", elsewhere);
  window.drillbook = window.drillbook || {};
  window.drillbook.incidents = {
    list, current, start, change, rename, switchTo, reset, end, remove,
    isKept: () => isKept,
    watch(listener) { listeners.push(listener); listener(); },
    say(words) { const note = place.querySelector("[role=status]"); if (note) note.textContent = words; },
  };
})();
