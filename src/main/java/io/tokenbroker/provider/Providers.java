package io.tokenbroker.provider;

import io.quarkus.scheduler.Scheduled;
import io.quarkus.vertx.http.HttpServerStart;
import io.tokenbroker.fusionauth.IdentityProviderApi;
import io.tokenbroker.fusionauth.IdentityProviderApi.IdentityProvider;
import io.tokenbroker.problem.BrokerException;
import io.tokenbroker.problem.ProblemType;
import io.tokenbroker.provider.ProviderFactory.Usability;
import io.tokenbroker.provider.ProviderFactory.Usability.Made;
import io.tokenbroker.time.Time.Window;
import jakarta.enterprise.event.ObservesAsync;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The providers, read each half minute, and sooner for the list or an unknown one. While FusionAuth or an issuer is away
 * the known ones stay, and one caller waits for a reading, the others do not.
 */
@Singleton
public class Providers {

    private static final Logger LOG = Logger.getLogger(Providers.class);
    private static final Duration FRESH = Duration.ofSeconds(5);

    private final IdentityProviderApi fusionAuth;
    private final ProviderFactory factory;
    private final LinkingByName linkingByName;
    private final Clock clock;

    /** Guards reloading, and is held meanwhile; readers take {@link #known} as it is. */
    private final ReentrantLock reloading = new ReentrantLock();

    private volatile Known known = new Known(Map.of(), Map.of(), null);

    /** How the last attempt failed; null if it did not. */
    private volatile @Nullable Failure failure;

    /** What FusionAuth said last. Guarded by {@link #reloading}. */
    private List<IdentityProvider> lastRead = List.of();

    Providers(IdentityProviderApi fusionAuth, ProviderFactory factory, LinkingByName linkingByName, Clock clock) {
        this.fusionAuth = fusionAuth;
        this.factory = factory;
        this.linkingByName = linkingByName;
        this.clock = clock;
    }

    void load(@ObservesAsync HttpServerStart serving) {
        reload();
    }

    /** All usable providers by name. Blocks if the list is older than a few seconds. */
    public List<Provider> list() {
        lookAgain(known.readAt() == null);
        return requireLoaded().usable().values().stream()
                .sorted(Comparator.comparing(Provider::name))
                .toList();
    }

    /** The provider, from memory. */
    public Optional<Provider> remembered(UUID id) {
        return Optional.ofNullable(known.usable().get(id));
    }

    /** The provider; asks FusionAuth if it is not known yet. May block. */
    public Optional<Provider> find(UUID id) {
        if (remembered(id).isEmpty()) {
            lookAgain(true);
            requireLoaded();
        }
        return remembered(id);
    }

    /** The provider as FusionAuth has it now, unless that was read a moment ago. Blocks. */
    public Optional<Provider> readAgain(UUID id) {
        lookAgain(true);
        return remembered(id);
    }

    /** Why a provider cannot be used, for those that FusionAuth or the settings name. */
    public Optional<String> whyUnusable(UUID id) {
        return Optional.ofNullable(known.unusable().get(id));
    }

    /** What is known, for the readiness report. */
    public Known known() {
        return known;
    }

    @Scheduled(every = "30s", delayed = "30s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void reload() {
        reloading.lock();
        try {
            known = load();
            failure = null;
        } catch (BrokerException e) {
            if (!whyNotLoaded().map(BrokerException::detail).equals(Optional.of(e.detail()))) {
                LOG.warnf("Providers are kept as they were: %s", e.detail());
            }
            failure = new Failure(clock.instant(), e);
        } finally {
            reloading.unlock();
        }
    }

    /** A broker that is not ready gets no requests, and without one nothing else reads the providers for half a minute. */
    @Scheduled(every = "5s", delayed = "5s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void loadAtLast() {
        if (known.readAt() == null && !reloading.isLocked()) {
            reload();
        }
    }

    /**
     * Reloads, unless that was done or tried a moment ago.
     *
     * @param needed whether what is known will not do, so that it is worth waiting for another caller's attempt
     */
    private void lookAgain(boolean needed) {
        var asked = clock.instant();
        if (needed && failure == null) {
            reloading.lock();
        } else if (!reloading.tryLock()) {
            return;
        }
        try {
            if (isOld(failure == null ? known.readAt() : failure.at(), asked)) {
                reload();
            }
        } finally {
            reloading.unlock();
        }
    }

    /** What began while this caller waited for its turn is as new as what it would read. */
    private boolean isOld(@Nullable Instant lookedAt, Instant asked) {
        return lookedAt == null
                || !(Window.of(lookedAt, FRESH).contains(asked)
                        || new Window(asked, clock.instant()).contains(lookedAt));
    }

    private Known load() {
        var begun = clock.instant();
        var usable = new HashMap<UUID, Provider>();
        var unusable = new HashMap<UUID, String>();
        factory.makeAll(fromFusionAuth()).forEach(made -> {
            switch (made.usability()) {
                case Usability.Usable(var provider) -> usable.put(made.id(), provider);
                case Usability.Unusable(var reason) -> unusable.put(made.id(), reason);
            }
            warnOnce(made);
        });
        return new Known(usable, unusable, begun);
    }

    /** A key that may not read identity providers is no fault where the settings give some in full. */
    private List<IdentityProvider> fromFusionAuth() {
        try {
            lastRead = fusionAuth.openIdConnect();
            linkingByName.note(lastRead);
        } catch (BrokerException e) {
            if (!factory.givesSomeInFull() || e.type() != ProblemType.UPSTREAM_ERROR) {
                throw e;
            }
        }
        return lastRead;
    }

    private void warnOnce(Made made) {
        if (made.usability() instanceof Usability.Unusable(var reason)
                && !reason.equals(known.unusable().get(made.id()))) {
            LOG.warnf("The provider '%s' (%s) is left out: %s", made.name(), made.id(), reason);
        }
    }

    private Known requireLoaded() {
        var now = known;
        if (now.readAt() == null) {
            throw whyNotLoaded()
                    .orElseGet(() -> new BrokerException(
                            ProblemType.FUSIONAUTH_UNAVAILABLE,
                            "FusionAuth has not told the providers yet. Try again soon."))
                    .withRetryAfter(FRESH);
        }
        return now;
    }

    /** How the last attempt to read them failed, if it did. */
    public Optional<BrokerException> whyNotLoaded() {
        return Optional.ofNullable(failure).map(Failure::why);
    }

    private record Failure(Instant at, BrokerException why) {}

    /** @param readAt when reading it began, for what changed since may not be in it; null before the first time */
    public record Known(
            Map<UUID, Provider> usable,
            Map<UUID, String> unusable,
            @Nullable Instant readAt) {

        public Known {
            usable = Map.copyOf(usable);
            unusable = Map.copyOf(unusable);
        }
    }
}
