package io.tokenbroker.fusionauth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchException;

import com.inversoft.rest.ClientResponse;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import org.junit.jupiter.api.Test;

/** The JDK tells the two time-outs apart by words alone: this fails with the JDK that words them otherwise. */
class NeverSentTest {

    private static final int MILLIS = 200;

    @Test
    void aConnectionThatDoesNotComeAboutInTimeWasNeverUsed() throws IOException {
        try (var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var queue = new ArrayList<SocketChannel>();
            try {
                // More than it lets wait, since it accepts none.
                for (var i = 0; i < 8; i++) {
                    queue.add(SocketChannel.open());
                    queue.getLast().configureBlocking(false);
                    queue.getLast().connect(new InetSocketAddress(server.getInetAddress(), server.getLocalPort()));
                }

                assertThat(Failures.neverSent(response(server))).isTrue();
            } finally {
                for (var one : queue) {
                    one.close();
                }
            }
        }
    }

    @Test
    void anAnswerThatDoesNotComeInTimeLeavesItInDoubt() throws IOException {
        try (var server = new ServerSocket(0, 8, InetAddress.getLoopbackAddress())) {
            assertThat(Failures.neverSent(response(server))).isFalse();
        }
    }

    private static ClientResponse<Void, Void> response(ServerSocket server) throws IOException {
        var url = "http://%s:%d/".formatted(server.getInetAddress().getHostAddress(), server.getLocalPort());
        var connection = URI.create(url).toURL().openConnection();
        connection.setConnectTimeout(MILLIS);
        connection.setReadTimeout(MILLIS);
        var response = new ClientResponse<Void, Void>();
        response.exception = catchException(connection::getInputStream);
        assertThat(response.exception).isInstanceOf(SocketTimeoutException.class);
        return response;
    }
}
