import { names, read, write } from "./storage";

/** An event on its way. */
interface Item {
  /** Address. */
  u: string;
  /** Body. */
  b: string;
  /** When it happened, Unix ms. */
  t: number;
  /** Not before: Unix ms. */
  n: number;
  /** Attempts so far. */
  i: number;
  /** Whether the server said when to come back: then nobody comes earlier. */
  h?: boolean;
  /** Whether it lies in local storage too. */
  s?: boolean;
  /** Whether it is on its way now. */
  o?: boolean;
}

const prefix = "_th.";
/** Most events that wait; the oldest goes first. */
const most = 50;
/** Older ones serve nobody: Meta takes no event after 7 days. */
const oldest = 604_800_000;
/** Time that an attempt is given before another page may take the event. */
const lease = 15_000;
/** Longest wait of our own, and of one the server asked for. */
const longestWait = 60_000;
const longestAsked = 3_600_000;

const waiting = new Map<string, Item>();

/**
 * Sends an event until it is answered for good. It is kept in local storage until then, so that the next page goes on where this one ended.
 * @param personal It holds an e-mail or phone: it is never stored.
 */
export function deliver(id: string, u: string, body: object, personal: boolean): void {
  const now = Date.now();
  const item: Item = { u, b: JSON.stringify(body), t: now, n: now + lease, i: 0 };
  if (!personal) {
    item.s = true;
    store(id, item);
    item.s = !!read(prefix + id);
  }
  hold(id, item);
  void post(id, item);
}

/** Goes on with what earlier pages left, and prepares for the end of this one. */
export function resume(): void {
  const now = Date.now();
  const left: [string, Item][] = [];
  for (const name of names(prefix)) {
    try {
      const item = JSON.parse(read(name)!) as Item;
      // A clock that was wrong then may have set a time that never comes.
      item.n = Math.min(item.n, now + longestAsked);
      if (now - item.t < oldest) left.push([name.slice(prefix.length), item]);
      else write(name);
    } catch {
      write(name);
    }
  }
  for (const [id, item] of left.sort((a, b) => a[1].t - b[1].t)) {
    hold(id, item);
    later(id, item);
  }

  addEventListener("online", () => waiting.forEach((item, id) => {
    if (!item.h) void post(id, item);
  }));
  addEventListener("pagehide", () => waiting.forEach(item => {
    // A request that is under way survives the page, unless the browser is too old for that.
    if (item.o ? !("keepalive" in Request.prototype) : !(item.h && item.s)) navigator.sendBeacon(item.u, item.b);
  }));
}

function hold(id: string, item: Item): void {
  waiting.set(id, item);
  if (waiting.size > most) drop(waiting.keys().next().value!);
}

function store(id: string, item: Item): void {
  write(prefix + id, JSON.stringify(item));
}

function drop(id: string): void {
  waiting.delete(id);
  write(prefix + id);
}

async function post(id: string, item: Item): Promise<void> {
  if (item.o || waiting.get(id) != item) return;
  // Another page has sent it meanwhile.
  if (item.s && !read(prefix + id)) return drop(id);
  item.o = true;
  let asked = 0;
  try {
    const answer = await fetch(item.u, { method: "POST", body: item.b, keepalive: true, credentials: "omit" });
    // Refused for good, or taken: either way it is over.
    if (answer.status < 500 && answer.status != 429) return drop(id);
    asked = Math.min(longestAsked, Number(answer.headers.get("retry-after")) * 1_000 || 0);
  } catch {
    // Offline, blocked, or too much under way.
  }
  item.o = false;
  // It had to give way meanwhile.
  if (waiting.get(id) != item) return;

  const backOff = Math.min(longestWait, 1_000 * 2 ** item.i++) * (0.5 + Math.random() / 2);
  item.h = asked > backOff;
  item.n = Date.now() + Math.max(asked, backOff);
  if (item.s) store(id, item);
  later(id, item);
}

/** Tries again when its time has come, which an attempt in between may have put off. */
function later(id: string, item: Item): void {
  const wait = item.n - Date.now();
  if (wait > 0) setTimeout(() => later(id, item), wait);
  else void post(id, item);
}
