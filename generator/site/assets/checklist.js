/* The steps of a runbook as a checklist: done or skipped, when, and on which text; answers of decisions. */
(function () {
  "use strict";

  const incidents = window.drillbook && window.drillbook.incidents;
  if (!incidents) return;
  const items = [...document.querySelectorAll("ol.db-steps > li[data-step]")];

  function flat(element) {
    return element ? element.textContent.trim().replace(/\s+/g, " ") : "";
  }

  function wordsOf(item) {
    return flat(item.querySelector(".db-do"));
  }

  function roleOf(item) {
    return flat(item.querySelector(".db-meta .db-role")) || item.dataset.role;
  }

  function button(className, label, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = className;
    made.setAttribute("aria-label", label);
    made.setAttribute("aria-pressed", "false");
    made.addEventListener("click", act);
    return made;
  }

  function span(className) {
    const made = document.createElement("span");
    made.className = className;
    return made;
  }

  function entryOf(item, incident) {
    return incident ? incident.steps[item.dataset.step] : undefined;
  }

  function textOf(item) {
    return item.dataset.text || "";
  }

  function isSame(entry, state, answer) {
    return Boolean(entry) && entry.state === state && (entry.answer || "") === answer;
  }

  function set(item, state, answer) {
    const step = item.dataset.step;
    let undone = false;
    incidents.change((incident) => {
      undone = isSame(incident.steps[step], state, answer);
      if (undone) delete incident.steps[step];
      else incident.steps[step] = {
        state, answer, at: new Date().toISOString(), role: roleOf(item), text: textOf(item), words: wordsOf(item),
      };
    });
    const said = undone ? "Open again" : answer ? `Decided: ${answer}` : state === "done" ? "Done" : "Skipped";
    incidents.say(`${said}: ${wordsOf(item)}`);
  }

  /* A tap on what is done takes it back, whichever answer it was done with. */
  function tick(item) {
    const entry = entryOf(item, incidents.current());
    set(item, "done", entry && entry.state === "done" ? entry.answer || "" : "");
  }

  function equipAnswer(item, answer) {
    const words = flat(answer.querySelector("b"));
    const take = button("db-take", `Answer “${words}”: ${wordsOf(item)}`, () => set(item, "done", words));
    take.dataset.answer = words;
    answer.prepend(take);
  }

  /* A decision is answered, not skipped. */
  function equip(item) {
    const words = wordsOf(item), answers = item.querySelectorAll(".db-answers > li");
    const skip = button("db-skip", `Skip: ${words}`, () => set(item, "skipped", ""));
    skip.textContent = "skip";
    skip.hidden = answers.length > 0;
    answers.forEach((answer) => equipAnswer(item, answer));
    item.prepend(button("db-tick", `Done: ${words}`, () => tick(item)), skip, span("db-at"));
    item.append(span("db-stale"));
  }

  function press(element, pressed) {
    element.setAttribute("aria-pressed", String(pressed));
  }

  function staleWords(entry, item) {
    if (!entry || !entry.text || !textOf(item) || entry.text === textOf(item)) return "";
    return `${entry.state === "done" ? "Done" : "Skipped"} on another text: “${entry.words}” Look again.`;
  }

  function show(item, incident) {
    const entry = entryOf(item, incident), state = entry ? entry.state : "";
    item.dataset.state = state;
    item.classList.toggle("db-is-stale", Boolean(staleWords(entry, item)));
    press(item.querySelector(".db-tick"), state === "done");
    press(item.querySelector(".db-skip"), state === "skipped");
    item.querySelector(".db-at").textContent = entry ? entry.at.slice(11, 16) : "";
    item.querySelector(".db-stale").textContent = staleWords(entry, item);
    item.querySelectorAll(".db-take").forEach((take) => press(take, state && entry.answer === take.dataset.answer));
  }

  items.forEach(equip);
  incidents.steps = items.map((item) => item.dataset.step);
  incidents.watch(() => items.forEach((item) => show(item, incidents.current())));
})();
