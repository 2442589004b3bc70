/** Time of day, and measured time. */
package io.subrelay.time;
