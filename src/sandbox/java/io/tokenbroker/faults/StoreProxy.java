package io.tokenbroker.faults;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Stands between one replica and PostgreSQL. Forwards what both say, by whole statements, and lets a rule wait or cut the
 * connection before a statement gets there, or before its answer comes back.
 */
final class StoreProxy implements AutoCloseable {

    /** What befalls statements. Called on the thread of the connection, which may be kept waiting. */
    interface Rule {

        Rule NONE = new Rule() {};

        /**
         * @param statement its SQL and its values; for a COMMIT those of the whole transaction after it
         * @return false to cut the connection instead
         */
        default boolean before(String statement) {
            return true;
        }

        /** PostgreSQL has carried it out. */
        default boolean after(String statement) {
            return true;
        }
    }

    private static final int PROTOCOL_3 = 196_608;
    private static final int CANCEL = 80_877_102;
    private static final Charset BYTES = StandardCharsets.ISO_8859_1;

    private final ServerSocket entrance;
    private final int server;
    private final Set<Closeable> open = ConcurrentHashMap.newKeySet();
    private volatile Rule rule = Rule.NONE;
    private volatile boolean away;

    StoreProxy(int server) {
        this.server = server;
        try {
            this.entrance = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        var _ = Thread.ofVirtual().start(this::accept);
    }

    int port() {
        return entrance.getLocalPort();
    }

    void suffer(Rule newRule) {
        rule = newRule;
    }

    /** Cuts every connection and takes no new one. */
    void away() {
        away = true;
        open.forEach(StoreProxy::shut);
    }

    void back() {
        away = false;
    }

    private void accept() {
        while (!entrance.isClosed()) {
            try {
                var client = entrance.accept();
                if (away) {
                    client.close();
                } else {
                    var _ = Thread.ofVirtual().start(() -> serve(client));
                }
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket client) {
        try (client;
                var to = new Socket(InetAddress.getLoopbackAddress(), server)) {
            client.setTcpNoDelay(true);
            to.setTcpNoDelay(true);
            var conversation = new Conversation(client, to);
            open.add(conversation);
            var _ = Thread.ofVirtual().start(conversation::answers);
            if (!away) {
                conversation.questions();
            }
            conversation.close();
        } catch (IOException cut) {
            shut(client);
        }
    }

    private static void shut(Closeable one) {
        try {
            one.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        away();
        shut(entrance);
    }

    /** One connection of the broker. */
    private final class Conversation implements Closeable {

        private final Socket client;
        private final Socket server;

        /** Statements that were prepared under a name; the nameless one, too. */
        private final Map<String, String> prepared = new HashMap<>();

        private String transaction = "";

        /** What PostgreSQL is at, if it is a statement. */
        private volatile @Nullable String underWay;

        Conversation(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void questions() throws IOException {
            var in = new DataInputStream(client.getInputStream());
            for (var code = 0; code != PROTOCOL_3; ) {
                var length = in.readInt();
                var body = in.readNBytes(length - Integer.BYTES);
                code = ByteBuffer.wrap(body).getInt();
                server.getOutputStream().write(framed(length, body));
                if (code == CANCEL) {
                    return;
                }
            }
            var unit = new ByteArrayOutputStream();
            var statement = new StringBuilder();
            for (var type = in.read(); type >= 0; type = in.read()) {
                var length = in.readInt();
                var body = in.readNBytes(length - Integer.BYTES);
                unit.write(type);
                unit.write(framed(length, body));
                note((char) type, body, statement);
                if ("PBDEC".indexOf(type) < 0) {
                    if (!forward(unit.toByteArray(), statement.toString())) {
                        return;
                    }
                    unit.reset();
                    statement.setLength(0);
                }
            }
        }

        private void note(char type, byte[] body, StringBuilder statement) {
            switch (type) {
                case 'Q' -> statement.append(new String(body, BYTES));
                case 'P' -> {
                    var parts = new String(body, BYTES).split("\0", 3);
                    prepared.put(parts[0], parts[1]);
                }
                case 'B' -> {
                    var parts = new String(body, BYTES).split("\0", 3);
                    statement
                            .append(prepared.getOrDefault(parts[1], ""))
                            .append('\n')
                            .append(parts[2])
                            .append('\n');
                }
                default -> {}
            }
        }

        private boolean forward(byte[] unit, String text) throws IOException {
            var isCommit = text.startsWith("COMMIT");
            var statement = isCommit ? text + transaction : text;
            if (text.startsWith("BEGIN")) {
                transaction = text;
            } else if (isCommit || text.startsWith("ROLLBACK")) {
                transaction = "";
            } else if (!transaction.isEmpty()) {
                transaction += text;
            }
            if (!statement.isBlank() && !rule.before(statement)) {
                return false;
            }
            underWay = statement.isBlank() ? null : statement;
            server.getOutputStream().write(unit);
            return true;
        }

        void answers() {
            var buffer = new byte[65_536];
            try (this) {
                var in = server.getInputStream();
                for (var read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                    var statement = underWay;
                    underWay = null;
                    if (statement != null && !rule.after(statement)) {
                        return;
                    }
                    client.getOutputStream().write(buffer, 0, read);
                }
            } catch (IOException cut) {
                open.remove(this);
            }
        }

        private static byte[] framed(int length, byte[] body) {
            return ByteBuffer.allocate(length).putInt(length).put(body).array();
        }

        @Override
        public void close() throws IOException {
            open.remove(this);
            for (var socket : List.of(client, server)) {
                socket.close();
            }
        }
    }
}
