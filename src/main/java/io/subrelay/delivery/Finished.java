package io.subrelay.delivery;

/**
 * How a delivery that was taken came back.
 *
 * @param retryAt when it goes again, milliseconds since the epoch; 0 if it has ended
 * @param dead    whether it has ended as a dead letter
 */
record Finished(Delivery delivery, long retryAt, boolean dead) {

    static Finished again(Delivery delivery, long retryAt) {
        return new Finished(delivery, retryAt, false);
    }

    boolean failed() {
        return retryAt > 0;
    }
}
