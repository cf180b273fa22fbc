package io.tokenbroker.keepalive;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.tokenbroker.fusionauth.UserApi.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * How far a run is, as a file that is there in whole or not at all. It holds no token; where a page begins may be named
 * after a user, so only the owner may read it.
 */
final class Checkpoint {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;
    private final UUID applicationId;

    /** @param applicationId whose users are gone through: another's checkpoint is none */
    Checkpoint(Path file, UUID applicationId) {
        this.file = file;
        this.applicationId = applicationId;
    }

    /**
     * Where an interrupted run stopped; empty if none was.
     *
     * @throws IOException if there is a file that is no checkpoint of this application
     */
    Optional<Progress> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var stored = JSON.readValue(file.toFile(), Stored.class);
        if (!applicationId.equals(stored.applicationId())) {
            throw new IOException("it belongs to another application");
        }
        return Optional.of(
                new Progress(new Position(stored.row(), Optional.ofNullable(stored.nextResults())), stored.tally()));
    }

    /** @throws IOException if it cannot be written; the former one is still there then */
    void write(Progress progress) throws IOException {
        var from = progress.from();
        var fresh = Files.createTempFile(file.getParent(), "keep-alive", ".tmp");
        JSON.writeValue(
                fresh.toFile(),
                new Stored(applicationId, from.row(), from.nextResults().orElse(null), progress.tally()));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
    }

    /**
     * @param from where the next page of users begins
     * @param tally of those before it
     */
    record Progress(Position from, Tally tally) {

        static final Progress NONE = new Progress(Position.FIRST, Tally.NONE);
    }

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    private record Stored(
            UUID applicationId, int row, @Nullable String nextResults, Tally tally) {}
}
