/* Folds of a page: whatever leads to a place inside one opens it. */
(function () {
  "use strict";

  function open(element) {
    for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
  }

  function show(element) {
    open(element);
    element.scrollIntoView({ block: "start" });
  }

  /* A search lands on the heading of a step; the step around it is what was meant. */
  function placeOf(hash) {
    let id = hash.slice(1);
    try { id = decodeURIComponent(id); } catch (error) { /* a hash that is no address */ }
    const found = id && document.getElementById(id);
    return found ? found.closest("li[data-step]") && found.matches("h4") ? found.closest("li[data-step]") : found : null;
  }

  function mark(place) {
    document.querySelectorAll(".db-landed").forEach((element) => element.classList.remove("db-landed"));
    if (place.matches("li[data-step]")) place.classList.add("db-landed");
  }

  function land() {
    const place = placeOf(location.hash);
    if (!place) return;
    mark(place);
    show(place);
  }

  /* A second tap on the same link changes no hash, but its fold may have been closed meanwhile. */
  function followed(event) {
    const link = event.target.closest("a[href^='#']");
    if (link && link.getAttribute("href") === location.hash) land();
  }

  window.addEventListener("hashchange", land);
  document.addEventListener("click", followed);
  land();
})();
