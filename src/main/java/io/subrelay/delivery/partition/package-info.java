/** How runners on one database divide the customers. */
package io.subrelay.delivery.partition;
