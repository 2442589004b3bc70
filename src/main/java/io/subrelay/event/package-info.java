/**
 * What everybody speaks of: an event and its kind, a delivery, and the result of an attempt. It knows no other package.
 */
package io.subrelay.event;
