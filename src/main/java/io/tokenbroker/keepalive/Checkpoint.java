package io.tokenbroker.keepalive;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.tokenbroker.fusionauth.UserApi.Position;
import io.tokenbroker.link.AccountId;
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
        return Optional.of(new Progress(
                stored.discovering()
                        ? Optional.of(new Position(stored.row(), Optional.ofNullable(stored.nextResults())))
                        : Optional.empty(),
                Optional.<String>ofNullable(stored.account()).flatMap(AccountId::parse),
                stored.tally()));
    }

    /** @throws IOException if it cannot be written; the former one is still there then */
    void write(Progress progress) throws IOException {
        var users = progress.users();
        var stored = new Stored(
                applicationId,
                users.isPresent(),
                users.map(Position::row).orElse(0),
                users.flatMap(Position::nextResults).orElse(null),
                progress.account().map(AccountId::toString).orElse(null),
                progress.tally());
        var fresh = Files.createTempFile(file.getParent(), "keep-alive", ".tmp");
        JSON.writeValue(fresh.toFile(), stored);
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
    }

    /**
     * @param users where the next page of users begins, while they are looked through
     * @param account the last that was looked after
     */
    record Progress(Optional<Position> users, Optional<AccountId> account, Tally tally) {}

    @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
    private record Stored(
            UUID applicationId,
            boolean discovering,
            int row,
            @Nullable String nextResults,
            @Nullable String account,
            Tally tally) {}
}
