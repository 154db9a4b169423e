/* What was done, as Markdown; messages and the postmortem, filled with what is known of the incident. */
(function () {
  "use strict";

  const incidents = window.drillbook && window.drillbook.incidents;
  if (!incidents || !incidents.exports) return;
  const place = document.querySelector(".db-incident");
  const marks = [...document.querySelectorAll("mark[data-field]")];
  const blank = new Map(marks.map((mark) => [mark, mark.textContent]));

  function moment(iso) {
    return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
  }

  /* Words of a page stay words in Markdown. */
  function plain(text) {
    return text.replace(/\s+/g, " ").replace(/[\\`*[\]<>|]/g, "\\$&");
  }

  function stepLine(step, entry) {
    const what = entry.answer ? `decided “${plain(entry.answer)}”` : entry.state;
    return { at: entry.at, words: `${plain(entry.role)} · ${what}: ${plain(entry.words)} (${step})` };
  }

  function lines(incident) {
    const goals = { contain: "contained", mitigate: "mitigated" };
    const found = [
      { at: incident.started, words: "started" },
      { at: incident.noticed, words: "first page or call" },
      { at: incident.opened, words: "acknowledged: runbook opened" },
      ...Object.entries(incident.marks).map(([key, at]) => ({ at, words: goals[key] || plain(key) })),
      ...Object.entries(incident.steps).map(([step, entry]) => stepLine(step, entry)),
    ];
    if (incident.ended) found.push({ at: incident.ended, words: "ended" });
    return found.sort((one, other) => (one.at < other.at ? -1 : one.at > other.at ? 1 : 0));
  }

  function timeline(incident) {
    return lines(incident).map((line) => `- ${moment(line.at)} · ${line.words}`).join("\n");
  }

  function whole(incident) {
    return `# Timeline of ${plain(incident.id)}: ${plain(place.dataset.title)}\n\n${timeline(incident)}\n`;
  }

  function valueOf(field, incident) {
    const own = { name: () => incident.id, started: () => moment(incident.started),
      now: () => moment(new Date().toISOString()), timeline: () => timeline(incident) };
    return own[field] ? own[field]() : (incident.fields[field] || "").trim();
  }

  function showMarks() {
    const incident = incidents.current();
    for (const mark of marks) {
      const value = incident ? valueOf(mark.dataset.field, incident) : "";
      mark.textContent = value || blank.get(mark);
      mark.classList.toggle("db-filled", Boolean(value));
    }
  }

  /* Without the permission to write to the clipboard, the old way. */
  function copyByHand(text) {
    const area = document.createElement("textarea");
    area.value = text;
    area.style.position = "fixed";
    document.body.append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }

  async function copy(text) {
    let done = true;
    try {
      await navigator.clipboard.writeText(text);
    } catch (error) {
      done = copyByHand(text);
    }
    return done;
  }

  function download(name, text) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type: "text/markdown" }));
    link.download = `${name.replace(/[^\w.-]+/g, "-")}.md`;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  function button(words, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.className = "db-button";
    made.textContent = words;
    made.addEventListener("click", () => act(made));
    return made;
  }

  async function copied(made, text) {
    const words = made.textContent, done = await copy(text);
    made.textContent = done ? "Copied" : "Not copied";
    incidents.say(done ? "Copied" : "This browser does not let the page copy: mark the text and copy it by hand");
    setTimeout(() => { made.textContent = words; }, 2000);
  }

  function fileName(kind) {
    const incident = incidents.current();
    return `${incident ? incident.id : place.dataset.runbook}-${kind}`;
  }

  function equip(message) {
    const row = document.createElement("div"), kind = message.dataset.file;
    const text = () => { showMarks(); return `${message.textContent.trim()}\n`; };
    row.className = "db-buttons";
    row.append(button("Copy", (made) => copied(made, text())));
    if (kind) row.append(button("Download filled", () => download(fileName(kind), text())));
    message.after(row);
  }

  incidents.exports.append(
    button("Copy timeline", (made) => copied(made, whole(incidents.current()))),
    button("Download timeline", () => download(fileName("timeline"), whole(incidents.current()))));
  document.querySelectorAll("pre.db-message").forEach(equip);
  incidents.watch(showMarks);
})();
