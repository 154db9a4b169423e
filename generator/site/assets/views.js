/* Views of a runbook: what one reader needs first is open, the rest folded, nothing removed. */
(function () {
  "use strict";

  const nav = document.querySelector(".db-views");
  if (!nav) return;
  const page = nav.closest("article");
  const everybody = nav.querySelector(".db-view-name").textContent;
  const folds = [...page.querySelectorAll("details.db-fold")];
  const steps = [...page.querySelectorAll("li[data-step]")];
  const usual = new Map(folds.map((fold) => [fold, fold.open]));

  function linkOf(view) {
    return [...nav.querySelectorAll("li a")].find((link) => link.dataset.view === view);
  }

  function asked() {
    const view = new URLSearchParams(location.search).get("view") || "all";
    return linkOf(view) ? view : "all";
  }

  function isRole(view) {
    return steps.some((step) => step.dataset.role === view) || Boolean(dutyOf(view));
  }

  function dutyOf(view) {
    return [...page.querySelectorAll("[data-duty]")].find((item) => item.dataset.duty === view);
  }

  function isFor(fold, view) {
    if ((fold.dataset.readers || "").split(" ").includes(view)) return true;
    return [...fold.querySelectorAll("li[data-step]")].some((step) => step.dataset.role === view);
  }

  function setFolds(view) {
    for (const fold of folds) fold.open = view === "all" ? usual.get(fold) : isFor(fold, view);
  }

  function setSteps(view) {
    const role = isRole(view);
    for (const step of steps) {
      step.classList.toggle("db-other", role && step.dataset.role !== view);
      step.classList.remove("db-unfolded");
    }
  }

  function setStrip(view) {
    const link = linkOf(view);
    nav.querySelector(".db-view-name").textContent = link ? link.textContent : everybody;
    nav.querySelector(".db-view-all").hidden = !link;
    nav.classList.toggle("db-viewing", Boolean(link));
    nav.querySelectorAll("li a").forEach((other) => {
      if (other === link) other.setAttribute("aria-current", "true");
      else other.removeAttribute("aria-current");
    });
  }

  function element(name, text, className) {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (className) made.className = className;
    return made;
  }

  function stepLink(step) {
    const item = element("li"), link = element("a", step.querySelector(".db-do").textContent);
    link.href = "#" + step.id;
    item.append(link);
    return item;
  }

  /* The duty of a role and the way to its steps, in the order of the page. */
  function brief(view) {
    const box = element("section", "", "db-brief"), duty = dutyOf(view);
    const own = steps.filter((step) => step.dataset.role === view);
    if (duty) box.append(element("p", duty.lastElementChild.textContent));
    if (own.length) {
      const list = element("details"), items = element("ol");
      list.append(element("summary", `Your steps: ${own.length}`), items);
      items.append(...own.map(stepLink));
      box.append(list);
    }
    return box;
  }

  function setBrief(view) {
    page.querySelectorAll(".db-brief").forEach((old) => old.remove());
    if (isRole(view)) nav.append(brief(view));
  }

  function apply() {
    const view = asked();
    page.dataset.view = view;
    setFolds(view);
    setSteps(view);
    setStrip(view);
    setBrief(view);
  }

  function addressOf(view) {
    const address = new URL(location.href);
    if (view === "all") address.searchParams.delete("view");
    else address.searchParams.set("view", view);
    return address.href;
  }

  function choose(event) {
    const link = event.target.closest("a[data-view]");
    if (!link) return;
    event.preventDefault();
    nav.querySelector("details").open = false;
    const address = addressOf(link.dataset.view);
    try { history.pushState(null, "", address); } catch (error) { location.assign(address); return; }
    apply();
    nav.querySelector("summary").focus();
  }

  function unfold(event) {
    const step = event.target.closest("li.db-other");
    if (step && !event.target.closest("a, button, input")) step.classList.toggle("db-unfolded");
  }

  nav.addEventListener("click", choose);
  page.addEventListener("click", unfold);
  window.addEventListener("popstate", apply);
  apply();
})();
