package io.tokenbroker.keepalive;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import io.tokenbroker.fusionauth.UserApi.Position;
import io.tokenbroker.keepalive.Pass.Tally;
import io.tokenbroker.link.AccountId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/**
 * How far a run is, as a file that is there in whole or not at all. It holds no token; where a page begins may be named
 * after a user, so only the owner may read it.
 */
record Checkpoint(Path file, UUID applicationId) {

    private static final ObjectMapper JSON = new ObjectMapper().registerModule(new Jdk8Module());

    /**
     * @param applicationId the application of the users; a run for another one refuses the checkpoint
     * @param users where the next page of users begins, while they are looked through
     * @param account the last that was looked after
     */
    record Progress(UUID applicationId, Optional<Position> users, Optional<AccountId> account, Tally tally) {}

    /**
     * Where an interrupted run stopped; empty if none was.
     *
     * @throws IOException if there is a file that is no checkpoint of this application
     */
    Optional<Progress> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        var progress = JSON.readValue(file.toFile(), Progress.class);
        if (progress == null || progress.tally() == null) {
            throw new IOException("it is no checkpoint");
        }
        if (!applicationId.equals(progress.applicationId())) {
            throw new IOException("it belongs to another application");
        }
        return Optional.of(progress);
    }

    /** @throws IOException if it cannot be written; the former one is still there then */
    void write(Optional<Position> users, Optional<AccountId> account, Tally tally) throws IOException {
        var fresh = Files.createTempFile(file.getParent(), "keep-alive", ".tmp");
        JSON.writeValue(fresh.toFile(), new Progress(applicationId, users, account, tally));
        Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
    }

    void remove() throws IOException {
        Files.deleteIfExists(file);
    }
}
