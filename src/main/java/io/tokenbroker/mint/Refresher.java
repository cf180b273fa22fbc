package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.AccountLocks;
import io.tokenbroker.account.AccountStates;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.RefreshTokens;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshOutcome;
import io.tokenbroker.tenant.RefreshOutcome.NoToken;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** Gets a new access token from the tenant and keeps what came with it, be it a rotated token or a refusal. Blocks. */
@ApplicationScoped
class Refresher {

    private final Inquiry inquiry;
    private final RememberedLinks links;
    private final RefreshTokens refreshTokens;
    private final AccountLocks locks;
    private final AccountStates states;
    private final TokenCache cache;
    private final RecentOutcomes recent;
    private final Clock clock;

    /** As long as a refresh takes that gets no answer: whoever is third in line then hears so, and does not wait for both. */
    private final Duration longestWait;

    Refresher(
            Inquiry inquiry,
            RememberedLinks links,
            RefreshTokens refreshTokens,
            AccountLocks locks,
            AccountStates states,
            TokenCache cache,
            RecentOutcomes recent,
            Clock clock,
            @ConfigProperty(name = "quarkus.rest-client.provider.read-timeout") long readTimeoutMillis) {
        this.inquiry = inquiry;
        this.links = links;
        this.refreshTokens = refreshTokens;
        this.locks = locks;
        this.states = states;
        this.cache = cache;
        this.recent = recent;
        this.clock = clock;
        this.longestWait = Duration.ofMillis(readTimeoutMillis);
    }

    Landing refresh(Wanted wanted) {
        if (wanted.provider().rotation() == Rotation.REUSABLE) {
            return refreshed(settled(wanted));
        }
        // The token is spent by its use: nobody else may use or replace it until the next one is stored.
        var link = wanted.remembered().link();
        return locks.within(longestWait, link.userId(), link.providerId(), () -> refreshed(settled(wanted)))
                .orElseGet(() -> new Landing.Missed(RefreshOutcome.Unavailable.crowded()));
    }

    /** With what a crash left of the account put in order. */
    private Wanted settled(Wanted wanted) {
        var link = wanted.remembered().link();
        return refreshTokens
                .settled(link.userId(), wanted.account(), wanted.provider().rotation())
                // It may be another user's by now.
                .filter(now -> now.userId().equals(link.userId()))
                .map(links::observe)
                .map(wanted::as)
                .orElseThrow(() -> {
                    links.forget(wanted.account());
                    return Accounts.notFound();
                });
    }

    private Landing refreshed(Wanted wanted) {
        var askedAt = clock.instant();
        var verdict = inquiry.ask(wanted);
        return switch (verdict.outcome()) {
            case Refreshed refreshed -> arrived(verdict.about(), refreshed, askedAt);
            case NoToken why -> {
                mark(verdict.about().remembered().link(), why);
                recent.note(verdict.about(), why);
                yield new Landing.Missed(why);
            }
        };
    }

    private Landing arrived(Wanted wanted, Refreshed refreshed, Instant askedAt) {
        var link = wanted.remembered().link();
        var next = refreshed.refreshToken().filter(newer -> !link.token().equals(Optional.of(newer)));
        // Kept even if the identity is wrong: whose the spent token was, its successor is. Should a setting be wrong
        // rather than the token, the account works again once that is mended.
        next.ifPresent(
                newer -> refreshTokens.keep(link, newer, wanted.provider().rotation()));
        IdentityCheck.require(wanted.provider(), link, refreshed.idToken());
        states.markWorking(wanted.account());
        recent.noteWorking(wanted);
        var accessToken = AccessToken.of(refreshed, askedAt);
        // Keeping a rotated token leaves the epoch as it is. If a person signed in meanwhile there is another by now,
        // and nobody finds what the older grant gave.
        if (!wanted.mayBeChallenged()) {
            cache.put(TokenCache.Key.of(wanted), accessToken);
        }
        return new Landing.Arrived(new Minted(accessToken, Source.REFRESH), next.isPresent());
    }

    private void mark(Link link, NoToken why) {
        if (why instanceof Refused refused && refused.refusal() == Refusal.REAUTHORIZATION_REQUIRED) {
            link.token().ifPresent(token -> states.markRefused(AccountId.of(link), token, refused.reason()));
        }
    }
}
