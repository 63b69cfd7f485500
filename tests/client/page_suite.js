// What a page can see of fetch, XMLHttpRequest, sendBeacon and console.error: run with and without
// the watchers, it must return the same. `other` is the same server under another origin.
async ({ other }) => {
  const results = {};
  const unhandled = [];
  addEventListener("unhandledrejection", (event) => {
    unhandled.push(String(event.reason));
    event.preventDefault();
  });
  const outcome = async (promise) => {
    try {
      const value = await promise;
      return value instanceof Response
        ? [value.status, value.type, value.redirected, value.bodyUsed, await value.text()]
        : String(value);
    } catch (error) {
      return `${error?.name}: ${error?.message ?? error}`;
    }
  };
  const thrown = (run) => {
    try {
      return String(run());
    } catch (error) {
      return `${error.name}: ${error.message}`;
    }
  };
  const test = async (name, run) => {
    results[name] = await run();
  };

  for (const [owner, name] of [
    [window, "fetch"], [XMLHttpRequest.prototype, "open"], [XMLHttpRequest.prototype, "send"],
    [navigator, "sendBeacon"], [console, "error"],
  ]) {
    await test(`shape of ${name}`, () => {
      const { value, ...flags } = Object.getOwnPropertyDescriptor(owner, name) ?? {};
      const one = owner[name];
      return [
        one.name, one.length, typeof one, "prototype" in one, one instanceof Function, flags,
        /\[native code\]/.test(Function.prototype.toString.call(one)), Object.keys(owner).includes(name),
        Object.getOwnPropertyNames(one).sort(), thrown(() => new one("/json")).replace(/one|fetch/, ""),
      ];
    });
  }

  await test("a promise", () => {
    const promise = fetch("/json");
    return [promise instanceof Promise, promise.constructor === Promise, Object.keys(promise)];
  });
  await test("plain", () => outcome(fetch("/json")));
  await test("as a method", () => outcome(window.fetch("/json")));
  await test("illegal this", () => outcome(fetch.call({}, "/json")));
  await test("no arguments", () => outcome(fetch()));
  await test("a bad URL", () => outcome(fetch("http://[")));
  await test("a URL with user info", () => outcome(fetch("http://me:secret@localhost/")));
  await test("bad options", () => outcome(fetch("/json", 5)));
  await test("an option that throws", () =>
    outcome(fetch("/json", { get method() { throw new RangeError("no"); } })));
  await test("getters run once", async () => {
    const calls = [];
    const url = { toString() { calls.push("toString"); return "/json?status=201"; } };
    const options = { get method() { calls.push("method"); return "POST"; } };
    return [await outcome(fetch(url, options)), calls];
  });
  await test("a URL object", () => outcome(fetch(new URL("/json", location.href))));
  await test("a Request", async () => {
    const request = new Request("/json", { method: "PUT", body: "one" });
    return [await outcome(fetch(request)), request.bodyUsed, await outcome(fetch(request))];
  });
  await test("a Request from a clone", async () => {
    const request = new Request("/json", { method: "POST", body: "two" });
    return [await outcome(fetch(request.clone())), await outcome(fetch(request))];
  });
  await test("options over a Request", () =>
    outcome(fetch(new Request("/json", { method: "POST", body: "x" }), { body: "y" })));
  await test("a status that tells of failure", () => outcome(fetch("/json?status=500")));
  await test("a redirect", () => outcome(fetch("/redirect")));
  await test("a redirect by hand", () => outcome(fetch("/redirect", { redirect: "manual" })));
  await test("a redirect that is an error", () => outcome(fetch("/redirect", { redirect: "error" })));
  await test("another origin", () => outcome(fetch(`${other}/json`)));
  await test("another origin without CORS", () => outcome(fetch(`${other}/closed`)));
  await test("an opaque answer", () => outcome(fetch(`${other}/closed`, { mode: "no-cors" })));
  await test("a cut connection", () => outcome(fetch("/cut")));
  await test("a stream", async () => {
    const reader = (await fetch("/stream")).body.getReader();
    let text = "";
    for (let part; !(part = await reader.read()).done; ) text += new TextDecoder().decode(part.value);
    return text;
  });
  await test("aborted before", () => outcome(fetch("/json", { signal: AbortSignal.abort("early") })));
  await test("aborted during", async () => {
    const control = new AbortController();
    const promise = fetch("/slow", { signal: control.signal });
    setTimeout(() => control.abort(), 20);
    return outcome(promise);
  });
  await test("aborted while the body comes", async () => {
    const control = new AbortController();
    const response = await fetch("/stream", { signal: control.signal });
    control.abort(new Error("late"));
    return outcome(response.text());
  });
  await test("unhandled once", async () => {
    fetch("http://[");
    fetch("http://[").catch(() => {});
    await new Promise((done) => setTimeout(done, 50));
    return unhandled.splice(0);
  });
  await test("a frame's fetch", async () => {
    const frame = document.body.appendChild(document.createElement("iframe"));
    const win = frame.contentWindow;
    const promise = win.fetch(new URL("/json", location.href).href);
    const own = [promise instanceof win.Promise, promise instanceof Promise];
    const same = (await promise) instanceof win.Response;
    const { fetch: kept } = win;
    frame.remove();
    return [own, same, await outcome(kept("http://127.0.0.1:1/"))];
  });

  const ask = (set, send = (xhr) => xhr.send()) => new Promise((done) => {
    const xhr = new XMLHttpRequest();
    const seen = [];
    for (const name of ["loadstart", "load", "error", "abort", "timeout", "loadend", "readystatechange"]) {
      xhr.addEventListener(name, () => seen.push(`${name} ${xhr.readyState} ${xhr.status}`));
    }
    xhr.onloadend = () => setTimeout(() => done([seen, xhr.responseText, xhr.responseURL.slice(-9)]));
    set(xhr);
    send(xhr);
  });
  await test("xhr", () => ask((xhr) => xhr.open("GET", "/json")));
  await test("xhr with a body", () =>
    ask((xhr) => xhr.open("post", new URL("/json", location.href)), (xhr) => xhr.send("body")));
  await test("xhr redirected", () => ask((xhr) => xhr.open("GET", "/redirect")));
  await test("xhr 404", () => ask((xhr) => xhr.open("GET", "/nothing")));
  await test("xhr cut", () => ask((xhr) => xhr.open("GET", "/cut")));
  await test("xhr without CORS", () => ask((xhr) => xhr.open("GET", `${other}/closed`)));
  await test("xhr aborted", () =>
    ask((xhr) => xhr.open("GET", "/slow"), (xhr) => { xhr.send(); setTimeout(() => xhr.abort(), 20); }));
  await test("xhr timeout", () =>
    ask((xhr) => { xhr.open("GET", "/slow"); xhr.timeout = 20; }));
  await test("xhr used again in its own handler", () => new Promise((done) => {
    const xhr = new XMLHttpRequest();
    const texts = [];
    xhr.onload = () => {
      texts.push(xhr.status);
      if (texts.length === 3) return done(texts);
      xhr.open("GET", `/json?status=${texts.length + 200}`);
      xhr.send();
    };
    xhr.open("GET", "/json");
    xhr.send();
  }));
  await test("xhr opened again under way", () =>
    ask((xhr) => { xhr.open("GET", "/slow"); xhr.send(); xhr.open("GET", "/json"); }));
  await test("xhr, synchronous", () => {
    const xhr = new XMLHttpRequest();
    xhr.open("GET", "/json", false);
    xhr.send();
    return [xhr.status, xhr.responseText, xhr.getResponseHeader("x-request-id")];
  });
  await test("xhr, synchronous and cut", () => {
    const xhr = new XMLHttpRequest();
    xhr.open("GET", "/cut", false);
    return thrown(() => xhr.send()).replace(/'http.*/, "");
  });
  await test("xhr in wrong order", () => {
    const xhr = new XMLHttpRequest();
    const early = thrown(() => xhr.send());
    xhr.open("GET", "/json");
    xhr.send();
    return [early, thrown(() => xhr.send()), thrown(() => xhr.open()), thrown(() => xhr.open("A B", "/"))];
  });
  await test("xhr of a wrong this", () => [
    thrown(() => XMLHttpRequest.prototype.open.call({}, "GET", "/")),
    thrown(() => XMLHttpRequest.prototype.send.call(undefined)),
  ]);
  await test("xhr extended", async () => {
    class Own extends XMLHttpRequest { open(...given) { return super.open(...given); } }
    const xhr = new Own();
    xhr.open("GET", "/json", false);
    xhr.send();
    return [xhr.status, xhr instanceof XMLHttpRequest];
  });

  await test("beacon", () => [
    navigator.sendBeacon("/json", "x"), thrown(() => navigator.sendBeacon("http://[")),
    thrown(() => navigator.sendBeacon()), thrown(() => navigator.sendBeacon.call({}, "/json")),
  ]);
  await test("console", () => {
    const nasty = { toString() { throw new Error("toString ran"); }, get stack() { throw new Error("x"); } };
    const proxy = new Proxy({}, { getPrototypeOf() { throw new Error("trapped"); } });
    return [
      thrown(() => console.error("%s is %d", "this", 5, { a: 1 })), thrown(() => console.error()),
      thrown(() => console.error(nasty, proxy, Symbol("s"), 10n, null, undefined, () => 1)),
      thrown(() => console.error.call(null, "bare")), [1, 2].map(console.error),
    ];
  });
  return results;
}
