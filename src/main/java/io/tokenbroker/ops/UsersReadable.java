package io.tokenbroker.ops;

import io.quarkus.scheduler.Scheduled;
import io.tokenbroker.fusionauth.UserApi;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.settings.BrokerSettings;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Not ready while the API key may not read users: then no link's owner can be read, and nothing is minted. */
@Readiness
@ApplicationScoped
class UsersReadable implements HealthCheck {

    /** No user has this id: a key that may read users hears 404. */
    private static final UUID NO_USER = new UUID(0, 0);

    private final UserApi users;
    private final boolean isRequired;
    private volatile boolean isRefused;

    UsersReadable(UserApi users, BrokerSettings settings) {
        this.users = users;
        this.isRequired = settings.accounts().requireActiveUser();
    }

    @Scheduled(every = "30s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void ask() {
        if (!isRequired) {
            return;
        }
        try {
            var _ = users.isActive(NO_USER);
            isRefused = false;
        } catch (BrokerException failed) {
            // An outage says nothing of the key.
            isRefused = failed.type() == ProblemType.UPSTREAM_ERROR || isRefused;
        }
    }

    @Override
    public HealthCheckResponse call() {
        var report = HealthCheckResponse.named("users").status(!isRefused);
        if (isRefused) {
            report.withData(
                    "refused",
                    "FusionAuth's API key may not read users: give it GET on /api/user, or set broker.accounts.require-active-user=false, which mints for deactivated users too");
        }
        return report.build();
    }
}
