// Every access may throw: storage can be blocked, full, or refused to a sandboxed frame. Nothing here throws.

/** Seconds that cookies live: 90 days, as Meta's own. */
const life = 7_776_000;

/** Runs something that may fail; what it gives, or nothing. */
export function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return;
  }
}

/** A value of local storage. */
export const read = (name: string) => attempt(() => localStorage.getItem(name)) ?? undefined;

/** Keeps a value, or forgets it. */
export function write(name: string, value?: string): void {
  attempt(() => value === undefined ? localStorage.removeItem(name) : localStorage.setItem(name, value));
}

/** Names in local storage with a prefix. */
export const names = (prefix: string) => attempt(() => Object.keys(localStorage).filter(name => name.startsWith(prefix))) ?? [];

/** A cookie as it is written. */
export const cookie = (name: string) => attempt(() => document.cookie.split("; ").find(pair => pair.startsWith(name + "="))?.slice(name.length + 1));

/** Writes a cookie for the whole registrable domain; an age of 0 removes it. Whether it is there can only be read back. */
export function setCookie(name: string, value: string, age = life): void {
  attempt(() => document.cookie = `${name}=${value};path=/;max-age=${age};samesite=lax${domain ? ";domain=" + domain : ""}${location.protocol == "https:" ? ";secure" : ""}`);
}

const labels = location.hostname.split(".");
const isAddress = /\d$/.test(location.hostname);

// No list of public suffixes fits here, but the browser has one: it refuses a cookie for com.br and takes one for loja.com.br.
const domain = ((): string => {
  for (let length = 2; !isAddress && length <= labels.length; length++) {
    const candidate = labels.slice(-length).join(".");
    attempt(() => document.cookie = `_th_d=1;domain=${candidate}`);
    if (cookie("_th_d")) {
      attempt(() => document.cookie = `_th_d=;max-age=0;domain=${candidate}`);
      return candidate;
    }
  }
  return "";
})();

/** Meta's subdomain index: labels of the cookies' domain but one; 1 where a domain takes no cookie, 0 on a bare name or an address. */
export const domainIndex = domain ? domain.split(".").length - 1 : +(!isAddress && labels.length > 1);
