/* The bar of an incident: start, switch, fields, reset, end; and the clock of the card against its start. */
(function () {
  "use strict";

  const incidents = window.drillbook && window.drillbook.incidents;
  if (!incidents) return;
  const place = document.querySelector(".db-incident");
  const goals = [...document.querySelectorAll(".db-clock li[data-minutes]")];
  const OWN = ["name", "started", "now", "timeline"];
  const MARKS = { contain: "Contained", mitigate: "Mitigated" };

  function element(name, properties, ...children) {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...children);
    return made;
  }

  function button(words, act, className) {
    const made = element("button", { type: "button", className: className || "db-button", textContent: words });
    made.addEventListener("click", act);
    return made;
  }

  function minutes(from, to) {
    return (new Date(to) - new Date(from)) / 60000;
  }

  /* Minutes as a narrow cell holds them: 4 min, 2 h 05, 3 d 2 h. */
  function span(given) {
    const whole = Math.floor(Math.abs(given)), hours = Math.floor(whole / 60);
    if (whole < 60) return `${whole} min`;
    if (hours < 48) return `${hours} h ${String(whole % 60).padStart(2, "0")}`;
    return `${Math.floor(hours / 24)} d ${hours % 24} h`;
  }

  function asInput(iso) {
    return iso.slice(0, 16);
  }

  function fromInput(text) {
    const read = new Date(`${text}Z`);
    return Number.isNaN(read.getTime()) ? "" : read.toISOString();
  }

  function labelled(words, input) {
    return element("label", { className: "db-field" }, element("span", { textContent: words }), input);
  }

  function timeField(words, key) {
    const input = element("input", { type: "datetime-local", required: true });
    input.addEventListener("change", () => {
      const read = fromInput(input.value);
      if (read) incidents.change((incident) => { incident[key] = read; });
    });
    return { node: labelled(words, input), show: (incident) => fill(input, asInput(incident[key])) };
  }

  function nameField() {
    const input = element("input", { type: "text", maxLength: 80, autocomplete: "off" });
    input.addEventListener("change", () => incidents.rename(input.value.trim()));
    return { node: labelled("Name", input), show: (incident) => fill(input, incident.id) };
  }

  function blankField(name) {
    const input = element("input", { type: "text", maxLength: 500, autocomplete: "off" });
    input.addEventListener("input", () => incidents.change((incident) => { incident.fields[name] = input.value; }));
    const words = name.replace(/_/g, " ");
    const shown = words.charAt(0).toUpperCase() + words.slice(1);
    return { node: labelled(shown, input), show: (incident) => fill(input, incident.fields[name] || "") };
  }

  function fill(input, value) {
    if (document.activeElement !== input) input.value = value;
  }

  function blanks() {
    const names = [...document.querySelectorAll("mark[data-field]")].map((mark) => mark.dataset.field);
    return [...new Set(names)].filter((name) => !OWN.includes(name));
  }

  function markButton(key) {
    const made = button(MARKS[key], () => incidents.change((incident) => {
      if (incident.marks[key]) delete incident.marks[key];
      else incident.marks[key] = new Date().toISOString();
    }));
    return {
      node: made,
      show(incident) {
        const at = incident.marks[key];
        made.textContent = at ? `${MARKS[key]} ${at.slice(11, 16)}` : `${MARKS[key]} now`;
        made.setAttribute("aria-pressed", String(Boolean(at)));
      },
    };
  }

  function sure(words, act) {
    return () => { if (window.confirm(words)) act(); };
  }

  /* The one form: for no incident it starts one. */
  function starter() {
    const name = element("input", { type: "text", maxLength: 80, autocomplete: "off", required: true });
    const started = element("input", { type: "datetime-local", required: true });
    const form = element("form", { className: "db-form" },
      labelled("Name or number", name), labelled("Started (UTC)", started),
      element("button", { type: "submit", className: "db-button db-main", textContent: "Start the incident" }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (name.value.trim()) incidents.start(name.value.trim(), fromInput(started.value));
      name.value = "";
    });
    return { node: form, show: () => { if (!started.value) started.value = asInput(new Date().toISOString()); } };
  }

  function chooser() {
    const select = element("select", {});
    select.addEventListener("change", () => incidents.switchTo(select.value));
    const node = labelled("Incident", select);
    return {
      node,
      show() {
        const current = incidents.current(), all = incidents.list();
        node.hidden = all.length === 0;
        select.replaceChildren(new Option("none: start a new one", "", false, !current), ...all.map((incident) =>
          new Option(incident.id + (incident.ended ? " (ended)" : ""), incident.id, false, incident === current)));
      },
    };
  }

  function actions() {
    const remove = button("Remove", sure("Remove this incident from this browser?",
      () => incidents.remove(incidents.current().id)));
    const end = button("End", incidents.end);
    const reset = button("Reset", sure("Take back all ticks of this incident?", incidents.reset));
    const node = element("div", { className: "db-buttons" }, reset, end, remove);
    return { node, show(incident) { end.hidden = Boolean(incident.ended); remove.hidden = !incident.ended; } };
  }

  function summaryWords(incident) {
    if (!incident) return ["No incident", "tick, or start one here"];
    const done = incidents.steps.filter((step) => incident.steps[step]).length;
    const since = span(minutes(incident.started, incident.ended || new Date()));
    return [incident.id, `${incident.ended ? "ended after " : ""}${since} · ${done} of ${incidents.steps.length}`];
  }

  function leftWords(goal, incident) {
    const name = goal.querySelector("span").textContent.trim().toLowerCase();
    const from = name === "acknowledge" ? incident.noticed : incident.started;
    const reached = { detect: incident.noticed, acknowledge: incident.opened, ...incident.marks }[name];
    const spent = minutes(from, reached || incident.ended || new Date());
    const left = Number(goal.dataset.minutes) - spent;
    if (reached) return [`in ${span(spent)}`, left < 0 ? "late" : "met"];
    return left < 0 ? [`${span(left)} over`, "late"] : [`${span(left)} left`, ""];
  }

  function showClock() {
    const incident = incidents.current();
    for (const goal of goals) {
      const [words, state] = incident ? leftWords(goal, incident) : ["", ""];
      const cell = goal.querySelector(".db-left") || goal.appendChild(element("span", { className: "db-left" }));
      if (cell.textContent !== words) cell.textContent = words;
      goal.dataset.reached = state;
    }
  }

  const name = element("b", {}), state = element("span", {});
  const note = element("p", { className: "db-incident-note" });
  note.setAttribute("role", "status");
  const quiet = element("p", { className: "db-incident-quiet", hidden: true,
    textContent: "This browser keeps nothing: ticks last until the page is closed." });
  const choice = chooser(), start = starter();
  const parts = [nameField(), timeField("Started (UTC)", "started"), timeField("First page (UTC)", "noticed"),
    ...blanks().map(blankField)];
  const marks = Object.keys(MARKS).map(markButton), last = actions();
  const extra = element("div", { className: "db-buttons db-exports" });
  const running = element("div", { className: "db-form" }, ...parts.map((part) => part.node),
    element("div", { className: "db-buttons" }, ...marks.map((mark) => mark.node)), extra, last.node);
  place.append(
    element("details", {}, element("summary", {}, name, state), choice.node, start.node, running), quiet, note);

  function showBar() {
    const incident = incidents.current();
    [name.textContent, state.textContent] = summaryWords(incident);
    place.classList.toggle("db-running", Boolean(incident) && !incident.ended);
    quiet.hidden = incidents.isKept();
    running.hidden = !incident;
    start.node.hidden = Boolean(incident);
    choice.show();
    start.show();
    if (incident) [...parts, ...marks, last].forEach((part) => part.show(incident));
  }

  function show() {
    showBar();
    showClock();
  }

  incidents.watch(show);
  incidents.exports = extra;
  setInterval(show, 15000);
  document.addEventListener("visibilitychange", show);
})();
