/** What waits for one destination: a lane for each customer, in memory or left in the database. */
package io.subrelay.delivery.queue;
