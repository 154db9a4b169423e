// On the page for alerts without a runbook: the address names an alert, and the nearest runbooks come first.
// All of it is text from the address: it is compared and shown, never read as anything else.
(() => {
  "use strict";

  const MOST = 5;
  const LONGEST = 200;
  const UNSEEN = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]/gu;
  const COMMON = new Set(["alert", "high", "low", "too", "the", "for", "and", "not", "are", "than", "with"]);

  const parameter = (query, name) => [...(query.get(name) || "").replace(UNSEEN, "")].slice(0, LONGEST).join("");

  // LatencyP99High is "latency", "p99".
  function wordsOf(name) {
    const parts = name.replace(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase().match(/[a-z0-9]+/g) || [];
    return [...new Set(parts)].filter((word) => word.length > 2 && !COMMON.has(word));
  }

  // 1 for the same word, less for one that begins with the other, such as "feature" and "features".
  function likeness(one, other) {
    if (one === other) return 1;
    const begins = one.startsWith(other) || other.startsWith(one);
    return begins && Math.min(one.length, other.length) > 4 ? 0.5 : 0;
  }

  // What an entry shares with the alert: whether the service is its own, then rarer words for more.
  function ranked(entries, service, words) {
    const best = (owns, word) => Math.max(0, ...owns.map((own) => likeness(own, word)));
    const nearness = (entry, word) => Math.max(2 * best(entry.words, word), best(entry.signals, word));
    const having = (word) => entries.filter((entry) => nearness(entry, word)).length || 1;
    const worth = new Map(words.map((word) => [word, 1 / having(word)]));
    const score = (entry) => words.reduce((sum, word) => sum + nearness(entry, word) * worth.get(word), 0);
    return entries
      .map((entry, order) => ({ ...entry, order, own: entry.service === service, shared: score(entry) }))
      .filter((entry) => entry.own || entry.shared > 0)
      .sort((a, b) => b.own - a.own || b.shared - a.shared || a.order - b.order)
      .slice(0, MOST);
  }

  function element(name, text) {
    const made = document.createElement(name);
    made.textContent = text;
    return made;
  }

  function heading(alert, service, severity) {
    const line = element("p", "No runbook came with ");
    line.append(element("b", alert || "this alert"));
    if (service) line.append(" of ", element("b", service));
    if (severity) line.append(` (${severity})`);
    line.append(".");
    return line;
  }

  // Links of a section hand on the labels that its service takes; the runbook's page judges their values.
  function handOn(section, query) {
    const names = section.dataset.labels.split(" ").filter((name) => name && query.getAll(name).length === 1);
    if (!names.length) return;
    const kept = new URLSearchParams(names.map((name) => [name, query.get(name)]));
    for (const link of section.querySelectorAll("a[href^='runbooks/'], a[href^='services/']")) {
      link.setAttribute("href", `${link.getAttribute("href")}?${kept}`);
    }
  }

  function start() {
    const place = document.querySelector(".db-nearest");
    if (!place) return;
    const query = new URLSearchParams(location.search);
    const [alert, service, severity] = ["alertname", "service", "severity"].map((name) => parameter(query, name));
    const sections = [...document.querySelectorAll(".db-alerted")];
    sections.forEach((section) => handOn(section, query));
    if (!alert && !service) return;
    const entries = sections.flatMap((section) =>
      [...section.querySelectorAll("li[data-words]")].map((item) => ({
        item,
        service: section.dataset.service,
        words: item.dataset.words.split(" "),
        signals: item.dataset.signals.split(" "),
      })),
    );
    const nearest = ranked(entries, service, wordsOf(alert));
    const list = document.createElement("ol");
    list.append(...nearest.map(({ item }) => item.cloneNode(true)));
    const none = element("p", "Nothing here is near. All runbooks follow, by service.");
    place.replaceChildren(heading(alert, service, severity), nearest.length ? list : none);
    const own = sections.find((section) => section.dataset.service === service);
    if (own) place.append(own.querySelector(".db-owner").cloneNode(true));
    place.hidden = false;
  }

  start();
})();
