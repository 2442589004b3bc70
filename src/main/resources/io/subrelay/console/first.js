// Which view is open and what it asks first. It is asked as soon as this file and api.js are there: the answers come while
// the other files are loaded.

import {begin, forget, path} from './api.js';

/** What each view asks first, by the parameters of its address. */
export const asks = {
  destinations: () => ['/api/destinations'],
  customer: id => (id ? [path`/api/customers/${id}`, path`/api/customers/${id}/history`] : []),
  event: id => (id ? [path`/api/events/${id}`, path`/api/events/${id}/preview`] : []),
  preview: () => ['/api/events?limit=20'],
  gaps: () => ['/api/gaps'],
  live: (destination, state) => ['/api/events?limit=50'
    + (destination ? `&destination=${encodeURIComponent(destination)}&state=${encodeURIComponent(state ?? '')}` : '')],
};

/** The name of the view that is open, and its parameters as they are in the address. */
export function opened() {
  const [name, ...parameters] = location.hash.replace(/^#\/?/, '').split('/');
  return [Object.hasOwn(asks, name) ? name : 'destinations', parameters];
}

try {
  const [name, parameters] = opened();
  // a page that nobody sees yet asks once it is seen
  if (!document.hidden) asks[name](...parameters.map(decodeURIComponent)).forEach(begin);
} catch {
  // an address that cannot be decoded: the view says it
}
addEventListener('hashchange', forget);
