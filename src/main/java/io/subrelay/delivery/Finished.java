package io.subrelay.delivery;

/**
 * How a delivery that was taken came back.
 *
 * @param retryAt when it goes again, milliseconds since the epoch; 0 if it has ended
 */
record Finished(Delivery delivery, long retryAt) {

    boolean failed() {
        return retryAt > 0;
    }
}
