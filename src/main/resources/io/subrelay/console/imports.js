// Imports and backfills: how far they are, and how they ended.

import {destinations, get, path, remove} from './api.js';
import {backfill, backfillsOf, bar, isRunning} from './backfills.js';
import {asks} from './first.js';
import {count, failure, html, nothing, number, table, when} from './parts.js';
import {maskedText} from './personal.js';

export const title = 'Imports and backfills';

const EVERY_MS = 2000;
const IDLE_MS = 10000;
/** A command that has told nothing for so long may be there no more. */
const SILENT_MS = 120000;
const COUNTS = ['new', 'updated', 'unchanged', 'refused'];
const BADGES = {running: 'preview', stopping: 'paused', stopped: 'paused', failed: 'failing', done: 'live'};

export async function show(screen) {
  let imports = null;
  let all = [];
  let error = null;

  async function load() {
    try {
      [imports, all] = await Promise.all([get(asks.imports()[0], screen.signal), destinations(EVERY_MS / 2)]);
      error = null;
    } catch (e) {
      error = e;
    }
    screen.draw(page);
    return [...imports ?? [], ...all.flatMap(backfillsOf)].some(isRunning) ? EVERY_MS : IDLE_MS;
  }

  const act = screen.acting(() => destinations().then(load), e => { error = e; });

  const stop = each => act(async () => {
    const {stopped} = await remove(path`/api/imports/${each.id}`, screen.signal);
    screen.say(stopped ? `The import of ${each.name} stops` : 'It had ended already');
  });

  const badge = state => html`<span class="badge ${BADGES[state]}">${state}</span>`;

  const isSilent = each => ['running', 'stopping'].includes(each.state) && Date.now() - Date.parse(each.told_at) > SILENT_MS;

  const card = each => html`<section class="card" aria-label=${`Import of ${each.name}`}>
    <h3>${each.name === '--gaps' ? 'customers with gaps' : each.name} ${badge(each.state)}
      ${each.dry_run ? html`<span class="badge">dry run</span>` : nothing}</h3>
    ${bar(html`${Math.floor(each.done * 100)} %: ${count(each.read, 'line', 'lines')}, of which
      ${COUNTS.map((name, index) => `${index > 0 ? ', ' : ''}${number(each[name])} ${name}`)}`, each.done * 1000, 1000,
      each.state === 'running' && (() => stop(each)), `the import of ${each.name}`)}
    <p class="muted">Began ${when(each.started_at)}, last heard of ${when(each.told_at)}.</p>
    ${isSilent(each) ? html`<p class="retrying">Nothing has been heard of it since: its command may have ended. The same command goes
      on where it was.</p>` : nothing}
    ${each.failure ? html`<p class="failure">${maskedText(each.failure)}</p>` : nothing}
    ${each.refusals.length === 0 ? nothing : html`<details><summary>${each.refused > each.refusals.length ? 'The last lines' : 'The lines'} that it
      refused</summary>${table(`Refused of ${each.name}`, ['Line', 'Reason'],
        each.refusals.map(({line, reason}) => [number(line), maskedText(reason)]))}</details>`}
    ${Object.keys(each.statuses).length === 0 ? nothing : html`<details><summary>Customers by status</summary><ul class="inline">
      ${Object.entries(each.statuses).map(([status, customers]) => html`<li>${number(customers)} ${status}</li>`)}</ul></details>`}
    </section>`;

  const backfillCard = each => html`<section class="card" aria-label=${`${each.title} of ${each.name}`}>
    <h3>${each.title} of ${each.name} ${badge(each.state)}</h3>${backfill(each, screen, act)}
    ${each.waiting > 0 ? html`<p class="muted">${count(each.waiting, 'delivery waits', 'deliveries wait')} of what is
      scheduled.</p>` : nothing}</section>`;

  const none = text => html`<p class="muted">${text}</p>`;

  function page() {
    const backfills = all.flatMap(backfillsOf);
    return html`<h1>${title}</h1>
      ${error ? failure(error) : nothing}
      <h2>Imports</h2>
      ${imports === null ? nothing : imports.length === 0 ? none(html`None yet. <code>java -jar subrelay.jar import
        customers.jsonl</code>, beside the runner, takes in customers from before.`)
        : html`<div class="cards wide">${imports.map(card)}</div>`}
      <h2>Backfills</h2>
      ${backfills.length === 0 ? none(html`None yet. One is begun at a destination, on the page
        <a href="#/destinations">Destinations</a>.`) : html`<div class="cards wide">${backfills.map(backfillCard)}</div>`}`;
  }

  await screen.repeat(load);
}
