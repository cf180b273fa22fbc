package io.tokenbroker.refresh;

import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.event.TestEvents;
import io.tokenbroker.grant.Grants;
import io.tokenbroker.link.AccountId;
import io.tokenbroker.link.RememberedLinks;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.refresh.Acceptance.RefreshResult;
import io.tokenbroker.refresh.LeaseWaits.GrantTurns;
import io.tokenbroker.refresh.RecentOutcomes.UnknownGrants;
import io.tokenbroker.refresh.TokenSpec.Target;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.CacheBudget;
import io.tokenbroker.settings.ProviderSettings.Rotation;
import io.tokenbroker.tenant.RefreshGrants;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import io.tokenbroker.tenant.TokenEndpoint;
import io.tokenbroker.tenant.TokenEndpoint.ClientAuthentication;
import io.tokenbroker.time.Time.Sleeper;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Predicate;

/** Mints of a broker of a model, in {@code MintService}'s order, without the caller's policy. */
public final class ModelMints {

    private static final SimpleMeterRegistry METRICS = new SimpleMeterRegistry();
    private static final UnknownGrants UNKNOWN = new UnknownGrants(METRICS, Clock.systemUTC());
    private static final CacheBudget MEMORY = new CacheBudget(16 << 20, METRICS);
    private static final RecentOutcomes RECENT = new RecentOutcomes(MEMORY, Clock.systemUTC());
    private static final Duration LIFETIME = Duration.ofSeconds(60);
    private static final URI HOST = URI.create("https://provider.example/token");

    private final RememberedLinks links;
    private final TokenCache cache;
    private final Refresher refresher;
    private final Provider provider;

    @SuppressWarnings("NullAway") // the providers are asked only where a client is refused
    public ModelMints(
            Grants grants,
            RefreshGrants tenant,
            RememberedLinks links,
            Provider provider,
            Clock clock,
            Ticker ticker,
            Sleeper waits) {
        this.links = links;
        this.provider = provider;
        this.cache = new TokenCache(MEMORY, clock);
        var attempt = new RefreshAttempt(grants, tenant, links, null, cache, RECENT, TestEvents.allWorking(), clock);
        this.refresher = new Refresher(
                grants,
                attempt,
                cache,
                new LeaseWaits(ticker, waits, METRICS),
                new GrantTurns(),
                UNKNOWN,
                new UnderWay(METRICS, ticker),
                clock);
    }

    public static Provider provider(UUID id, Rotation rotation) {
        var endpoint = new TokenEndpoint(HOST, "model", Optional.empty(), ClientAuthentication.NONE);
        return new Provider(
                id, "model", Optional.empty(), false, HOST, endpoint, rotation, LIFETIME, Optional.empty(), Set.of());
    }

    /** @param userId who it was handed out for */
    public record HandedOut(UUID userId, Secret accessToken) {}

    /** Mints for the user who has the account at the beginning; empty if the answer is an error. */
    public Optional<HandedOut> mint(AccountId id, String resource, Predicate<Secret> isAlive) {
        var remembered = Accounts.requireActive(links.current(id).orElseThrow(Accounts::notFound));
        var wanted = new TokenSpec(
                provider, remembered, new Target(resource, List.of(resource + "/.default")), Optional.empty());
        Predicate<AccessToken> usable = token -> isAlive.test(token.value());
        return cache.get(wanted)
                .filter(usable)
                .or(() -> refreshed(wanted, usable))
                .map(token -> new HandedOut(remembered.link().userId(), token.value()));
    }

    private Optional<AccessToken> refreshed(TokenSpec wanted, Predicate<AccessToken> usable) {
        return switch (refresher.refresh(wanted, Acceptance.of(usable), false)) {
            case RefreshResult.Arrived arrived -> Optional.of(arrived.minted().token());
            case RefreshResult.Missed missed ->
                missed.why() instanceof Unavailable ? stale(wanted, usable) : Optional.empty();
            case RefreshResult.Busy busy -> stale(wanted, usable);
            case RefreshResult.StoreAway _, RefreshResult.TooEarly _ -> stale(wanted, usable);
        };
    }

    private Optional<AccessToken> stale(TokenSpec wanted, Predicate<AccessToken> usable) {
        return cache.getAnyway(wanted).filter(usable);
    }
}
