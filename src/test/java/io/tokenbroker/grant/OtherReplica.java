package io.tokenbroker.grant;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quarkus.arc.Arc;
import io.tokenbroker.fusionauth.LinkApi;
import io.tokenbroker.fusionauth.LinkApi.Link;
import io.tokenbroker.grant.GrantStore.Look;
import io.tokenbroker.grant.GrantStore.Look.Counting;
import io.tokenbroker.grant.GrantStore.Look.Mark;
import io.tokenbroker.grant.GrantStore.Look.SharedToken;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.support.Waiting;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What another replica does: it has the same FusionAuth and the same store as the broker under test, and a memory of its
 * own.
 */
public final class OtherReplica {

    private OtherReplica() {}

    /** A person has signed in there: it reads the row, then the link, and writes. */
    public static void signedIn(String account) {
        var id = id(account);
        grants().signedIn(id, () -> Optional.of(link(account)));
    }

    /** It has begun a refresh by this account's newest refresh token. */
    public static Lease lease(String account) {
        var link = link(account);
        var row = (Counting) grants().look(link, List.of());
        return grants().lease(link, row.version(), Rotation.SINGLE_USE).orElseThrow();
    }

    /** It has refreshed: {@code next} is the newest refresh token now. */
    public static Secret refreshed(String account, String next) {
        var lease = lease(account);
        keep(lease, next);
        return lease.refreshToken();
    }

    public static void keep(Lease lease, String next) {
        keep(lease, next, List.of(), Optional.empty());
    }

    /** Shares an access token of an hour. */
    public static void keep(Lease lease, String next, List<String> scopes, String accessToken) {
        keep(lease, next, scopes, accessToken, Duration.ofHours(1));
    }

    /** Shares an access token of an hour, of which this much is left. */
    public static void keep(Lease lease, String next, List<String> scopes, String accessToken, Duration left) {
        var end = now().plus(left);
        var issued = end.minus(Duration.ofHours(1));
        keep(
                lease,
                next,
                scopes,
                Optional.of(new SharedToken(Secret.of(accessToken), Optional.empty(), issued, end, end)));
    }

    private static void keep(Lease lease, String next, List<String> scopes, Optional<SharedToken> shared) {
        var keeping = lease.keep(Optional.of(Secret.of(next)), scopes, shared);
        if (keeping != Lease.Keeping.KEPT) {
            throw new AssertionError("Not kept: " + keeping);
        }
    }

    /** The provider has refused the account's refresh token there. */
    public static void marked(String account, String reason) {
        mark(lease(account), reason);
    }

    public static void mark(Lease lease, String reason) {
        lease.mark(new Mark(reason, now()));
    }

    /** What the account's row shows by the link as it is. */
    public static Look look(String account, List<String> scopes) {
        return grants().look(link(account), scopes);
    }

    public static long version(String account) {
        return grants().version(id(account));
    }

    /** Blocks until the broker under test has looked at rows so many times more. */
    public static void awaitLooks(int more) {
        var before = looks();
        Waiting.until(() -> looks() >= before + more);
    }

    private static long looks() {
        return Arc.container()
                .instance(MeterRegistry.class)
                .get()
                .find("broker.store.operations")
                .tag("operation", "look")
                .timers()
                .stream()
                .mapToLong(Timer::count)
                .sum();
    }

    private static Link link(String account) {
        var id = id(account);
        return Arc.container()
                .instance(LinkApi.class)
                .get()
                .find(id.providerId(), id.identity())
                .orElseThrow();
    }

    private static Instant now() {
        return Arc.container().instance(Clock.class).get().instant();
    }

    private static AccountId id(String account) {
        return AccountId.parse(account).orElseThrow();
    }

    private static Grants grants() {
        return Arc.container().instance(Grants.class).get();
    }
}
