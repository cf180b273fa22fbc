package io.tokenbroker.faults;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import io.tokenbroker.sandbox.Sandbox;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A file. Where the harness is root, in a small file system of its own that can be full, seen by the broker through a second
 * mount that can be read-only.
 */
final class SqliteStore implements Store {

    /** Between two writes of a slow store: long enough for one. */
    private static final Duration GAP = Duration.ofMillis(150);

    private static final Duration UNTIL_CLOSED = Duration.ofMillis(500);
    private static final int TRIES = 20;

    private final Path folder = Sandbox.stores().resolve("faults-" + UUID.randomUUID());

    /** As the broker sees the folder. */
    private final Path view;

    private final Path file = folder.resolve("store.db");
    private final boolean isMounted;

    /** @param mounted whether to try for a file system of its own */
    SqliteStore(boolean mounted) {
        var second = folder.resolveSibling(folder.getFileName() + "-seen");
        try {
            Files.createDirectories(folder);
            Files.createDirectories(second);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        isMounted = mounted
                && run("mount", "-t", "tmpfs", "-o", "size=8m", "tmpfs", folder.toString())
                && run("mount", "--bind", folder.toString(), second.toString());
        view = isMounted ? second : folder;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    @Override
    public String name() {
        return "SQLite";
    }

    @Override
    public Map<String, String> settings(int replica) {
        return Map.of("broker.store.url", "jdbc:sqlite:" + view.resolve("store.db"));
    }

    @Override
    public Connection connect() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + file + "?busy_timeout=10000");
    }

    @Override
    public Harm locked() {
        try {
            var connection = connect();
            execute(connection, "BEGIN IMMEDIATE");
            return () -> close(connection);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Another process writes for so long, again and again. */
    @Override
    public Harm slow(Duration each) {
        var over = new AtomicBoolean();
        var other = Thread.ofVirtual().start(() -> {
            while (!over.get()) {
                var lock = locked();
                Waiting.pass(each);
                lock.close();
                Waiting.pass(GAP);
            }
        });
        return () -> {
            over.set(true);
            Waiting.forEnd(other);
        };
    }

    /** An operator moves the file away. */
    @Override
    public Harm gone() {
        var elsewhere = folder.resolve("moved.db");
        move(file, elsewhere);
        return () -> move(elsewhere, file);
    }

    /** The broker's mount turns read-only when nothing is open for writing there: while the file is away. */
    @Override
    public Optional<Harm> readOnly() {
        if (!isMounted) {
            return Optional.empty();
        }
        var gone = gone();
        var isDone = false;
        for (var tries = 0; tries < TRIES && !isDone; tries++) {
            Waiting.pass(UNTIL_CLOSED);
            isDone = run("mount", "-o", "remount,bind,ro", view.toString());
        }
        gone.close();
        return isDone ? Optional.of(() -> run("mount", "-o", "remount,bind,rw", view.toString())) : Optional.empty();
    }

    /** The rest of the file system is taken, and no room is left over in the journal. */
    @Override
    public Optional<Harm> full() {
        if (!isMounted) {
            return Optional.empty();
        }
        try (var connection = connect()) {
            execute(connection, "PRAGMA wal_checkpoint(TRUNCATE)");
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        var filler = folder.resolve("filler");
        try (var out = Files.newOutputStream(filler)) {
            for (var page = new byte[4096]; ; ) {
                out.write(page);
            }
        } catch (IOException noRoomLeft) {
            return Optional.of(() -> delete(filler));
        }
    }

    /** An operator deletes the file and what belongs to it. */
    void lose() {
        for (var suffix : new String[] {"", "-wal", "-shm"}) {
            delete(folder.resolve("store.db" + suffix));
        }
    }

    @Override
    public void suffer(StoreProxy.Rule rule) {
        if (!rule.equals(StoreProxy.Rule.NONE)) {
            throw new IllegalStateException("Nothing stands between a broker and its file");
        }
    }

    @Override
    public void close() {
        if (isMounted) {
            run("umount", "-l", view.toString());
            run("umount", "-l", folder.toString());
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void close(Connection connection) {
        try {
            execute(connection, "ROLLBACK");
            connection.close();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void move(Path from, Path to) {
        try {
            Files.move(from, to);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether it succeeded. */
    @CanIgnoreReturnValue
    private static boolean run(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException notThere) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
