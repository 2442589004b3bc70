/** The command {@code diff}: what a change of routes and settings does to the requests. */
package io.subrelay.diff;
