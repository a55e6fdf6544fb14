// The one policy of Trusted Types: markup that htmx puts into a page holds nothing that runs; scripts are never made from text.
(() => {
  "use strict";
  if (!window.trustedTypes) return;
  const HEAD = /<head(?:\s[^>]*)?>[\s\S]*?<\/head>/gi;
  const TITLE = /<title(?:\s[^>]*)?>[^<]*<\/title>/i;
  const RUNS = /<\/?(?:script|iframe|frame|object|embed|base|meta|link|style|math)\b|<[^>]*[\s/"']on[a-z]+\s*=|\ssrcdoc\s*=|javascript\s*:/i;
  // htmx drops the head of a whole page as well; only its title is of use, and there is none of ours with markup in it.
  const bare = (text) => text.replace(HEAD, (head) => `<head>${(head.match(TITLE) || [""])[0]}</head>`);
  window.trustedTypes.createPolicy("default", {
    createHTML(text) {
      const kept = bare(text);
      return RUNS.test(kept) ? null : kept;
    },
    createScript: () => null,
    createScriptURL: () => null,
  });
})();
