/** Settings, and which of them are secret. */
package io.subrelay.config;
