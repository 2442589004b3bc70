/** What the routes call by name. */
package io.subrelay.beans;
