"""What a browser says that its elements have: the names that the tag takes for working ones."""

from __future__ import annotations

import re

__all__ = ["ASK", "HTML", "SVG", "arranged"]

HTML = (
    "a abbr address applet area article aside audio b base basefont bdi bdo bgsound big blink "
    "blockquote body br button canvas caption center cite code col colgroup data datalist dd del "
    "details dfn dialog dir div dl dt em embed fencedframe fieldset figcaption figure font footer "
    "form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html i iframe image img input ins "
    "kbd keygen label legend li link listing main map mark marquee math menu menuitem meta meter "
    "nav nobr noembed noframes noscript object ol optgroup option output p param picture "
    "plaintext pre progress q rb rp rt rtc ruby s samp script search section select "
    "selectedcontent slot small source span strike strong style sub summary sup svg table tbody td "
    "template textarea tfoot th thead time title tr track tt u ul var video wbr xmp"
)
SVG = (
    "a animate animateMotion animateTransform circle clipPath defs desc discard ellipse feBlend "
    "feColorMatrix feComponentTransfer feComposite feConvolveMatrix feDiffuseLighting "
    "feDisplacementMap feDistantLight feDropShadow feFlood feFuncA feFuncB feFuncG feFuncR "
    "feGaussianBlur feImage feMerge feMergeNode feMorphology feOffset fePointLight "
    "feSpecularLighting feSpotLight feTile feTurbulence filter foreignObject g image line "
    "linearGradient marker mask metadata mpath path pattern polygon polyline radialGradient rect "
    "script set stop style svg switch symbol text textPath title tspan use view"
)

ASK = """() => {
  const inert = document.implementation.createHTMLDocument("");
  const found = {};
  const add = (kind, element) => {
    const names = (found[kind] ??= []);
    for (const name in element) names.push(name.toLowerCase());
  };
  add("", inert.createElement("x-x"));
  for (const tag of "HTML_TAGS".split(" ")) add(tag, inert.createElement(tag));
  const space = "http://www.w3.org/2000/svg";
  const plain = inert.createElementNS(space, "x");
  add("svg ", plain);
  for (const tag of "SVG_TAGS".split(" ")) {
    add("svg " + tag.toLowerCase(), inert.createElementNS(space, tag));
  }
  found.css = [];
  for (const name in plain.style) {
    found.css.push(name.replace(/[A-Z]/g, "-$&").toLowerCase());
  }
  return found;
}""".replace("HTML_TAGS", HTML).replace("SVG_TAGS", SVG)
"""In a page: names of properties by kind of element, as `recorder/client/redact/names.ts` asks."""


def arranged(found: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    """Without methods' constants and event handlers, which no rule asks about."""
    return {
        kind: frozenset(
            name for name in names if re.fullmatch(r"[a-z][a-z0-9-]*", name) and name[:2] != "on"
        )
        for kind, names in found.items()
    }
