// How far backfills are, of stored events and of how each customer stands.

import {path, remove} from './api.js';
import {count, duration, html, nothing, number, when} from './parts.js';

/** A bar with its words, and a button that stops it where "stop" is given. */
export const bar = (text, done, all, stop, of) => html`<div class="progress"><label>${text}
    <progress max=${Math.max(all, 1)} .value=${Math.min(done, all)}></progress></label>
  ${stop ? html`<button type="button" @click=${stop}>Stop<span class="unseen"> ${of}</span></button>` : nothing}</div>`;

/** The backfills of a destination, running or not. */
export const backfillsOf = ({name, requested, paused_since: paused, backfill, history_backfill: history}) => [
  backfill && {name, paused, of: 'state', title: 'State backfill', done: backfill.told, all: backfill.customers, ...backfill,
    text: `told of ${number(backfill.told)} of ${count(backfill.customers, 'customer', 'customers')}`,
    dropped: left => `${count(left, 'customer', 'customers')} not told of`},
  history && {name, paused, waiting: requested, of: 'history', title: 'Backfill', done: history.scheduled, all: history.events, ...history,
    text: `${number(history.scheduled)} of ${count(history.events, 'stored event', 'stored events')} scheduled`,
    dropped: left => `${count(left, 'event', 'events')} dropped`},
].filter(Boolean);

export const isRunning = each => each.state === 'running';

/** One of them as a bar; "act" does what a button asks for. */
export const backfill = (each, screen, act) => html`${bar(
  html`${each.title} since ${when(each.started_at)}: ${each.text}${isRunning(each) && each.seconds_left !== null && !each.paused
    ? `, ${duration(each.seconds_left)} left` : nothing}${each.state === 'stopped' && each.all > each.done
    ? `, ${each.dropped(each.all - each.done)}` : nothing}`,
  each.done, each.all, isRunning(each) && (() => act(async () => {
    const {stopped, dropped} = await remove(path`/api/destinations/${each.name}/backfill?of=${each.of}`, screen.signal);
    screen.say(!stopped ? 'It had ended already' : `The ${each.title.toLowerCase()} of ${each.name} is stopped${dropped > 0
      ? `: ${count(dropped, 'event is', 'events are')} dropped` : ''}`);
  })), `the ${each.title.toLowerCase()} of ${each.name}`)}`;
