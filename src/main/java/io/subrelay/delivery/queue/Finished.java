package io.subrelay.delivery.queue;

import io.subrelay.event.Delivery;

/**
 * How a delivery that was taken came back.
 *
 * @param retryMs in how many milliseconds it is retried; -1 if it has ended
 * @param dead    whether it has ended as a dead letter
 */
public record Finished(Delivery delivery, long retryMs, boolean dead) {

    public static Finished again(Delivery delivery, long retryMs) {
        return new Finished(delivery, retryMs, false);
    }

    public static Finished ended(Delivery delivery, boolean dead) {
        return new Finished(delivery, -1, dead);
    }

    public boolean failed() {
        return retryMs >= 0;
    }
}
