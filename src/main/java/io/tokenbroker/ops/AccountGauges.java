package io.tokenbroker.ops;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.quarkus.scheduler.Scheduled;
import io.tokenbroker.database.StoreUnavailable;
import io.tokenbroker.grant.GrantCensus;
import io.tokenbroker.grant.GrantCensus.Group;
import io.tokenbroker.keepalive.DueGrants;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.provider.Providers;
import io.tokenbroker.time.Time.Window;
import jakarta.inject.Singleton;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Gauges of the accounts in the store, counted in the background: a scrape costs the store nothing. */
@Singleton
class AccountGauges {

    private static final Logger LOG = Logger.getLogger(AccountGauges.class);
    private static final double MILLIS_OF_A_DAY = Duration.ofDays(1).toMillis();

    /** Keep-alive renews a token long before it is this near its end. */
    private static final Duration NEAR = Duration.ofDays(14);

    /** What takes long is done less often: the rest after a count is so many times as long as the count. */
    private static final int REST = 100;

    private final GrantCensus census;
    private final DueGrants due;
    private final Providers providers;
    private final Clock clock;
    private final MultiGauge accounts;
    private final MultiGauge daysLeft;
    private final MultiGauge nearEnd;
    private final MultiGauge ended;
    private volatile long underOtherKeys;
    private Window rest = Window.of(Instant.EPOCH, Duration.ZERO);

    AccountGauges(GrantCensus census, DueGrants due, Providers providers, MeterRegistry metrics, Clock clock) {
        this.census = census;
        this.due = due;
        this.providers = providers;
        this.clock = clock;
        this.accounts = MultiGauge.builder("broker.accounts")
                .description("Accounts in the store by state.")
                .register(metrics);
        this.daysLeft = MultiGauge.builder("broker.refresh.token.days.left")
                .description("Days until the next refresh token of an active account ends, where its life is known.")
                .register(metrics);
        this.nearEnd = MultiGauge.builder("broker.refresh.tokens.near.end")
                .description("Active accounts whose refresh token ends within 14 days, where its life is known.")
                .register(metrics);
        this.ended = MultiGauge.builder("broker.refresh.tokens.ended")
                .description("Active accounts whose refresh token is past its life, where that is known.")
                .register(metrics);
        Gauge.builder("broker.store.grants.under.other.keys", () -> underOtherKeys)
                .description("Rows that another sealing key than the first has sealed.")
                .register(metrics);
    }

    @Scheduled(every = "30s", delayed = "2s", concurrentExecution = Scheduled.ConcurrentExecution.SKIP)
    void countIfRested() {
        var began = clock.instant();
        if (rest.contains(began)) {
            return;
        }
        count();
        var now = clock.instant();
        rest = Window.of(now, Duration.between(began, now).multipliedBy(REST));
    }

    void count() {
        try {
            var ended = lastEnd();
            show(census.count(ended, ended.plus(NEAR)));
            underOtherKeys = due.underOtherKeys();
        } catch (StoreUnavailable away) {
            // What was counted last stays: broker.store.answers says that it is old.
            LOG.debugf("Accounts are counted later: %s", away.getMessage());
        }
    }

    /** Before which a token was issued that has ended. One life is known, Entra's; of several the shortest would do. */
    private Instant lastEnd() {
        return usable().stream()
                .flatMap(provider -> provider.refreshTokenLifetime().stream())
                .min(Comparator.naturalOrder())
                .map(clock.instant()::minus)
                .orElse(Instant.EPOCH);
    }

    private void show(List<Group> groups) {
        // Nothing is counted too, or the first would have no growth to see.
        var none = usable().stream()
                .flatMap(provider -> Stream.of(true, false)
                        .map(isActive -> new Group(provider.id(), isActive, 0, 0, 0, Optional.empty())));
        var all = Stream.concat(none, groups.stream()).toList();
        accounts.register(
                all.stream()
                        .collect(Collectors.groupingBy(this::tags, Collectors.summingLong(Group::accounts)))
                        .entrySet()
                        .stream()
                        .<Row<?>>map(counted -> Row.of(counted.getKey(), counted.getValue()))
                        .toList(),
                true);
        var mortal = usable().stream()
                .filter(provider -> provider.refreshTokenLifetime().isPresent())
                .toList();
        daysLeft.register(
                mortal.stream()
                        .<Row<?>>flatMap(provider -> daysLeft(provider, all))
                        .toList(),
                true);
        nearEnd.register(sums(mortal, all, Group::nearEnd), true);
        ended.register(sums(mortal, all, Group::ended), true);
    }

    private List<Provider> usable() {
        return List.copyOf(providers.known().usable().values());
    }

    private Tags tags(Group group) {
        var isKnown = providers.remembered(group.provider()).isPresent();
        return tags(isKnown ? group.provider().toString() : "unknown")
                .and("state", group.isActive() ? "active" : "reauthorization_required");
    }

    private static Tags tags(String provider) {
        return Tags.of("provider", provider);
    }

    private Stream<Row<?>> daysLeft(Provider provider, List<Group> groups) {
        var life = provider.refreshTokenLifetime().orElseThrow();
        return active(provider, groups)
                .flatMap(group -> group.oldest().stream())
                .min(Comparator.naturalOrder())
                .map(issued -> Duration.between(clock.instant(), issued.plus(life)))
                .<Row<?>>map(left -> Row.of(tags(provider.id().toString()), left.toMillis() / MILLIS_OF_A_DAY))
                .stream();
    }

    private static List<Row<?>> sums(List<Provider> providers, List<Group> groups, ToLongFunction<Group> number) {
        return providers.stream()
                .<Row<?>>map(provider -> Row.of(
                        tags(provider.id().toString()),
                        active(provider, groups).mapToLong(number).sum()))
                .toList();
    }

    private static Stream<Group> active(Provider provider, List<Group> groups) {
        return groups.stream()
                .filter(group -> group.isActive() && group.provider().equals(provider.id()));
    }
}
