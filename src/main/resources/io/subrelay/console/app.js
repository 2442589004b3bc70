// The frame of the console: which view is open, and what all views need.

import {opened} from './first.js';
import {render} from './lit-html.js';
import {failure, html, loading} from './parts.js';
import {personalIsShown, showPersonal} from './personal.js';
import {destinations as standing, watch} from './api.js';
import {banner} from './banner.js';
import * as books from './books.js';
import * as customer from './customer.js';
import * as deadLetters from './dead-letters.js';
import * as destinations from './destinations.js';
import * as event from './event.js';
import * as events from './events.js';
import * as gaps from './gaps.js';
import * as imports from './imports.js';
import * as preview from './preview.js';
import * as search from './search.js';

const VIEWS = {destinations, search, customer, event, events, 'dead-letters': deadLetters, preview, gaps, books, imports};
const main = document.getElementById('main');
const said = document.getElementById('said');
const needs = document.getElementById('needs');
const NEEDS_EVERY_MS = 30000;
const NEEDS_AGE_MS = 5000;
let current = null;
let shown = null;

/** A view while it is open: what it draws, asks and repeats ends when another one opens. */
class Screen {
  #leave = new AbortController();
  #template = () => loading;
  signal = this.#leave.signal;

  /** Shows what the function gives, and again whenever something outside of the view changes how it looks. */
  draw(template) {
    this.#template = template;
    this.redraw();
  }

  redraw() {
    if (this.signal.aborted) return;
    render(this.#template(), main);
  }

  /** Calls the function now and again and again while somebody looks: it says after how many milliseconds. */
  async repeat(work) {
    while (!this.signal.aborted) {
      const pause = document.hidden ? 1000 : await work();
      await new Promise(done => {
        setTimeout(done, pause);
        this.signal.addEventListener('abort', done, {once: true});
      });
    }
  }

  /** Gives a function that does what a button asks for, and shows what has changed then, or what went wrong. */
  acting(load, failed) {
    return async work => {
      try {
        await work();
        await load();
      } catch (error) {
        failed(error);
        this.redraw();
      }
    };
  }

  /** Tells it to those who do not see the page. */
  say(text) {
    // emptied first, so that the same text is told again
    said.textContent = '';
    requestAnimationFrame(() => { said.textContent = text; });
  }

  leave() {
    this.#leave.abort();
  }
}

async function open(first) {
  let where;
  try {
    where = opened();
  } catch {
    where = {name: 'search', filters: new URLSearchParams()};
  }
  const {name, id, filters} = where;
  const view = VIEWS[name];
  current?.leave();
  const screen = new Screen();
  current = screen;
  document.title = `${view.title} – Subrelay`;
  for (const link of document.querySelectorAll('nav a')) {
    const here = VIEWS[link.hash.slice(2)] === view;
    link.toggleAttribute('aria-current', here);
    if (here) link.setAttribute('aria-current', 'page');
  }
  said.textContent = '';
  standing(NEEDS_AGE_MS).catch(() => {});
  const another = view !== shown;
  shown = view;
  // where only what is shown of it changes, it stays until it has changed, and the focus where it is
  if (another) render(loading, main);
  if (!first && another) {
    // as a new page would: reading starts at its top
    main.focus({preventScroll: true});
    scrollTo(0, 0);
  }
  try {
    await view.show(screen, id, filters);
  } catch (error) {
    if (error.name !== 'AbortError') screen.draw(() => html`<h1>${view.title}</h1>${failure(error)}`);
  }
}

document.getElementById('personal').addEventListener('click', click => {
  showPersonal(!personalIsShown());
  click.target.setAttribute('aria-pressed', personalIsShown());
  current.redraw();
});
document.getElementById('search').addEventListener('submit', submit => {
  submit.preventDefault();
  const typed = new FormData(submit.target).get('q').trim();
  if (!typed) return;
  const hash = `#/search/${encodeURIComponent(typed)}`;
  if (location.hash === hash) open(false);
  else location.hash = hash;
});
document.getElementById('to-main').addEventListener('click', click => {
  click.preventDefault();
  main.focus();
});
addEventListener('hashchange', () => open(false));
watch(all => render(banner(all), needs));
// a page that reads nothing itself learns of what has changed; a failure is told by what somebody does then
setInterval(() => { if (!document.hidden) standing(NEEDS_AGE_MS).catch(() => {}); }, NEEDS_EVERY_MS);
open(true);
