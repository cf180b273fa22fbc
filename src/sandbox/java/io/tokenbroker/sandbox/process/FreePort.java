package io.tokenbroker.sandbox.process;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * A port that is free just now, for what must know its own address before it starts. It is none that a system gives to
 * outgoing connections, so no connection takes it before it is listened on, nor while its process is started again.
 */
public final class FreePort {

    /** Linux gives from 32768 on, others from 49152. */
    private static final int FIRST = 20_000;

    private static final int END = 32_000;
    private static final int TRIES = 1_000;

    private FreePort() {}

    public static int any() {
        for (var tries = 0; tries < TRIES; tries++) {
            var port = ThreadLocalRandom.current().nextInt(FIRST, END);
            if (isFree(port)) {
                return port;
            }
        }
        throw new IllegalStateException("No port from %d to %d is free".formatted(FIRST, END));
    }

    private static boolean isFree(int port) {
        try (var socket = new ServerSocket(port, 1)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }
}
