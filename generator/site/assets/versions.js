// On a page of a version that is not in force: which one is, and the way there.
(() => {
  "use strict";

  const IN_FORCE = "latest";

  /** The folder of this version, or nothing where there are no versions beside it. */
  function root() {
    const config = document.getElementById("__config");
    const { base, version } = config ? JSON.parse(config.textContent) : {};
    const published = version && version.provider === "mike" && location.protocol.startsWith("http");
    return published ? new URL(`${base.replace(/\/$/, "")}/`, location.href) : null;
  }

  async function fetched(url) {
    const answer = await fetch(url);
    return answer.ok ? answer : null;
  }

  /** Whether the version at that folder has this very page. */
  async function hasThisPage(folder) {
    const canonical = document.querySelector('link[rel="canonical"]');
    const map = canonical && (await fetched(new URL("sitemap.xml", folder)));
    if (!map) return false;
    const pages = new DOMParser().parseFromString(await map.text(), "text/xml").querySelectorAll("loc");
    return [...pages].some((page) => page.textContent.trim() === canonical.href);
  }

  function banner(own, held, address, isThisPage) {
    const note = document.createElement("aside");
    note.className = "db-version";
    note.setAttribute("aria-label", "Version");
    const words = document.createElement("p");
    words.textContent = `This is version ${own.title}. The version in force is ${held.title}.`;
    const link = document.createElement("a");
    link.href = address.href;
    link.textContent = isThisPage ? `This page in version ${held.title}` : `Version ${held.title}, from its front page`;
    note.append(words, link);
    return note;
  }

  async function tell(folder) {
    const answer = await fetched(new URL("../versions.json", folder));
    if (!answer) return;
    const versions = await answer.json();
    const here = decodeURIComponent(folder.pathname.split("/").at(-2));
    const own = versions.find((one) => one.version === here || one.aliases.includes(here));
    const held = versions.find((one) => one.aliases.includes(IN_FORCE)) || versions[0];
    if (!own || own === held) return;
    const name = held.aliases.includes(IN_FORCE) ? IN_FORCE : held.version;
    const address = new URL(`../${encodeURIComponent(name)}/`, folder);
    const isThisPage = await hasThisPage(address);
    if (isThisPage) {
      address.pathname += location.pathname.slice(folder.pathname.length);
      address.search = location.search;
      address.hash = location.hash;
    }
    const content = document.querySelector(".md-content__inner");
    if (content) content.prepend(banner(own, held, address, isThisPage));
  }

  const folder = root();
  // A host that does not answer leaves the page as it is.
  if (folder) tell(folder).catch(() => {});
})();
