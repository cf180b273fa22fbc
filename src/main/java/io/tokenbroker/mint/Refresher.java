package io.tokenbroker.mint;

import io.tokenbroker.account.AccountId;
import io.tokenbroker.account.AccountLocks;
import io.tokenbroker.account.AccountStates;
import io.tokenbroker.account.Accounts;
import io.tokenbroker.account.RefreshTokens;
import io.tokenbroker.account.RememberedLinks;
import io.tokenbroker.account.RememberedLinks.Remembered;
import io.tokenbroker.fusionauth.Link;
import io.tokenbroker.mint.Minted.Source;
import io.tokenbroker.provider.Provider;
import io.tokenbroker.seal.Secret;
import io.tokenbroker.settings.BrokerSettings.Rotation;
import io.tokenbroker.tenant.RefreshGrant;
import io.tokenbroker.tenant.RefreshOutcome.Refreshed;
import io.tokenbroker.tenant.RefreshOutcome.Refusal;
import io.tokenbroker.tenant.RefreshOutcome.Refused;
import io.tokenbroker.tenant.RefreshOutcome.Unavailable;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Asks the tenant for a new access token and keeps what came with it. Blocks. */
@ApplicationScoped
class Refresher {

    /** A reusable refresh token dies 90 days after its issue: replaced after a third of that, any month's outage is fine. */
    private static final Duration REPLACED_AFTER = Duration.ofDays(30);

    private final RememberedLinks links;
    private final RefreshTokens refreshTokens;
    private final AccountLocks locks;
    private final AccountStates states;
    private final RefreshGrant grant;
    private final TokenCache cache;
    private final Clock clock;

    Refresher(
            RememberedLinks links,
            RefreshTokens refreshTokens,
            AccountLocks locks,
            AccountStates states,
            RefreshGrant grant,
            TokenCache cache,
            Clock clock) {
        this.links = links;
        this.refreshTokens = refreshTokens;
        this.locks = locks;
        this.states = states;
        this.grant = grant;
        this.cache = cache;
        this.clock = clock;
    }

    Landing refresh(Provider provider, Remembered remembered, Target target, Optional<String> claims) {
        if (provider.rotation() == Rotation.REUSABLE) {
            return refresh(provider, settled(remembered), target, claims, this::keepIfOld);
        }
        // The token is spent by its use: nobody else may use or replace it until the next one is stored.
        return exclusively(remembered.link(), () -> refresh(provider, settle(remembered), target, claims, this::keep));
    }

    private Landing refresh(
            Provider provider, Remembered remembered, Target target, Optional<String> claims, KeepRotated keep) {
        var link = remembered.link();
        var id = AccountId.of(link);
        var token = link.token().orElseThrow(() -> Answers.noRefreshToken(id));
        var askedAt = clock.instant();
        var outcome = grant.refresh(provider.tokenEndpoint(), id.identity(), token, target.wireScope(provider), claims);
        return switch (outcome) {
            case Refreshed refreshed -> {
                IdentityCheck.require(provider, link, refreshed.idToken());
                refreshed.refreshToken().filter(next -> !next.equals(token)).ifPresent(next -> keep.keep(link, next));
                states.markWorking(id);
                var accessToken = new AccessToken(
                        refreshed.accessToken(), askedAt, askedAt.plus(refreshed.expiresIn()), refreshed.scope());
                // Keeping a rotated token leaves the epoch as it is. If a person signed in meanwhile there is another
                // by now, and nobody finds what the older grant gave.
                cache.put(TokenCache.Key.of(remembered, target), accessToken);
                yield new Landing.Arrived(new Minted(accessToken, Source.REFRESH));
            }
            case Refused refused -> refusedOrNewer(provider, remembered, target, claims, keep, refused);
            case Unavailable unavailable -> new Landing.Diverted(unavailable);
        };
    }

    /** A refusal counts only if the token sent is still the stored one: a person may have signed in meanwhile. */
    private Landing refusedOrNewer(
            Provider provider,
            Remembered remembered,
            Target target,
            Optional<String> claims,
            KeepRotated keep,
            Refused refused) {
        var id = AccountId.of(remembered.link());
        if (refused.refusal() == Refusal.REAUTHORIZATION_REQUIRED) {
            var now = links.read(id).orElseThrow(Accounts::notFound);
            if (!now.link().token().equals(remembered.link().token())) {
                return refresh(provider, now, target, claims, keep);
            }
            remembered.link().token().ifPresent(token -> states.markRefused(id, token, refused.reason()));
        }
        throw Answers.refused(provider, id, target, refused);
    }

    /** The link, once what a crash left beside it is put in order. */
    private Remembered settled(Remembered remembered) {
        return refreshTokens.isSettled(AccountId.of(remembered.link()))
                ? remembered
                : exclusively(remembered.link(), () -> settle(remembered));
    }

    /** Call it with the account's lock held. */
    private Remembered settle(Remembered remembered) {
        var id = AccountId.of(remembered.link());
        return refreshTokens.settled(id).map(links::observe).orElseThrow(() -> {
            links.forget(id);
            return Accounts.notFound();
        });
    }

    private void keep(Link link, Secret next) {
        refreshTokens.keep(link, next);
    }

    private void keepIfOld(Link link, Secret next) {
        if (link.lastAuthorizedAt().isBefore(clock.instant().minus(REPLACED_AFTER))) {
            exclusively(link, () -> {
                refreshTokens.renew(link, next);
                return link;
            });
        }
    }

    private <T> T exclusively(Link link, Supplier<T> work) {
        return locks.exclusively(link.userId(), link.providerId(), work);
    }

    @FunctionalInterface
    private interface KeepRotated {
        void keep(Link link, Secret next);
    }
}
