// Calls of the API. Whatever goes wrong becomes one sentence that can be shown.

/** A call that did not work; the message is for people, the status 0 where there was no answer. */
export class Failure extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

const begun = new Map();

// of the origin, as the page's own address may hold a user name and password, which fetch refuses
const send = (path, options) => fetch(new URL(path, location.origin), options);

/** Asks now what will be asked for soon; the first "get" of the path takes the answer. */
export function begin(path) {
  if (begun.has(path)) return;
  const answer = send(path);
  // told to who takes it
  answer.catch(() => {});
  begun.set(path, answer);
}

/** Drops what was begun and not asked for, before it is old. */
export const forget = () => begun.clear();

async function call(method, path, body, signal, read = json => json) {
  let answer;
  try {
    const early = method === 'GET' ? begun.get(path) : undefined;
    begun.delete(path);
    answer = await (early ?? send(path, {
      method, signal, body, headers: body === undefined ? {} : {'Content-Type': 'application/json'},
    }));
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    throw new Failure(0, 'The runner does not answer. It may be restarting, or the connection is lost.');
  }
  let json = null;
  try {
    json = await answer.json();
  } catch (e) {
    if (e.name === 'AbortError') throw e;
    // said below
  }
  if (answer.status === 401) throw new Failure(401, 'User name and password are needed: reload the page to log in.');
  if (!answer.ok) throw new Failure(answer.status, `The runner says: ${json?.error ?? `status ${answer.status}`}.`);
  if (json === null) throw new Failure(answer.status, 'The answer is not JSON: is something in between?');
  return read(json, answer);
}

export const get = (path, signal) => call('GET', path, undefined, signal);
/** A part of a list, and the path of the next one; null at the end. */
export const getPart = (path, signal) => call('GET', path, undefined, signal, (list, answer) =>
  ({list, next: answer.headers.get('Link')?.match(/<([^>]*)>; rel="next"/)?.[1] ?? null}));
export const getAll = (paths, signal) => Promise.all(paths.map(each => get(each, signal)));
export const post = (path, body = '', signal) => call('POST', path, body, signal);
export const remove = (path, signal) => call('DELETE', path, undefined, signal);

export const DESTINATIONS = '/api/destinations';
const watchers = new Set();
let last = {at: -Infinity, answer: null};

/** How the destinations stand: as it was read up to so many milliseconds ago, by whatever asked then. */
export function destinations(age = 0) {
  if (!last.answer || performance.now() - last.at > age) {
    last = {at: performance.now(), answer: get(DESTINATIONS)};
    last.answer.then(all => watchers.forEach(each => each(all)), () => { last.at = -Infinity; });
  }
  return last.answer;
}

/** Calls the function with each answer from now on. */
export const watch = each => watchers.add(each);

/** A path with its variable parts encoded: path`/api/events/${id}` */
export const path = (texts, ...values) => String.raw({raw: texts}, ...values.map(encodeURIComponent));
