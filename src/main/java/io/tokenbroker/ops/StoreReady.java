package io.tokenbroker.ops;

import io.quarkus.runtime.StartupEvent;
import io.tokenbroker.database.Database;
import io.tokenbroker.database.Engine;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.UnstoredTokens;
import io.tokenbroker.keepalive.DueGrants;
import io.tokenbroker.refresh.RecentOutcomes.UnknownGrants;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;
import org.jboss.logging.Logger;

/**
 * Says at the start which store this is, and in readiness how it does. Ready also while the store is away: reusable tokens
 * are minted on without it, and all replicas share the outage.
 */
@Readiness
@ApplicationScoped
class StoreReady implements HealthCheck {

    private static final Logger LOG = Logger.getLogger(StoreReady.class);

    /** What Docker and Podman put into a container. */
    private static final List<Path> CONTAINER = List.of(Path.of("/.dockerenv"), Path.of("/run/.containerenv"));

    private final Database database;
    private final DueGrants grants;
    private final UnstoredTokens unstored;
    private final UnknownGrants unknown;

    StoreReady(Database database, DueGrants grants, UnstoredTokens unstored, UnknownGrants unknown) {
        this.database = database;
        this.grants = grants;
        this.unstored = unstored;
        this.unknown = unknown;
    }

    void announce(@Observes StartupEvent start) {
        try {
            LOG.infof("Store: %s, %s, %d grants", database.name(), database.isNew() ? "new" : "kept", grants.count());
        } catch (StoreUnavailable away) {
            LOG.warnf("Store: %s, which does not answer now (%s)", database.name(), away.getMessage());
        }
        if (database.isNew() && database.engine() == Engine.SQLITE && isContainer()) {
            LOG.warn(
                    "The store's file is new, in a container: it must lie on a volume on a local disk, or each new container begins without it");
        }
    }

    private static boolean isContainer() {
        return CONTAINER.stream().anyMatch(Files::exists) || System.getenv("KUBERNETES_SERVICE_HOST") != null;
    }

    @Override
    public HealthCheckResponse call() {
        return HealthCheckResponse.named("store")
                .up()
                .withData("url", database.name())
                .withData("answers", !database.isAway())
                .withData("refresh tokens waiting for it", unstored.size())
                .withData("accounts with an old sign-in it knew nothing of", unknown.count())
                .build();
    }
}
