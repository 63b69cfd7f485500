/**
 * The layout environment: what a page's layout depends on besides its DOM.
 * Recorded so that a replay "as recorded" can restore it.
 */
export interface Environment {
  title: string;
  inner: [width: number, height: number];
  client: [width: number, height: number];
  /** The whole screen's: what `device-width` in old style sheets asks for. */
  screen: [width: number, height: number];
  visualScale: number;
  pixelRatio: number;
  hover: boolean;
  pointer: "fine" | "coarse" | "none";
  colorScheme: "light" | "dark";
  reducedMotion: boolean;
  forcedColors: boolean;
  language: string;
  rootFontSize: number;
  compatMode: string;
}

export function readEnvironment(): Environment {
  const root = document.documentElement;
  const is = (query: string): boolean => matchMedia(query).matches;
  return {
    title: document.title,
    inner: [innerWidth, innerHeight],
    client: [root.clientWidth, root.clientHeight],
    screen: [screen.width, screen.height],
    visualScale: window.visualViewport?.scale ?? 1,
    pixelRatio: devicePixelRatio,
    hover: is("(hover: hover)"),
    pointer: is("(pointer: fine)") ? "fine" : is("(pointer: coarse)") ? "coarse" : "none",
    colorScheme: is("(prefers-color-scheme: dark)") ? "dark" : "light",
    reducedMotion: is("(prefers-reduced-motion: reduce)"),
    forcedColors: is("(forced-colors: active)"),
    language: navigator.language,
    rootFontSize: parseFloat(getComputedStyle(root).fontSize),
    compatMode: document.compatMode,
  };
}
