package io.tokenbroker.sandbox.fusionauth;

import io.tokenbroker.sandbox.wire.Reply;

/** The time that a slow FusionAuth takes, in real time since its caller is a real HTTP client. Ends when the stand-in closes. */
final class Pause {

    private Pause() {}

    static void millis(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new Refusal(Reply.dropped());
        }
    }
}
